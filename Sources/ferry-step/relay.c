#define _GNU_SOURCE
#include "relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

// As many as Ferry's proxy serves at once (LocalProxy.width); more wait to be accepted.
enum { most_pairs = 64, buffer_size = 32768 };

struct direction {
    int from, to;
    size_t start, length;
    // No more comes; and that was passed on.
    bool ended, closed;
    char bytes[buffer_size];
};

struct pair {
    struct direction up, down;
};

static struct pair *pairs[most_pairs];
static int count;

int connect_unix(const char *path, int flags) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | flags, 0);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) == 0) return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static void accept_one(int listener, const char *socket_path) {
    int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) return;
    int server = connect_unix(socket_path, SOCK_CLOEXEC);
    struct pair *pair = server < 0 ? NULL : malloc(sizeof *pair);
    if (!pair || fcntl(server, F_SETFL, O_NONBLOCK) != 0) {
        free(pair);
        if (server >= 0) close(server);
        close(client);
        return;
    }
    pair->up = (struct direction){.from = client, .to = server};
    pair->down = (struct direction){.from = server, .to = client};
    pairs[count++] = pair;
}

// Whether an error of read or write only means: not now.
static bool later(void) { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// Moves what can be moved without waiting. -1 when the connection is broken.
static int move(struct direction *direction) {
    if (!direction->ended && direction->length == 0) {
        ssize_t got = read(direction->from, direction->bytes, buffer_size);
        if (got < 0 && !later()) return -1;
        if (got == 0) direction->ended = true;
        direction->start = 0;
        direction->length = got > 0 ? (size_t)got : 0;
    }
    while (direction->length > 0) {
        ssize_t sent = write(direction->to, direction->bytes + direction->start, direction->length);
        if (sent < 0) return later() ? 0 : -1;
        direction->start += (size_t)sent;
        direction->length -= (size_t)sent;
    }
    if (direction->ended && !direction->closed) {
        direction->closed = true;
        shutdown(direction->to, SHUT_WR);
    }
    return 0;
}

static short wanted(const struct direction *in, const struct direction *out) {
    return (short)((!in->ended && in->length == 0 ? POLLIN : 0) | (out->length > 0 ? POLLOUT : 0));
}

static void end(int index) {
    close(pairs[index]->up.from);
    close(pairs[index]->up.to);
    free(pairs[index]);
    pairs[index] = pairs[--count];
}

void relay(int listener, const char *socket_path) {
    static struct pollfd pollers[1 + 2 * most_pairs];
    signal(SIGPIPE, SIG_IGN);
    while (true) {
        pollers[0] = (struct pollfd){.fd = count < most_pairs ? listener : -1, .events = POLLIN};
        for (int i = 0; i < count; i++) {
            struct pair *pair = pairs[i];
            pollers[1 + 2 * i] = (struct pollfd){.fd = pair->up.from, .events = wanted(&pair->up, &pair->down)};
            pollers[2 + 2 * i] = (struct pollfd){.fd = pair->up.to, .events = wanted(&pair->down, &pair->up)};
            // Nothing to wait for but the other side: its hanging up alone would wake us again and again.
            for (int side = 1; side < 3; side++)
                if (!pollers[2 * i + side].events) pollers[2 * i + side].fd = -1;
        }
        if (poll(pollers, (nfds_t)(1 + 2 * count), -1) < 0 && errno != EINTR) return;
        // From the last: an end moves the last into its place, and that one was looked at.
        for (int i = count - 1; i >= 0; i--) {
            if (!pollers[1 + 2 * i].revents && !pollers[2 + 2 * i].revents) continue;
            struct pair *pair = pairs[i];
            if (move(&pair->up) != 0 || move(&pair->down) != 0 || (pair->up.closed && pair->down.closed)) end(i);
        }
        if (pollers[0].revents) accept_one(listener, socket_path);
    }
}
