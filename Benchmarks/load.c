/* load.c: the machine that hands over events, for bin/bench.
 *
 * It exists so that acceptance is measured as the platform's services see it: through nginx, on kept connections, each event
 * with an id and a call of its own, answered 202 or counted as wrong. With a rate, each request has a moment at which it is
 * due and its time counts from then, so that a server that stalls cannot hide its stalls (coordinated omission).
 *
 *   cc -O2 -pthread -o load load.c && ./load PORT ACCOUNT KEY CONNECTIONS COUNT RATE PREFIX [BATCH]
 *
 * RATE is in events a second, 0 for as fast as the answers come. Prints `name value` lines: per_second, p50_ms, p99_ms, max_ms,
 * wrong. PREFIX makes the ids of one run unlike those of another. BATCH events go in each request, one without it. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int port;
static const char *account, *key, *prefix;
static long count, rate, batch = 1;
static double began;
static atomic_long next, wrong;
static float *times; /* milliseconds */

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int dial(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;
    struct timeval limit = {.tv_sec = 30};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* An event of about one kilobyte, with members as a telephony platform sends them. */
static int compose_event(char *out, size_t room, long i) {
    return snprintf(out, room,
        "{\"event_id\":\"%s-%ld\",\"event_type\":\"call:end\",\"event_time\":\"2026-11-22T13:05:09.123Z\","
        "\"current_context\":{\"account\":\"%s\",\"user\":{\"id\":\"usr_01jd8m2v7k3f9q5x0c6t4w8b1e\",\"email\":\"camille.laurent@example.com\"}},"
        "\"data\":{\"call_id\":\"c-%s-%ld\",\"direction\":\"inbound\",\"caller\":\"+33612345678\",\"callee\":\"+33187654321\","
        "\"tracking_number\":\"+33187654300\",\"queue\":\"Sales\",\"status\":\"ended\",\"started_at\":\"2026-11-22T13:05:09.123Z\","
        "\"ended_at\":\"2026-11-22T13:09:41.870Z\",\"duration_seconds\":272,\"ended_by\":\"caller\",\"cause\":\"normal\",\"note\":\"%0*d\"}}",
        prefix, i, account, prefix, i, 360, 7);
}

/* A request with the events from `first`: one object, or an array. */
static int compose(char *out, char *body, size_t room, long first) {
    int length = 0;
    if (batch > 1) body[length++] = '[';
    for (long i = 0; i < batch; i++) {
        if (i) body[length++] = ',';
        length += compose_event(body + length, room - (size_t)length, first + i);
    }
    if (batch > 1) body[length++] = ']';
    int head = snprintf(out, room,
        "POST /api/v1/accounts/%s/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
        "Content-Length: %d\r\n\r\n", account, port, key, length);
    memcpy(out + head, body, (size_t)length);
    return head + length;
}

/* All of it: a batch may be more than the socket takes at once. */
static int sent(int fd, const char *bytes, size_t length) {
    while (length) {
        ssize_t done = send(fd, bytes, length, MSG_NOSIGNAL);
        if (done <= 0) return 0;
        bytes += done;
        length -= (size_t)done;
    }
    return 1;
}

/* One answer. 1: 202 and the connection stays; 0: 202 and it closes; -1: anything else. */
static int answered(int fd) {
    char buffer[65536];
    size_t used = 0;
    char *end = NULL;
    while (!end) {
        ssize_t got = recv(fd, buffer + used, sizeof buffer - 1 - used, 0);
        if (got <= 0) return -1;
        used += (size_t)got;
        buffer[used] = 0;
        end = strstr(buffer, "\r\n\r\n");
    }
    size_t head = (size_t)(end - buffer) + 4;
    char *field = strcasestr(buffer, "\r\ncontent-length:");
    int is_chunked = !field || field > end;
    int closes = strcasestr(buffer, "\r\nconnection: close") != NULL;
    int is_good = !strncmp(buffer, "HTTP/1.1 202", 12);
    if (is_chunked) {
        while (used < 5 || memcmp(buffer + used - 5, "0\r\n\r\n", 5)) {
            ssize_t got = used < sizeof buffer - 1 ? recv(fd, buffer + used, sizeof buffer - 1 - used, 0) : -1;
            if (got <= 0) return -1;
            used += (size_t)got;
        }
    } else {
        size_t whole = head + (size_t)strtol(field + 17, NULL, 10);
        while (used < whole) {
            ssize_t got = used < sizeof buffer - 1 ? recv(fd, buffer + used, sizeof buffer - 1 - used, 0) : -1;
            if (got <= 0) return -1;
            used += (size_t)got;
        }
    }
    return !is_good ? -1 : closes ? 0 : 1;
}

static void *work(void *unused) {
    (void)unused;
    int fd = -1;
    size_t room = (size_t)batch * 2048 + 2048;
    char *request = malloc(room), *body = malloc(room);
    if (!request || !body) return NULL;
    for (;;) {
        long i = atomic_fetch_add(&next, batch);
        if (i >= count) break;
        int length = compose(request, body, room, i);
        double start = now();
        if (rate) {
            double due = began + (double)i / (double)rate;
            if (due > start) usleep((useconds_t)((due - start) * 1e6));
            start = due;
        }
        if (fd < 0) fd = dial();
        int result = fd >= 0 && sent(fd, request, (size_t)length) ? answered(fd) : -1;
        times[i / batch] = (float)((now() - start) * 1000);
        if (result < 0) atomic_fetch_add(&wrong, 1);
        if (result < 1 && fd >= 0) {
            close(fd);
            fd = -1;
        }
    }
    if (fd >= 0) close(fd);
    free(request);
    free(body);
    return NULL;
}

static int ascending(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
    if (argc != 8 && argc != 9) {
        fprintf(stderr, "usage: %s PORT ACCOUNT KEY CONNECTIONS COUNT RATE PREFIX [BATCH]\n", argv[0]);
        return 2;
    }
    port = atoi(argv[1]);
    account = argv[2];
    key = argv[3];
    int width = atoi(argv[4]);
    count = atol(argv[5]);
    rate = atol(argv[6]);
    prefix = argv[7];
    if (argc > 8) batch = atol(argv[8]);
    if (width < 1 || width > 1024 || count < 1 || batch < 1 || batch > 1000 || count % batch) return 2;
    times = calloc((size_t)count, sizeof *times);
    pthread_t threads[1024];
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 128 * 1024);
    began = now();
    for (int i = 0; i < width; i++) pthread_create(&threads[i], &attributes, work, NULL);
    for (int i = 0; i < width; i++) pthread_join(threads[i], NULL);
    double seconds = now() - began;
    long requests = count / batch;
    qsort(times, (size_t)requests, sizeof *times, ascending);
    printf("per_second %.0f\np50_ms %.2f\np99_ms %.2f\nmax_ms %.2f\nwrong %ld\n", (double)count / seconds, times[requests / 2],
        times[requests * 99 / 100], times[requests - 1], atomic_load(&wrong));
    return 0;
}
