// Linux calls that Glibc's Swift module does not show (see docs/decisions/0002). Thin: no policy here.
#ifndef FERRY_LINUX_H
#define FERRY_LINUX_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// renameat2(2): `flags` are FERRY_RENAME_*. 0, or -1 with errno.
int ferry_renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned int flags);
#define FERRY_RENAME_NOREPLACE 1u
#define FERRY_RENAME_EXCHANGE 2u

/// fcntl(F_SETLEASE): `type` is F_RDLCK, F_WRLCK or F_UNLCK. 0, or -1 with errno.
int ferry_set_lease(int fd, int type);
/// fcntl(F_GETLEASE): the lease that is held now, F_UNLCK when it is being broken or gone; -1 with errno.
int ferry_get_lease(int fd);

/// statfs(2): the magic number of the file system at `path`, or -1 with errno.
int64_t ferry_filesystem_type(const char *path);
/// syncfs(2): all of the file system that the open file is on. 0, or -1 with errno.
int ferry_sync_filesystem(int fd);
/// statvfs(3): free bytes for an ordinary user at `path`, or -1 with errno.
int64_t ferry_free_bytes(const char *path);
/// statvfs(3): files that an ordinary user can still make at `path`, or -1 with errno; INT64_MAX where the file system has no such limit.
int64_t ferry_free_inodes(const char *path);

/// Copies owner, mode and every extended attribute (ACLs are attributes) of one open file to another. 0; 1 where owner, group, an ACL or a
/// user's attribute cannot be given; -1 with errno.
int ferry_copy_attributes(int from_fd, int to_fd);

/// openat2(2) with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS: no link on the way is followed
/// and the result lies below `dir`. A descriptor, or -1 with errno (ELOOP for a link, EXDEV for an escape).
int ferry_open_beneath(int dir, const char *path, int flags, mode_t mode);
/// O_PATH, which the headers show only to GNU sources (asm-generic/fcntl.h; the same on x86-64 and arm64).
#define FERRY_O_PATH 010000000

/// malloc_trim(3): gives memory that is free inside the process back to the kernel.
void ferry_give_back_memory(void);

/// getdents64(2): fills `buffer` with `struct linux_dirent64` records. The bytes that were filled, 0 at the end, or -1 with errno.
ssize_t ferry_directory_entries(int fd, void *buffer, size_t size);

/// inotify_init1(IN_NONBLOCK | IN_CLOEXEC), and a pipe with O_CLOEXEC | O_NONBLOCK.
int ferry_inotify_init(void);
int ferry_pipe(int fds[2]);

/// CLOCK_BOOTTIME in nanoseconds: goes on while the machine sleeps and never jumps.
int64_t ferry_boottime_nanoseconds(void);

/// One datagram to a Unix socket, never waiting: `name` is its path without a NUL, or an abstract name that begins with one. 0, or -1 with errno.
int ferry_send_datagram(const void *name, size_t name_length, const void *bytes, size_t count);

/// pidfd_open(2), whose descriptor is closed on exec, and pidfd_send_signal(2): a number that another process gets meanwhile is not meant.
int ferry_pidfd_open(pid_t pid);
int ferry_pidfd_signal(int fd, int number);

/// SHA-256 (FIPS 180-4), in one piece or streamed.
typedef struct {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[64];
    size_t used;
} ferry_sha256;
void ferry_sha256_init(ferry_sha256 *hash);
void ferry_sha256_update(ferry_sha256 *hash, const void *bytes, size_t count);
void ferry_sha256_final(ferry_sha256 *hash, uint8_t digest[32]);

#endif
