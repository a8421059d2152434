#include <zlib.h>

// inflateInit2 is a macro. 15 + 16: gzip format with the largest window.
static inline int czlib_inflate_init_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
