/* bare-curl-multi.c: what libcurl alone can do.
 *
 * It exists as the yardstick of bin/bench: Hookswitch's deliveries per second are told as a share of this loop's, in the same
 * run and to the same receiver, so that the figure means the same on a fast and on a slow machine. It records nothing, signs
 * nothing and checks nothing; the easy handles and connections are used again, as in the product.
 *
 *   cc -O2 -o bare-curl-multi bare-curl-multi.c -lcurl && ./bare-curl-multi URL N K [BODY-FILE]
 *
 * Posts N times the same body (1 KB of JSON without a file) with K in flight; prints posts per second as a whole number on
 * the first line, and fails when any answer is not 200. */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t ignore(char *bytes, size_t size, size_t n, void *context) {
    (void)bytes;
    (void)context;
    return size * n;
}

static char *read_body(const char *path, long *length) {
    char *body = malloc(1 << 20);
    if (!body) return NULL;
    if (!path) {
        *length = 1024;
        memset(body, 'x', 1024);
        static const char start[] = "{\"event_type\":\"call:end\",\"data\":\"";
        memcpy(body, start, sizeof start - 1);
        memcpy(body + 1022, "\"}", 2);
        return body;
    }
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    *length = (long)fread(body, 1, 1 << 20, file);
    fclose(file);
    return body;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: %s URL N K [BODY-FILE]\n", argv[0]);
        return 2;
    }
    long total = atol(argv[2]), width = atol(argv[3]), length = 0;
    char *body = read_body(argc > 4 ? argv[4] : NULL, &length);
    if (!body || total < 1 || width < 1) return 2;
    if (width > total) width = total;
    curl_global_init(CURL_GLOBAL_ALL);
    CURLM *multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, width);
    struct curl_slist *fields = curl_slist_append(NULL, "Content-Type: application/json");
    fields = curl_slist_append(fields, "Expect:");
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    long started = 0, done = 0, wrong = 0;
    for (; started < width; started++) {
        CURL *easy = curl_easy_init();
        curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
        curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
        curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
        curl_multi_add_handle(multi, easy);
    }
    while (done < total) {
        int running, left;
        curl_multi_perform(multi, &running);
        CURLMsg *message;
        while ((message = curl_multi_info_read(multi, &left))) {
            CURL *easy = message->easy_handle;
            long status = 0;
            if (message->data.result == CURLE_OK) curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
            if (status != 200) wrong++;
            done++;
            curl_multi_remove_handle(multi, easy);
            if (started < total) {
                curl_multi_add_handle(multi, easy);
                started++;
            } else {
                curl_easy_cleanup(easy);
            }
        }
        if (done < total) curl_multi_poll(multi, NULL, 0, 1000, NULL);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    double seconds = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
    printf("%.0f\n", (double)total / seconds);
    curl_slist_free_all(fields);
    curl_multi_cleanup(multi);
    curl_global_cleanup();
    free(body);
    if (wrong) fprintf(stderr, "%ld of %ld answers were not 200\n", wrong, total);
    return wrong ? 1 : 0;
}
