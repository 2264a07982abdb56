// A library for LD_PRELOAD. It counts the calls that change files below the folders CRASH_BELOW (colons between them); the CRASH_AT-th is not
// made: the process is killed, or the call fails with CRASH_ERRNO. CRASH_CALLS names the calls that are counted (commas between them), where not all are.
// CRASH_FOR is how many calls in a row fail, one where it is not there. CRASH_TRACE is a file that gets a line for each call.
// CRASH_COUNTER is a file by which several processes count as one, and CRASH_WITH one with the number of a process that is killed as well.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static long raw(long number, long a, long b, long c, long d, long e, long f) {
    static long (*next)(long, ...);
    if (!next) next = dlsym(RTLD_NEXT, "syscall");
    return next(number, a, b, c, d, e, f);
}

static int is_counted(const char *name) {
    const char *calls = getenv("CRASH_CALLS");
    if (!calls) return 1;
    while (*calls) {
        size_t length = strcspn(calls, ",");
        if (length == strlen(name) && strncmp(name, calls, length) == 0) return 1;
        calls += length + (calls[length] == ',');
    }
    return 0;
}

static int is_below(const char *path) {
    const char *folders = getenv("CRASH_BELOW");
    while (folders && *folders) {
        size_t length = strcspn(folders, ":");
        if (strncmp(path, folders, length) == 0 && (path[length] == '/' || path[length] == 0)) return 1;
        folders += length + (folders[length] == ':');
    }
    return 0;
}

// The number of this call, by a file that gets a byte for each.
static long counted(const char *file) {
    long counter = raw(SYS_openat, AT_FDCWD, (long)file, O_WRONLY | O_APPEND | O_CREAT, 0600, 0, 0);
    if (counter < 0) return 0;
    raw(SYS_write, counter, (long)".", 1, 0, 0, 0);
    long number = raw(SYS_lseek, counter, 0, SEEK_CUR, 0, 0, 0);
    raw(SYS_close, counter, 0, 0, 0, 0, 0);
    return number;
}

static void kill_with(const char *file) {
    char text[32];
    long pid = raw(SYS_openat, AT_FDCWD, (long)file, O_RDONLY, 0, 0, 0);
    if (pid < 0) return;
    long length = raw(SYS_read, pid, (long)text, sizeof text - 1, 0, 0, 0);
    raw(SYS_close, pid, 0, 0, 0, 0, 0);
    if (length <= 0) return;
    text[length] = 0;
    raw(SYS_kill, atol(text), SIGKILL, 0, 0, 0, 0);
}

// 1 where the call must fail.
static int strike(const char *name, const char *path) {
    if (!is_counted(name) || !is_below(path)) return 0;
    const char *counter = getenv("CRASH_COUNTER"), *with = getenv("CRASH_WITH");
    long call = counter ? counted(counter) : atomic_fetch_add(&calls, 1) + 1;
    const char *trace = getenv("CRASH_TRACE"), *at = getenv("CRASH_AT"), *error = getenv("CRASH_ERRNO");
    if (trace) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%ld %s %s\n", call, name, path);
        long file = raw(SYS_openat, AT_FDCWD, (long)trace, O_WRONLY | O_APPEND | O_CREAT, 0600, 0, 0);
        if (file >= 0) {
            raw(SYS_write, file, (long)line, length, 0, 0, 0);
            raw(SYS_close, file, 0, 0, 0, 0, 0);
        }
    }
    const char *count = getenv("CRASH_FOR");
    if (!at || call < atol(at) || call >= atol(at) + (count ? atol(count) : 1)) return 0;
    if (!error) {
        if (with) kill_with(with);
        raw(SYS_kill, getpid(), SIGKILL, 0, 0, 0, 0);
        pause();
    }
    errno = atoi(error);
    return 1;
}

static int strike_file(const char *name, int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    long length = raw(SYS_readlinkat, AT_FDCWD, (long)link, (long)path, sizeof path - 1, 0, 0);
    if (length <= 0) return 0;
    path[length] = 0;
    return strike(name, path);
}

static int strike_at(const char *name, int folder, const char *file) {
    char link[64], path[2 * PATH_MAX];
    if (file[0] == '/') return strike(name, file);
    if (folder == AT_FDCWD) snprintf(link, sizeof link, "/proc/self/cwd");
    else snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    long length = raw(SYS_readlinkat, AT_FDCWD, (long)link, (long)path, PATH_MAX - 1, 0, 0);
    if (length <= 0) return 0;
    snprintf(path + length, sizeof path - (size_t)length, "/%s", file);
    return strike(name, path);
}

#define NEXT(result, name, ...)                                                                                                                      \
    static result (*next)(__VA_ARGS__);                                                                                                              \
    if (!next) next = dlsym(RTLD_NEXT, #name)

ssize_t write(int fd, const void *b, size_t n) { NEXT(ssize_t, write, int, const void *, size_t); return strike_file("write", fd) ? -1 : next(fd, b, n); }
ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { NEXT(ssize_t, pwrite, int, const void *, size_t, off_t); return strike_file("write", fd) ? -1 : next(fd, b, n, o); }
ssize_t pwrite64(int fd, const void *b, size_t n, off64_t o) { NEXT(ssize_t, pwrite64, int, const void *, size_t, off64_t); return strike_file("write", fd) ? -1 : next(fd, b, n, o); }
int fsync(int fd) { NEXT(int, fsync, int); return strike_file("fsync", fd) ? -1 : next(fd); }
int fdatasync(int fd) { NEXT(int, fdatasync, int); return strike_file("fdatasync", fd) ? -1 : next(fd); }
int ftruncate(int fd, off_t n) { NEXT(int, ftruncate, int, off_t); return strike_file("ftruncate", fd) ? -1 : next(fd, n); }
int ftruncate64(int fd, off64_t n) { NEXT(int, ftruncate64, int, off64_t); return strike_file("ftruncate", fd) ? -1 : next(fd, n); }
int fchmod(int fd, mode_t m) { NEXT(int, fchmod, int, mode_t); return strike_file("fchmod", fd) ? -1 : next(fd, m); }
int fchown(int fd, uid_t u, gid_t g) { NEXT(int, fchown, int, uid_t, gid_t); return strike_file("fchown", fd) ? -1 : next(fd, u, g); }
int fsetxattr(int fd, const char *k, const void *v, size_t n, int f) { NEXT(int, fsetxattr, int, const char *, const void *, size_t, int); return strike_file("fsetxattr", fd) ? -1 : next(fd, k, v, n, f); }
int rename(const char *a, const char *b) { NEXT(int, rename, const char *, const char *); return strike("rename", b) ? -1 : next(a, b); }
int unlink(const char *a) { NEXT(int, unlink, const char *); return strike("unlink", a) ? -1 : next(a); }
int unlinkat(int d, const char *a, int f) { NEXT(int, unlinkat, int, const char *, int); return strike_at("unlink", d, a) ? -1 : next(d, a, f); }
int mkdir(const char *a, mode_t m) { NEXT(int, mkdir, const char *, mode_t); return strike("mkdir", a) ? -1 : next(a, m); }
int mkdirat(int d, const char *a, mode_t m) { NEXT(int, mkdirat, int, const char *, mode_t); return strike_at("mkdir", d, a) ? -1 : next(d, a, m); }
int linkat(int d, const char *a, int e, const char *b, int f) { NEXT(int, linkat, int, const char *, int, const char *, int); return strike_at("link", e, b) ? -1 : next(d, a, e, b, f); }

long syscall(long number, ...) {
    va_list list;
    va_start(list, number);
    long a[6];
    for (int i = 0; i < 6; i++) a[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_renameat2 && strike_at(a[4] == 2 ? "exchange" : "rename", (int)a[2], (const char *)a[3])) return -1;
    return raw(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

static int is_writing(int flags) { return (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT); }

static int open_at(int folder, const char *path, int flags, mode_t mode) {
    if (is_writing(flags) && strike_at("open", folder, path)) return -1;
    return (int)raw(SYS_openat, folder, (long)path, flags, mode, 0, 0);
}

#define MODE(last) va_list list; va_start(list, last); mode_t mode = va_arg(list, mode_t); va_end(list)
int open(const char *path, int flags, ...) { MODE(flags); return open_at(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags); return open_at(AT_FDCWD, path, flags, mode); }
int openat(int folder, const char *path, int flags, ...) { MODE(flags); return open_at(folder, path, flags, mode); }
int openat64(int folder, const char *path, int flags, ...) { MODE(flags); return open_at(folder, path, flags, mode); }

static int control(int fd, int command, long argument) {
    if (command == F_SETLEASE && argument != F_UNLCK && strike_file("lease", fd)) return -1;
    return (int)raw(SYS_fcntl, fd, command, argument, 0, 0, 0);
}
#define ARGUMENT va_list list; va_start(list, command); long argument = va_arg(list, long); va_end(list)
int fcntl(int fd, int command, ...) { ARGUMENT; return control(fd, command, argument); }
int fcntl64(int fd, int command, ...) { ARGUMENT; return control(fd, command, argument); }
