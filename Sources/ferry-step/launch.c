#define _GNU_SOURCE
#include "step.h"

#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct rlimit bounded(pid_t pid, int resource, long long value) {
    struct rlimit limit = {0, 0};
    prlimit(pid, resource, NULL, &limit);
    rlim_t wanted = value < 0 ? 0 : (rlim_t)value;
    if (wanted > limit.rlim_max) wanted = limit.rlim_max;
    return (struct rlimit){wanted, wanted};
}

static int set_limit(pid_t pid, int resource, long long value) {
    struct rlimit limit = bounded(pid, resource, value);
    return prlimit(pid, resource, &limit, NULL);
}

static void prefer_for_out_of_memory(void) {
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    if (write(fd, "700", 3) != 3) { /* The kernel then picks by size alone. */ }
    close(fd);
}

static void become_bubblewrap(const struct step *step, pid_t parent, int failure) {
    const struct specification *specification = &step->specification;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    int input = specification->input >= 0 ? specification->input : open("/dev/null", O_RDONLY);
    sigset_t none;
    sigemptyset(&none);
    char *environment[] = {NULL};
    prefer_for_out_of_memory();
    if (input >= 0 && dup2(input, STDIN_FILENO) >= 0 && dup2(STDOUT_FILENO, STDERR_FILENO) >= 0 && close(input) == 0
        && set_limit(0, RLIMIT_CORE, 0) == 0 && set_limit(0, RLIMIT_NOFILE, specification->open_files) == 0
        && set_limit(0, RLIMIT_FSIZE, specification->file_bytes) == 0 && signal(SIGPIPE, SIG_DFL) != SIG_ERR
        && sigprocmask(SIG_SETMASK, &none, NULL) == 0)
        execve(specification->bubblewrap, specification->arguments, environment);
    int error = errno;
    if (write(failure, &error, sizeof error) != sizeof error) _exit(2);
    _exit(1);
}

int launch(struct step *step) {
    struct specification *specification = &step->specification;
    int failure[2], error = 0;
    pid_t parent = getpid();
    if (pipe2(failure, O_CLOEXEC) != 0) return fail("helper", strerror(errno), "pipe");
    step->bubblewrap = fork();
    if (step->bubblewrap == 0) become_bubblewrap(step, parent, failure[1]);
    close(failure[1]);
    close(specification->status_writer);
    close(specification->gate);
    if (step->bubblewrap < 0) {
        step->bubblewrap = 0;
        return fail("helper", strerror(errno), "fork");
    }
    ssize_t count = read(failure[0], &error, sizeof error);
    close(failure[0]);
    return count == 0 ? 0 : fail("bubblewrap", strerror(error), specification->bubblewrap);
}

// RLIMIT_NPROC counts in the namespace in which it is set (Linux 5.14). Set before bubblewrap makes its own, it would
// count every thread that the user runs on the host.
static int limit_sandbox(struct step *step) {
    if (set_limit(step->first, RLIMIT_NPROC, step->specification.processes) != 0) return fail("helper", strerror(errno), "process limit");
    bool grouped = cgroup_add(&step->cgroup, step->bubblewrap) && cgroup_add(&step->cgroup, step->first);
    step->report.memory = grouped ? "cgroup" : can_list_children() ? "watch" : "none";
    return 0;
}

static long long member(const char *text, const char *name, long long otherwise) {
    const char *found = strstr(text, name);
    return found ? atoll(found + strlen(name)) : otherwise;
}

int take_status(struct step *step) {
    ssize_t count = read(
        step->specification.status, step->status_text + step->status_length, sizeof step->status_text - 1 - step->status_length);
    if (count <= 0) {
        close(step->specification.status);
        step->specification.status = -1;
        return 0;
    }
    step->status_length += (size_t)count;
    step->status_text[step->status_length] = 0;
    step->report.exit_code = (int)member(step->status_text, "\"exit-code\": ", -1);
    long long first = member(step->status_text, "\"child-pid\": ", 0);
    // Only a whole message: the number could be cut.
    if (step->first || first <= 0 || !strchr(step->status_text, '\n')) return 0;
    step->first = (pid_t)first;
    // It waits at the gate, so the number is still its own.
    step->first_descriptor = (int)syscall(SYS_pidfd_open, step->first, 0);
    if (step->first_descriptor < 0) return fail("helper", strerror(errno), "pidfd_open");
    if (limit_sandbox(step) != 0) return -1;
    return close(step->specification.gate_writer);
}
