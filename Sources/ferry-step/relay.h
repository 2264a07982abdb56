// Passes connections of a port on to a Unix socket.
#ifndef FERRY_STEP_RELAY_H
#define FERRY_STEP_RELAY_H

// A connection to a Unix socket, or -1. `flags`: of socket(2), such as SOCK_CLOEXEC.
int connect_unix(const char *path, int flags);

// Accepts on a listening socket that does not block, and passes bytes both ways; returns only where that cannot go on.
void relay(int listener, const char *socket_path);

#endif
