// A cgroup (version 2) of the step's own, below one that was delegated to Ferry.
#ifndef FERRY_STEP_CGROUP_H
#define FERRY_STEP_CGROUP_H

#include <stdbool.h>
#include <sys/types.h>

struct cgroup {
    // Descriptor of its folder; -1 where there is none.
    int folder;
    char *path;
};

// Makes the group with its limits. Where the memory or pids controller is not delegated there is no group.
struct cgroup cgroup_make(const char *parent, long long memory_bytes, long long processes);
bool cgroup_add(const struct cgroup *group, pid_t pid);
void cgroup_kill(const struct cgroup *group);
// Whether the kernel killed for want of memory.
bool cgroup_was_out_of_memory(const struct cgroup *group);
void cgroup_remove(struct cgroup *group);

#endif
