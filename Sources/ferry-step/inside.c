#define _GNU_SOURCE
#include "inside.h"

#include "relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int complain(const char *what, int status) {
    fprintf(stderr, "ferry-step: %s: %s\n", what, strerror(errno));
    return status;
}

static int listen_on_loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, 128) == 0 ? fd : -1;
}

// A process that is no child of the command's, so that no shell waits for it; it ends with the sandbox.
static int offer_proxy(int port, const char *socket_path) {
    int listener = listen_on_loopback(port);
    if (listener < 0) return -1;
    pid_t child = fork();
    if (child < 0) return -1;
    if (child == 0) {
        if (fork() != 0) _exit(0);
        setsid();
        int null = open("/dev/null", O_RDWR);
        for (int fd = 0; fd < 3; fd++) dup2(null, fd);
        relay(listener, socket_path);
        _exit(1);
    }
    close(listener);
    int status;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    return 0;
}

static int use_stream(const char *socket_path, int stream) {
    int fd = connect_unix(socket_path, 0);
    return fd >= 0 && dup2(fd, stream) >= 0 ? close(fd) : -1;
}

// Two connections, the input's first: Ferry greets it with a byte, so that it cannot take one for the other. With one for both, what waits to be read would
// show at the output as well, which some take for its end (asyncio).
static int use_streams(const char *socket_path) {
    char greeting;
    ssize_t got;
    if (use_stream(socket_path, STDIN_FILENO) != 0) return -1;
    do { got = read(STDIN_FILENO, &greeting, 1); } while (got < 0 && errno == EINTR);
    if (got == 0) errno = ECONNRESET;
    return got == 1 ? use_stream(socket_path, STDOUT_FILENO) : -1;
}

int inside(char **arguments) {
    while (*arguments && strcmp(*arguments, "--") != 0) {
        if (strcmp(*arguments, "--proxy") == 0 && arguments[1] && arguments[2]) {
            if (offer_proxy(atoi(arguments[1]), arguments[2]) != 0) return complain("the proxy cannot be offered", 125);
            arguments += 3;
        } else if (strcmp(*arguments, "--streams") == 0 && arguments[1]) {
            if (use_streams(arguments[1]) != 0) return complain("no connection to Ferry", 125);
            arguments += 2;
        } else {
            errno = EINVAL;
            return complain(*arguments, 125);
        }
    }
    if (!*arguments || !arguments[1]) {
        errno = EINVAL;
        return complain("no command", 125);
    }
    execvp(arguments[1], arguments + 1);
    return complain(arguments[1], errno == ENOENT ? 127 : 126);
}
