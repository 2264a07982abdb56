// One step: bubblewrap as our child, and everything that may end it.
#ifndef FERRY_STEP_STEP_H
#define FERRY_STEP_STEP_H

#include "cgroup.h"
#include "report.h"
#include "specification.h"

struct step {
    struct specification specification;
    struct cgroup cgroup;
    struct report report;
    // SIGCHLD and SIGTERM arrive here.
    int signals;
    // bubblewrap outside; 0 once it was reaped.
    pid_t bubblewrap;
    // The first process of the sandbox's pid namespace: when it dies, the kernel kills the rest. 0 until it is known.
    pid_t first;
    int first_descriptor;
    char status_text[4096];
    size_t status_length;
    long long deadline;
    long long next_memory_check, next_tree_check;
    // Of the machine, before the command.
    long long memory_left;
};

// Milliseconds that do not count while the machine sleeps.
long long now_ms(void);

// Starts bubblewrap. 0, or -1 after `fail`.
int launch(struct step *step);

// Takes bubblewrap's status messages; at the first, limits the sandbox and opens its gate. 0, or -1 after `fail`.
int take_status(struct step *step);

// Waits until the sandbox has ended, or ends it. The tree is gone on return, or `report.left` says that it is not.
void watch(struct step *step);

#endif
