#define _GNU_SOURCE
#include "step.h"

#include "tree.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const long long patience_ms = 4000;
static const long long memory_interval_ms = 200;

long long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void kill_tree(const struct step *step) {
    cgroup_kill(&step->cgroup);
    if (step->first_descriptor >= 0) syscall(SYS_pidfd_send_signal, step->first_descriptor, SIGKILL, NULL, 0);
    if (step->bubblewrap) kill(step->bubblewrap, SIGKILL);
}

// Reaps what has ended; true once no child is left. As the subreaper we inherit the first process of the sandbox,
// and that one ends only when every process of its namespace is gone.
static bool reap(struct step *step) {
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid != step->bubblewrap) continue;
        step->report.bubblewrap_status = status;
        step->bubblewrap = 0;
    }
    return pid < 0 && errno == ECHILD;
}

static void drain_signals(const struct step *step, bool *terminate) {
    struct signalfd_siginfo signal;
    while (read(step->signals, &signal, sizeof signal) == sizeof signal)
        if (signal.ssi_signo != SIGCHLD) *terminate = true;
}

static void finish(struct step *step) {
    long long end = now_ms() + patience_ms;
    bool ignored = false;
    kill_tree(step);
    while (!reap(step)) {
        // bubblewrap can die between making its child and telling us; nobody else would end that one.
        if (!step->bubblewrap) kill_children();
        step->report.left = now_ms() >= end;
        if (step->report.left) return;
        struct pollfd poller = {.fd = step->signals, .events = POLLIN};
        poll(&poller, 1, 20);
        drain_signals(step, &ignored);
    }
    step->report.left = false;
}

static bool over_memory(struct step *step) {
    long long now = now_ms(), limit = step->specification.memory_bytes;
    if (step->report.memory[0] != 'w' || now < step->next_memory_check) return false;
    step->next_memory_check = now + memory_interval_ms;
    // A command can make the look at its processes slow; this one costs the same always.
    if (machine_runs_short(step->memory_left, limit)) return true;
    if (now < step->next_tree_check) return false;
    bool over = tree_memory(step->first, limit) > limit;
    // At most two per cent of a processor, however many processes there are.
    step->next_tree_check = now_ms() + (now_ms() - now) * 50;
    return over;
}

static int wait_time(const struct step *step) {
    long long now = now_ms(), until = step->deadline;
    if (step->report.memory[0] == 'w' && step->next_memory_check < until) until = step->next_memory_check;
    long long left = until - now;
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

// What ended the step, or ENDED_RUNNING.
static enum ending next_ending(struct step *step) {
    struct pollfd pollers[3] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = step->signals, .events = POLLIN},
        {.fd = step->specification.status, .events = POLLIN},
    };
    bool terminate = false;
    poll(pollers, 3, wait_time(step));
    if (pollers[2].revents && take_status(step) != 0) return ENDED_BY_REQUEST;
    if (pollers[1].revents) drain_signals(step, &terminate);
    reap(step);
    if (!step->bubblewrap) return ENDED_BY_ITSELF;
    // Any byte on the control pipe means the same as its end.
    if (terminate || pollers[0].revents) return ENDED_BY_REQUEST;
    if (now_ms() >= step->deadline) return ENDED_BY_DEADLINE;
    return over_memory(step) ? ENDED_BY_MEMORY : ENDED_RUNNING;
}

void watch(struct step *step) {
    step->memory_left = memory_left();
    while (step->report.ending == ENDED_RUNNING) step->report.ending = next_ending(step);
    finish(step);
    while (step->specification.status >= 0) take_status(step);
    if (cgroup_was_out_of_memory(&step->cgroup)) step->report.ending = ENDED_BY_MEMORY;
    // bubblewrap tells an exit code only of a command that it executed.
    step->report.started = step->report.exit_code >= 0 || step->report.ending != ENDED_BY_ITSELF;
}
