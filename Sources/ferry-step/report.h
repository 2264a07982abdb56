// The one line on standard error with which every step ends. Sources/FerrySandbox/StepReport.swift reads it.
#ifndef FERRY_STEP_REPORT_H
#define FERRY_STEP_REPORT_H

#include <stdbool.h>

enum ending { ENDED_RUNNING, ENDED_BY_ITSELF, ENDED_BY_DEADLINE, ENDED_BY_MEMORY, ENDED_BY_REQUEST };

struct report {
    enum ending ending;
    // Whether the command itself was executed, and not only bubblewrap.
    bool started;
    // Exit status of the command, in the shell's encoding; -1 where bubblewrap did not tell.
    int exit_code;
    // wait(2) status of bubblewrap.
    int bubblewrap_status;
    // Who bounds memory: "cgroup", "watch", or "none".
    const char *memory;
    // Whether processes were left when we gave up waiting for them.
    bool left;
};

// Notes why nothing could be run. `kind` is "policy" (a path), "bubblewrap" or "helper". Returns -1.
int fail(const char *kind, const char *reason, const char *what);

// Writes `ferry-step error=KIND TEXT` where `fail` was called, else the outcome.
void write_report(const struct report *report);

#endif
