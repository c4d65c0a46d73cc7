// zlib as Swift sees it; the function is there because zlib's beginning is a macro.
#include <zlib.h>

/// For gzip alone, of the largest window.
static inline int hookswitch_inflate_gzip_begin(z_stream *stream) { return inflateInit2(stream, 16 + MAX_WBITS); }
