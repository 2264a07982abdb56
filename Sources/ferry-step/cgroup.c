#define _GNU_SOURCE
#include "cgroup.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_file(const struct cgroup *group, const char *name, const char *text) {
    int fd = openat(group->folder, name, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    bool written = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    close(fd);
    return written;
}

static bool write_number(const struct cgroup *group, const char *name, long long value) {
    char text[32];
    snprintf(text, sizeof text, "%lld", value);
    return write_file(group, name, text);
}

struct cgroup cgroup_make(const char *parent, long long memory_bytes, long long processes) {
    struct cgroup group = {.folder = -1};
    if (!parent || asprintf(&group.path, "%s/step-%d", parent, getpid()) < 0) return group;
    if (mkdir(group.path, 0700) != 0) return group;
    group.folder = open(group.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!write_number(&group, "memory.max", memory_bytes) || !write_number(&group, "pids.max", processes)) {
        cgroup_remove(&group);
        return group;
    }
    // Missing without swap accounting, or before Linux 4.19.
    write_file(&group, "memory.swap.max", "0");
    write_file(&group, "memory.oom.group", "1");
    return group;
}

bool cgroup_add(const struct cgroup *group, pid_t pid) { return group->folder >= 0 && write_number(group, "cgroup.procs", pid); }

void cgroup_kill(const struct cgroup *group) {
    if (group->folder >= 0) write_file(group, "cgroup.kill", "1");
}

bool cgroup_was_out_of_memory(const struct cgroup *group) {
    char text[512];
    int fd = group->folder >= 0 ? openat(group->folder, "memory.events", O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0) return false;
    ssize_t count = read(fd, text, sizeof text - 1);
    close(fd);
    text[count > 0 ? count : 0] = 0;
    const char *line = strstr(text, "\noom_kill ");
    return line && atoll(line + strlen("\noom_kill ")) > 0;
}

void cgroup_remove(struct cgroup *group) {
    if (group->folder >= 0) close(group->folder);
    group->folder = -1;
    // Busy for an instant after its last process was reaped.
    for (int i = 0; i < 50 && rmdir(group->path) != 0; i++) usleep(2000);
}
