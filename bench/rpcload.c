/* Load on a libvirt RPC server, without a client library: one thread a connection, blocking sockets.
 *
 *   rpcload latency SOCKET PROCEDURE CALLS [WORDS]  prints the median and the 99th percentile in microseconds; each call carries so many words of zero
 *   rpcload rate SOCKET PROCEDURE SECONDS THREADS   prints calls a second, over all threads
 *   rpcload reap PROGRAM ARGUMENT...                runs a daemon and reaps the guests it leaves to init, at once: how long init takes is
 *                                                   the machine's affair, and a daemon that is not QEMU's parent waits for it
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 28, LARGEST = 4 << 20 };
static const char *path;
static uint32_t procedure;
static volatile int stop;

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

/* One call at a time. Waits in poll(), as clients over libvirt do: a thread that sleeps in read() is also woken when the server takes its call, in vain,
 * at the server's cost. The answer comes in one read as a rule, so that the load costs little beside what it measures. */
static void call(int fd, uint32_t number, uint32_t serial, const void *payload, size_t size) {
    static __thread char buffer[65536];
    uint32_t head[7] = {htonl(HEADER + size), htonl(0x20008086), htonl(1), htonl(number), 0, htonl(serial), 0};
    memcpy(buffer, head, HEADER);
    memcpy(buffer + HEADER, payload, size);
    if (write(fd, buffer, HEADER + size) != (ssize_t)(HEADER + size))
        fail("rpcload: write");
    size_t have = 0, length = HEADER;
    for (size_t total = 0; total < length;) {
        struct pollfd readable = {.fd = fd, .events = POLLIN};
        if (poll(&readable, 1, -1) < 0)
            fail("rpcload: poll");
        ssize_t got = read(fd, buffer + have, sizeof buffer - have);
        if (got <= 0)
            fail("rpcload: connection closed");
        total += got;
        if (have < HEADER && have + got >= HEADER) {
            memcpy(head, buffer, HEADER);
            length = ntohl(head[0]);
            if (length < HEADER || length > LARGEST || ntohl(head[5]) != serial || head[6] != 0) {
                fprintf(stderr, "rpcload: procedure %u answered with an error\n", number);
                exit(1);
            }
        }
        have = have + got < HEADER ? have + got : HEADER;   /* what follows the header is not looked at */
    }
}

static int open_connection(void) {
    static const char uri[] = "qemu:///system\0";
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
        fail("rpcload: connect");
    call(fd, 66, 1, "", 0);
    char payload[28] = {0};
    uint32_t present = htonl(1), length = htonl(14);
    memcpy(payload, &present, 4);
    memcpy(payload + 4, &length, 4);
    memcpy(payload + 8, uri, 14);
    call(fd, 1, 2, payload, sizeof payload);
    return fd;
}

static int order(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void *worker(void *result) {
    int fd = open_connection();
    uint64_t count = 0;
    for (; !stop; count++)
        call(fd, procedure, count + 3, "", 0);
    *(uint64_t *)result = count;
    close(fd);
    return NULL;
}

static pid_t daemon_id;

static void pass_on(int signal) {
    kill(daemon_id, signal);
}

static int reap(char **command) {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    daemon_id = fork();
    if (daemon_id == 0) {
        execvp(command[0], command);
        fail(command[0]);
    }
    signal(SIGTERM, pass_on);
    for (;;) {
        int status;
        pid_t ended = wait(&status);
        if (ended == daemon_id || (ended < 0 && errno == ECHILD))
            return 0;
    }
}

int main(int argc, char **argv) {
    if (argc > 2 && strcmp(argv[1], "reap") == 0)
        return reap(argv + 2);
    if (argc < 5)
        return 2;
    path = argv[2];
    procedure = atoi(argv[3]);
    if (strcmp(argv[1], "latency") == 0) {
        static const uint32_t nothing[64];
        int calls = atoi(argv[4]), fd = open_connection(), words = argc > 5 ? atoi(argv[5]) : 0;
        if (words > 64)
            return 2;
        double *took = calloc(calls, sizeof *took);
        for (int i = calls < 200 ? -calls : -200; i < calls; i++) {
            double begin = now();
            call(fd, procedure, i + 300, nothing, words * sizeof *nothing);
            if (i >= 0)
                took[i] = (now() - begin) * 1e6;
        }
        qsort(took, calls, sizeof *took, order);
        printf("%.1f %.1f\n", took[calls / 2], took[calls * 99 / 100]);
        return 0;
    }
    int threads = atoi(argv[5]);
    pthread_t ids[64];
    uint64_t counts[64] = {0}, total = 0;
    if (threads > 64)
        return 2;
    double begin = now();
    for (int i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, worker, &counts[i]);
    struct timespec pause = {.tv_sec = (time_t)atof(argv[4]), .tv_nsec = (long)((atof(argv[4]) - (time_t)atof(argv[4])) * 1e9)};
    nanosleep(&pause, NULL);
    stop = 1;
    for (int i = 0; i < threads; i++) {
        pthread_join(ids[i], NULL);
        total += counts[i];
    }
    printf("%.0f\n", total / (now() - begin));
    return 0;
}
