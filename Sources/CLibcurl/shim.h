#include <curl/curl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

// Swift does not import variadic functions: one setter for each type of argument.

static inline CURLcode clibcurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode clibcurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode clibcurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode clibcurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode clibcurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline void clibcurl_on_header(CURL *easy, curl_write_callback callback, void *context) {
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

static inline void clibcurl_on_body(CURL *easy, curl_write_callback callback, void *context) {
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

static inline void clibcurl_on_upload(
    CURL *easy, curl_read_callback read, curl_seek_callback seek, void *context) {
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, read);
    curl_easy_setopt(easy, CURLOPT_READDATA, context);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, context);
}

static inline void clibcurl_on_connect(CURL *easy, curl_opensocket_callback callback, void *context) {
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
}

// What libcurl is about to connect to: the bytes of the address, and how many they are; 0 of neither IPv4 nor IPv6.
static inline int clibcurl_address(const struct curl_sockaddr *peer, unsigned char *bytes) {
    if (peer->family == AF_INET) {
        memcpy(bytes, &((const struct sockaddr_in *)&peer->addr)->sin_addr, 4);
        return 4;
    }
    if (peer->family == AF_INET6) {
        memcpy(bytes, &((const struct sockaddr_in6 *)&peer->addr)->sin6_addr, 16);
        return 16;
    }
    return 0;
}

static inline curl_socket_t clibcurl_open_socket(const struct curl_sockaddr *peer) {
    return socket(peer->family, peer->socktype, peer->protocol);
}

static inline void *clibcurl_context(CURL *easy) {
    void *context = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &context);
    return context;
}

static inline long clibcurl_response_code(CURL *easy) {
    long code = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
    return code;
}

// -1 if it is not known.
static inline curl_off_t clibcurl_announced_bytes(CURL *easy) {
    curl_off_t count = -1;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &count);
    return count;
}

static inline CURLMcode clibcurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLcode clibcurl_result(const CURLMsg *message) { return message->data.result; }

// What every handle needs, in the words of the library's version.
static inline void clibcurl_set_basics(CURL *easy) {
#if LIBCURL_VERSION_NUM >= 0x075500
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,smtp,smtps");
#else
    curl_easy_setopt(
        easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS | CURLPROTO_SMTP | CURLPROTO_SMTPS);
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
    // Leaves a name server that hangs to its thread; otherwise the end of one transfer waits for it, and all others do too.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
}

// Callbacks answer with these macros; CURL_WRITEFUNC_PAUSE and CURL_READFUNC_ABORT are too odd for the importer.
static const curl_socket_t clibcurl_no_socket = CURL_SOCKET_BAD;
static const size_t clibcurl_pause = CURL_WRITEFUNC_PAUSE;
static const size_t clibcurl_abort_upload = CURL_READFUNC_ABORT;
