// Swift cannot call variadic C functions, and curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt are:
// one wrapper for each type of argument. Also the one thing libidn2 wants from the C locale, and epoll, which Swift's Glibc leaves out.
#ifndef HOOKSWITCH_CCURL_SHIM_H
#define HOOKSWITCH_CCURL_SHIM_H

#include <curl/curl.h>
#include <locale.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef size_t (*ccurl_data_callback)(char *bytes, size_t size, size_t count, void *context);
typedef curl_socket_t (*ccurl_socket_callback)(void *context, curlsocktype purpose, struct curl_sockaddr *address);
typedef int (*ccurl_close_callback)(void *context, curl_socket_t socket);
typedef int (*ccurl_watch_callback)(CURL *easy, curl_socket_t socket, int what, void *context, void *of_socket);
typedef int (*ccurl_prereq_callback)(void *context, char *remote, char *local, int remote_port, int local_port);

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_write(CURL *easy, ccurl_data_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
}

static inline CURLcode ccurl_set_header(CURL *easy, ccurl_data_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
}

static inline CURLcode ccurl_set_opensocket(CURL *easy, ccurl_socket_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
}

static inline CURLcode ccurl_set_closesocket(CURL *easy, ccurl_close_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
}

static inline CURLcode ccurl_set_prereq(CURL *easy, ccurl_prereq_callback callback, void *context) {
    CURLcode code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, callback);
    return code != CURLE_OK ? code : curl_easy_setopt(easy, CURLOPT_PREREQDATA, context);
}

static inline CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_get_offset(CURL *easy, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_get_string(CURL *easy, CURLINFO info, char **value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_get_pointer(CURL *easy, CURLINFO info, void **value) {
    return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode ccurl_multi_set_watch(CURLM *multi, ccurl_watch_callback callback, void *context) {
    CURLMcode code = curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, callback);
    return code != CURLM_OK ? code : curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
}

static inline CURLcode ccurl_message_result(const CURLMsg *message) {
    return message->data.result;
}

// What the kernel watches a socket for, in libcurl's words: CURL_POLL_ for what is wanted, CURL_CSELECT_ for what is there.
typedef struct {
    int socket;
    int what;
} ccurl_ready;

static inline int ccurl_epoll(void) { return epoll_create1(EPOLL_CLOEXEC); }

static inline int ccurl_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

static inline int ccurl_epoll_set(int epoll, int socket, int before, int wanted) {
    struct epoll_event event = {.events = 0, .data.fd = socket};
    if (wanted & CURL_POLL_IN) event.events |= EPOLLIN;
    if (wanted & CURL_POLL_OUT) event.events |= EPOLLOUT;
    return epoll_ctl(epoll, wanted == 0 ? EPOLL_CTL_DEL : before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, &event);
}

static inline int ccurl_epoll_wait(int epoll, ccurl_ready *ready, int room, int milliseconds) {
    struct epoll_event events[64];
    int count = epoll_wait(epoll, events, room < 64 ? room : 64, milliseconds);
    for (int i = 0; i < count; i++) {
        ready[i].socket = events[i].data.fd;
        ready[i].what = (events[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) | (events[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0)
            | (events[i].events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);
    }
    return count;
}

static inline void ccurl_eventfd_write(int event) {
    uint64_t one = 1;
    ssize_t written = write(event, &one, sizeof one);
    (void)written;
}

static inline void ccurl_eventfd_clear(int event) {
    uint64_t count;
    ssize_t got = read(event, &count, sizeof count);
    (void)got;
}

// libidn2 reads a host name in the character set of the thread's locale, which is ASCII in a process that was
// never told otherwise: the name is converted with UTF-8 set for this one call. The locale is read from files:
// only for a host that needs it.
static inline CURLUcode ccurl_url_get_host(CURLU *url, char **host) {
    CURLUcode code = curl_url_get(url, CURLUPART_HOST, host, 0);
    if (code != CURLUE_OK) return code;
    const char *byte = *host;
    while ((signed char)*byte > 0) byte++;
    if (*byte == 0) return code;
    curl_free(*host);
    *host = (char *)0;
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (utf8 == (locale_t)0) return CURLUE_BAD_HOSTNAME;
    locale_t before = uselocale(utf8);
    code = curl_url_get(url, CURLUPART_HOST, host, CURLU_PUNYCODE);
    uselocale(before);
    freelocale(utf8);
    return code;
}

#endif
