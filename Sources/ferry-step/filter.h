// The seccomp program of every sandbox.
#ifndef FERRY_STEP_FILTER_H
#define FERRY_STEP_FILTER_H

// A descriptor with the program as `bwrap --seccomp` wants it (struct sock_filter after struct sock_filter); -1 with errno.
int filter_descriptor(void);

#endif
