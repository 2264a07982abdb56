#define _GNU_SOURCE
#include "tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Of one look: it must not take long, since nothing is ended meanwhile.
enum { most_processes = 4096, most_descriptors = 20000, most_files = 1024 };

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

static long long kibibytes(const char *text, const char *name) {
    const char *line = strstr(text, name);
    return line ? atoll(line + strlen(name)) * 1024 : -1;
}

// `shared` gets what of it lies in shared memory.
static long long proportional(pid_t pid, long long *shared) {
    char text[4096];
    long long all = -1;
    *shared = 0;
    if (read_proc(pid, "smaps_rollup", text, sizeof text) > 0 && (all = kibibytes(text, "\nPss:")) >= 0) {
        long long found = kibibytes(text, "\nPss_Shmem:");
        if (found > 0) *shared = found;
    }
    // A process may make itself unreadable.
    return all >= 0 ? all : resident(pid);
}

struct memory_files {
    ino_t inodes[most_files];
    size_t count, looked;
    long long bytes;
};

static bool is_new(struct memory_files *files, ino_t inode) {
    for (size_t i = 0; i < files->count; i++)
        if (files->inodes[i] == inode) return false;
    if (files->count < most_files) files->inodes[files->count++] = inode;
    return true;
}

// Files that memfd_create(2) made: memory that no process needs to have mapped.
static void add_memory_files(pid_t pid, struct memory_files *files) {
    char path[64], target[16];
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *folder = opendir(path);
    if (!folder) return;
    for (struct dirent *entry; files->looked < most_descriptors && (entry = readdir(folder));) {
        struct stat status;
        files->looked++;
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target);
        if (length < 7 || memcmp(target, "/memfd:", 7) != 0 || fstatat(dirfd(folder), entry->d_name, &status, 0) != 0) continue;
        if (is_new(files, status.st_ino)) files->bytes += (long long)status.st_blocks * 512;
    }
    closedir(folder);
}

long long tree_memory(pid_t root, long long limit) {
    static struct pids tree;
    static struct memory_files files;
    files.count = files.looked = 0;
    files.bytes = 0;
    tree.list[0] = root;
    tree.count = 1;
    for (size_t i = 0; i < tree.count; i++) add_children(tree.list[i], &tree);
    long long total = 0;
    for (size_t i = 0; i < tree.count; i++) total += resident(tree.list[i]);
    for (size_t i = 0; i < tree.count; i++) add_memory_files(tree.list[i], &files);
    if (total + files.bytes <= limit) return total + files.bytes;
    long long mapped = 0, shared;
    total = 0;
    for (size_t i = 0; i < tree.count; i++) {
        total += proportional(tree.list[i], &shared);
        mapped += shared;
    }
    // What is mapped of the files was counted with the processes.
    return total + (files.bytes > mapped ? files.bytes - mapped : 0);
}

static long long of_machine(const char *name) {
    char text[4096];
    int fd = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t count = read(fd, text, sizeof text - 1);
    close(fd);
    text[count > 0 ? count : 0] = 0;
    return kibibytes(text, name);
}

long long memory_left(void) { return of_machine("\nMemAvailable:"); }

bool machine_runs_short(long long left_before, long long limit) {
    long long total = of_machine("MemTotal:"), left = memory_left();
    return total > 0 && left >= 0 && left < total / 16 && left_before - left > limit;
}

void kill_children(void) {
    static struct pids children;
    children.count = 0;
    add_children(getpid(), &children);
    for (size_t i = 0; i < children.count; i++) kill(children.list[i], SIGKILL);
}
