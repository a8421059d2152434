#include <zlib.h>

// zlib's own initialisers are macros, which Swift does not import. 15 is the largest window, 16 asks for gzip framing.

static inline int czlib_inflate_gzip(z_stream *stream) { return inflateInit2(stream, 15 + 16); }

// Deflate data without a frame, as the entries of a ZIP archive are.
static inline int czlib_inflate_raw(z_stream *stream) { return inflateInit2(stream, -15); }

static inline int czlib_deflate_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

// Deflate without a header, for blocks that are put together later.
static inline int czlib_deflate_raw(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY);
}
