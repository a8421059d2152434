#include <pthread.h>

// A GNU extension, which Swift's Glibc module does not show. Linux cuts no name itself: at most 15 bytes.
extern int pthread_setname_np(pthread_t thread, const char *name);
