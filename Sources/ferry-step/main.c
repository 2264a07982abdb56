// ferry-step: runs one command in bubblewrap for Ferry, and takes its whole process tree down with itself.
//
// It exists because the parent of `bwrap --die-with-parent` must be a thread that lives as long as the sandbox, which
// Swift's pool threads do not, and because somebody has to end the sandbox when Ferry itself is killed.
// Standard input brings the specification and is then the control pipe; standard output is the command's output;
// standard error gets one line at the end (report.h). It has one thread and allocates little.
// With `--inside` it is the other end, in the sandbox (inside.h).
#define _GNU_SOURCE
#include "inside.h"
#include "step.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

static int prepare(struct step *step) {
    // Whatever Ferry had open would otherwise be open in the sandbox (CVE-2024-21626).
    if (syscall(SYS_close_range, 3, ~0U, 0) != 0) return fail("helper", strerror(errno), "close_range");
    // Ferry's end also closes the control pipe; this is for a pipe that somebody else holds open.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return fail("helper", strerror(errno), "subreaper");
    sigset_t awaited;
    sigemptyset(&awaited);
    sigaddset(&awaited, SIGCHLD);
    sigaddset(&awaited, SIGTERM);
    sigaddset(&awaited, SIGINT);
    sigaddset(&awaited, SIGHUP);
    sigprocmask(SIG_SETMASK, &awaited, NULL);
    signal(SIGPIPE, SIG_IGN);
    step->signals = signalfd(-1, &awaited, SFD_NONBLOCK | SFD_CLOEXEC);
    return step->signals >= 0 ? 0 : fail("helper", strerror(errno), "signalfd");
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "--inside") == 0) return inside(argv + 2);
    struct step step = {.first_descriptor = -1, .cgroup = {.folder = -1}, .report = {.exit_code = -1, .memory = "none"}};
    if (prepare(&step) == 0 && read_specification(&step.specification) == 0) {
        step.cgroup = cgroup_make(step.specification.cgroup, step.specification.memory_bytes, step.specification.processes);
        step.deadline = now_ms() + step.specification.deadline_ms;
        if (launch(&step) == 0) watch(&step);
        if (step.cgroup.folder >= 0) cgroup_remove(&step.cgroup);
    }
    write_report(&step.report);
    return 0;
}
