/* receiver.c: the fast receiver of bin/bench.
 *
 * It exists so that delivery figures measure the sender: an HTTP/1.1 keep-alive server on one epoll thread that does next
 * to nothing, so that both Hookswitch and the bare libcurl loop (bare-curl-multi.c) are held against the same, fast end.
 *
 *   cc -O2 -o receiver receiver.c && ./receiver [port [log [milliseconds]]]
 *
 * Listens on 127.0.0.1 (port 0 or none: a free one), prints the port on the first line, answers every request with 200 and an
 * empty body, GET /count with the number of other requests so far. Into the log it writes a line for each request, when it was
 * whole: its webhook-id and the microseconds since 1970 ("" for no log). With milliseconds each answer takes so long, however many
 * wait, as of a receiver that hangs. On SIGINT or SIGTERM prints that number and ends.
 * Requests need a Content-Length when they have a body; chunked ones are not understood (400, closed). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define HEAD_LIMIT 65536

struct connection {
    int fd;
    size_t used;      /* bytes of head in buffer */
    size_t body_left; /* bytes of body still to skip */
    char id[64];      /* the webhook-id of the request under way, for the log */
    int waits;        /* for its answer, in the queue below */
    char buffer[HEAD_LIMIT];
};

static volatile sig_atomic_t stopping;
static unsigned long count;
static FILE *record;

/* Answers that are to come. All wait equally long, so the first in is the first out. */
static long delay;
static struct { double at; struct connection *connection; } *queue;
static size_t queue_first, queue_end, queue_room;

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void stop(int signal_number) { (void)signal_number; stopping = 1; }

static void drop(struct connection *c) {
    close(c->fd);
    c->fd = -1;
    if (!c->waits) free(c);
}

static int later(struct connection *c) {
    if (queue_end == queue_room) {
        memmove(queue, queue + queue_first, (queue_end - queue_first) * sizeof *queue);
        queue_end -= queue_first;
        queue_first = 0;
        if (queue_end * 2 >= queue_room) {
            queue_room = queue_room ? queue_room * 2 : 1024;
            queue = realloc(queue, queue_room * sizeof *queue);
            if (!queue) abort();
        }
    }
    queue[queue_end].at = now_ms() + (double)delay;
    queue[queue_end++].connection = c;
    c->waits = 1;
    return 0;
}

/* The value of Content-Length in a head, 0 without, -1 when the body cannot be measured. Keeps the webhook-id on the way. */
static long body_length(struct connection *c, char *head, size_t length) {
    long value = 0;
    c->id[0] = 0;
    char *end = head + length;
    for (char *line = memchr(head, '\n', length); line && line + 1 < end; line = memchr(line + 1, '\n', (size_t)(end - line - 1))) {
        if (!strncasecmp(line + 1, "content-length:", 15)) value = strtol(line + 16, NULL, 10);
        if (!strncasecmp(line + 1, "transfer-encoding:", 18)) return -1;
        if (record && !strncasecmp(line + 1, "webhook-id:", 11)) sscanf(line + 12, " %63[^\r\n]", c->id);
    }
    return value;
}

static int answer(struct connection *c, int is_count) {
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    char text[128];
    const char *bytes = ok;
    size_t length = sizeof ok - 1;
    if (is_count) {
        char number[32];
        int digits = snprintf(number, sizeof number, "%lu", count);
        length = (size_t)snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", digits, number);
        bytes = text;
        if (record) fflush(record);
    } else {
        count++;
        if (record) {
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            fprintf(record, "%s %lld\n", c->id, (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
        }
        if (delay) return later(c);
    }
    return send(c->fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length ? 0 : -1;
}

/* Answers every complete request in the buffer; -1 when the connection is to be dropped. */
static int consume(struct connection *c) {
    size_t start = 0;
    while (start < c->used) {
        if (c->body_left) {
            size_t part = c->used - start < c->body_left ? c->used - start : c->body_left;
            start += part;
            c->body_left -= part;
            if (c->body_left) break;
            if (answer(c, 0)) return -1;
            continue;
        }
        char *head = c->buffer + start;
        char *end = memmem(head, c->used - start, "\r\n\r\n", 4);
        if (!end) break;
        size_t length = (size_t)(end - head) + 4;
        long body = body_length(c, head, length);
        if (body < 0) {
            (void)!send(c->fd, "HTTP/1.1 400 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 57, MSG_NOSIGNAL);
            return -1;
        }
        int is_count = !strncmp(head, "GET /count ", 11);
        start += length;
        if (body) c->body_left = (size_t)body;
        else if (answer(c, is_count)) return -1;
    }
    memmove(c->buffer, c->buffer + start, c->used - start);
    c->used -= start;
    return c->used == HEAD_LIMIT ? -1 : 0;
}

/* Gives the answers whose time has come; milliseconds to the next, -1 without one. */
static int give_out(void) {
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    while (queue_first < queue_end) {
        double left = queue[queue_first].at - now_ms();
        if (left > 0) return (int)left + 1;
        struct connection *c = queue[queue_first++].connection;
        c->waits = 0;
        if (c->fd < 0) free(c);
        else (void)!send(c->fd, ok, sizeof ok - 1, MSG_NOSIGNAL);
    }
    return -1;
}

int main(int argc, char **argv) {
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    address.sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 0));
    if (argc > 3) delay = atol(argv[3]);
    if (argc > 2 && argv[2][0] && !(record = fopen(argv[2], "w"))) {
        perror(argv[2]);
        return 1;
    }
    socklen_t size = sizeof address;
    int one = 1;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1024) ||
        getsockname(listener, (struct sockaddr *)&address, &size)) {
        perror("receiver");
        return 1;
    }
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    struct epoll_event events[256];
    while (!stopping) {
        int ready = epoll_wait(epoll, events, 256, give_out());
        for (int i = 0; i < ready; i++) {
            struct connection *c = events[i].data.ptr;
            if (!c) {
                int fd;
                while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                    c = malloc(sizeof *c);
                    if (!c) { close(fd); continue; }
                    c->fd = fd;
                    c->used = c->body_left = 0;
                    c->waits = 0;
                    event = (struct epoll_event){.events = EPOLLIN, .data.ptr = c};
                    epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
                }
                continue;
            }
            ssize_t got = recv(c->fd, c->buffer + c->used, HEAD_LIMIT - c->used, 0);
            if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
            if (got <= 0) { drop(c); continue; }
            c->used += (size_t)got;
            if (consume(c)) drop(c);
        }
    }
    if (record) fclose(record);
    printf("%lu\n", count);
    return 0;
}
