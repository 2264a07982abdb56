#define _GNU_SOURCE
#include "CFerryLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

int ferry_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags) {
    return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

int ferry_set_lease(int fd, int type) { return fcntl(fd, F_SETLEASE, type); }
int ferry_get_lease(int fd) { return fcntl(fd, F_GETLEASE); }

int64_t ferry_filesystem_type(const char *path) {
    struct statfs status;
    if (statfs(path, &status) != 0) return -1;
    return (int64_t)status.f_type;
}

int ferry_sync_filesystem(int fd) { return syncfs(fd); }

int64_t ferry_free_bytes(const char *path) {
    struct statvfs status;
    if (statvfs(path, &status) != 0) return -1;
    return (int64_t)status.f_bavail * (int64_t)status.f_frsize;
}

int64_t ferry_free_inodes(const char *path) {
    struct statvfs status;
    if (statvfs(path, &status) != 0) return -1;
    return status.f_files > 0 ? (int64_t)status.f_favail : INT64_MAX;
}

static int has_prefix(const char *name, const char *prefix) { return strncmp(name, prefix, strlen(prefix)) == 0; }

// 0, or 1 where an attribute that counts cannot be given. Labels (security.*, trusted.*) are the administrator's: given where allowed.
static int copy_attribute(int from_fd, int to_fd, const char *name) {
    int counts = has_prefix(name, "user.") || has_prefix(name, "system.");
    ssize_t length = fgetxattr(from_fd, name, NULL, 0);
    if (length < 0) return counts && errno != ENODATA;
    void *value = malloc((size_t)length + 1);
    if (!value) return 1;
    length = fgetxattr(from_fd, name, value, (size_t)length);
    int failed = length < 0 || fsetxattr(to_fd, name, value, (size_t)length, 0) != 0;
    free(value);
    return failed && counts;
}

int ferry_copy_attributes(int from_fd, int to_fd) {
    struct stat from, to;
    if (fstat(from_fd, &from) != 0 || fstat(to_fd, &to) != 0) return -1;
    // Owner first: chown clears set-id bits. An ordinary user may not give files away, nor to a group that is not the user's own.
    if ((from.st_uid != to.st_uid || from.st_gid != to.st_gid) && fchown(to_fd, from.st_uid, from.st_gid) != 0)
        return errno == EPERM || errno == EINVAL ? 1 : -1;
    // An ACL that the folder gives to what is made in it is not the note's.
    if (fgetxattr(from_fd, "system.posix_acl_access", NULL, 0) < 0) fremovexattr(to_fd, "system.posix_acl_access");
    if (fchmod(to_fd, from.st_mode & 07777) != 0) return -1;
    ssize_t size = flistxattr(from_fd, NULL, 0);
    if (size <= 0) return size == 0 || errno == ENOTSUP ? 0 : -1;
    char *names = malloc((size_t)size);
    if (!names) return -1;
    size = flistxattr(from_fd, names, (size_t)size);
    int result = size < 0 ? -1 : 0;
    for (char *name = names; result == 0 && name < names + size; name += strlen(name) + 1) result = copy_attribute(from_fd, to_fd, name);
    free(names);
    return result;
}

int ferry_open_beneath(int dir, const char *path, int flags, mode_t mode) {
    struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC),
        .mode = (flags & O_CREAT) ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    return (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
}

void ferry_give_back_memory(void) { malloc_trim(0); }

ssize_t ferry_directory_entries(int fd, void *buffer, size_t size) { return syscall(SYS_getdents64, fd, buffer, size); }

int ferry_inotify_init(void) { return inotify_init1(IN_NONBLOCK | IN_CLOEXEC); }
int ferry_pipe(int fds[2]) { return pipe2(fds, O_CLOEXEC | O_NONBLOCK); }

int64_t ferry_boottime_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int ferry_send_datagram(const void *name, size_t name_length, const void *bytes, size_t count) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (name_length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, name, name_length);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name_length);
    ssize_t sent = sendto(fd, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, length);
    int error = errno;
    close(fd);
    errno = error;
    return sent == (ssize_t)count ? 0 : -1;
}

int ferry_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }
int ferry_pidfd_signal(int fd, int number) { return (int)syscall(SYS_pidfd_send_signal, fd, number, NULL, 0); }

static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t value, int count) { return (value >> count) | (value << (32 - count)); }

static void compress(uint32_t state[8], const uint8_t *block) {
    uint32_t w[64];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >> 3);
        uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >> 10);
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t v[8];
    memcpy(v, state, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t s1 = rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25);
        uint32_t t1 = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + round_constants[i] + w[i];
        uint32_t s0 = rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22);
        uint32_t t2 = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof v[0]);
        v[4] += t1;
        v[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++) state[i] += v[i];
}

void ferry_sha256_init(ferry_sha256 *hash) {
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(hash->state, start, sizeof start);
    hash->length = 0;
    hash->used = 0;
}

void ferry_sha256_update(ferry_sha256 *hash, const void *bytes, size_t count) {
    const uint8_t *next = bytes;
    hash->length += (uint64_t)count * 8;
    while (count > 0) {
        size_t piece = 64 - hash->used < count ? 64 - hash->used : count;
        memcpy(hash->block + hash->used, next, piece);
        hash->used += piece;
        next += piece;
        count -= piece;
        if (hash->used == 64) {
            compress(hash->state, hash->block);
            hash->used = 0;
        }
    }
}

void ferry_sha256_final(ferry_sha256 *hash, uint8_t digest[32]) {
    uint64_t length = hash->length;
    uint8_t end = 0x80, zero = 0, size[8];
    ferry_sha256_update(hash, &end, 1);
    while (hash->used != 56) ferry_sha256_update(hash, &zero, 1);
    for (int i = 0; i < 8; i++) size[i] = (uint8_t)(length >> (56 - 8 * i));
    ferry_sha256_update(hash, size, 8);
    for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}
