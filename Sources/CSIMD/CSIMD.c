// The functions are in the header, so that Swift inlines them.
#include "CSIMD.h"
