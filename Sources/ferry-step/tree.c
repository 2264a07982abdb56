#define _GNU_SOURCE
#include "tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { most_processes = 4096 };

struct pids {
    pid_t list[most_processes];
    size_t count;
};

static ssize_t read_proc(pid_t pid, const char *name, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    size_t done = 0;
    ssize_t piece;
    while (done < size - 1 && (piece = read(fd, text + done, size - 1 - done)) > 0) done += (size_t)piece;
    close(fd);
    text[done] = 0;
    return (ssize_t)done;
}

static void add_children_of_thread(pid_t pid, const char *thread, struct pids *out) {
    static char text[1 << 16];
    char name[64];
    snprintf(name, sizeof name, "task/%.20s/children", thread);
    if (read_proc(pid, name, text, sizeof text) <= 0) return;
    char *next = text;
    while (out->count < most_processes) {
        char *end;
        long child = strtol(next, &end, 10);
        if (end == next) return;
        out->list[out->count++] = (pid_t)child;
        next = end;
    }
}

static void add_children(pid_t pid, struct pids *out) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    if (!threads) return;
    for (struct dirent *entry; (entry = readdir(threads));)
        if (entry->d_name[0] != '.') add_children_of_thread(pid, entry->d_name, out);
    closedir(threads);
}

bool can_list_children(void) {
    char name[64], text[16];
    snprintf(name, sizeof name, "task/%d/children", getpid());
    return read_proc(getpid(), name, text, sizeof text) >= 0;
}

static long long resident(pid_t pid) {
    char text[256];
    long long size = 0, pages = 0;
    if (read_proc(pid, "statm", text, sizeof text) > 0) sscanf(text, "%lld %lld", &size, &pages);
    return pages * sysconf(_SC_PAGESIZE);
}

static long long proportional(pid_t pid) {
    char text[4096];
    const char *line;
    long long kibibytes;
    if (read_proc(pid, "smaps_rollup", text, sizeof text) > 0 && (line = strstr(text, "\nPss:")) && sscanf(line, "\nPss: %lld", &kibibytes) == 1)
        return kibibytes * 1024;
    // A process may make itself unreadable.
    return resident(pid);
}

long long tree_memory(pid_t root, long long limit) {
    static struct pids tree;
    tree.list[0] = root;
    tree.count = 1;
    for (size_t i = 0; i < tree.count; i++) add_children(tree.list[i], &tree);
    long long total = 0;
    for (size_t i = 0; i < tree.count; i++) total += resident(tree.list[i]);
    if (total <= limit) return total;
    total = 0;
    for (size_t i = 0; i < tree.count; i++) total += proportional(tree.list[i]);
    return total;
}

void kill_children(void) {
    static struct pids children;
    children.count = 0;
    add_children(getpid(), &children);
    for (size_t i = 0; i < children.count; i++) kill(children.list[i], SIGKILL);
}
