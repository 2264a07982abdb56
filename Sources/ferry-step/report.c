#define _GNU_SOURCE
#include "report.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static char failure[1024];

int fail(const char *kind, const char *reason, const char *what) {
    if (!failure[0]) snprintf(failure, sizeof failure, "%s %s%s%s", kind, what, what[0] ? ": " : "", reason);
    return -1;
}

static const char *name(enum ending ending) {
    switch (ending) {
    case ENDED_BY_DEADLINE: return "deadline";
    case ENDED_BY_MEMORY: return "memory";
    case ENDED_BY_REQUEST: return "request";
    default: return "itself";
    }
}

void write_report(const struct report *report) {
    if (failure[0]) {
        dprintf(STDERR_FILENO, "ferry-step error=%s\n", failure);
        return;
    }
    int status = report->bubblewrap_status;
    int code = report->exit_code >= 0 ? report->exit_code : WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    int signal = report->exit_code < 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    dprintf(
        STDERR_FILENO, "ferry-step started=%d ending=%s code=%d signal=%d memory=%s left=%d\n", report->started, name(report->ending), code,
        signal, report->memory, report->left);
}
