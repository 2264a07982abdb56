// A deny list over what bubblewrap leaves open. Each group says why; docs/decisions/0008-sandbox.md says why a deny list.
#define _GNU_SOURCE
#include "filter.h"

#include <asm/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#error "Ferry's seccomp filter knows x86_64 and aarch64"
#endif

// Newer than some distributions' headers; the numbers are the same on both architectures.
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_quotactl_fd
#define __NR_quotactl_fd 443
#endif
#ifndef __NR_open_tree_attr
#define __NR_open_tree_attr 467
#endif

// Calls that programs probe for and do without when the kernel has none.
static const int absent[] = {
    // A second way to everything below, with arguments in memory that a filter cannot read.
    __NR_clone3, __NR_openat2,
    __NR_io_uring_setup, __NR_io_uring_enter, __NR_io_uring_register,
    __NR_memfd_secret,
};

static const int refused[] = {
    // Other processes' memory and descriptors.
    __NR_ptrace, __NR_process_vm_readv, __NR_process_vm_writev, __NR_process_madvise, __NR_move_pages, __NR_migrate_pages,
    __NR_kcmp, __NR_pidfd_getfd,
    // Namespaces and mounts, old and new interface.
    __NR_unshare, __NR_setns, __NR_mount, __NR_umount2, __NR_pivot_root, __NR_chroot,
    __NR_fsopen, __NR_fsconfig, __NR_fsmount, __NR_fspick, __NR_open_tree, __NR_open_tree_attr, __NR_move_mount, __NR_mount_setattr,
    // A file handle opens what no path reaches.
    __NR_open_by_handle_at,
    // Keyrings are the host user's: no namespace divides them.
    __NR_add_key, __NR_request_key, __NR_keyctl,
    // Large attack surfaces of the kernel that builds and tests have no use for.
    __NR_bpf, __NR_perf_event_open, __NR_userfaultfd, __NR_syslog, __NR_acct, __NR_quotactl, __NR_quotactl_fd,
    __NR_kexec_load, __NR_kexec_file_load, __NR_init_module, __NR_finit_module, __NR_delete_module,
    __NR_swapon, __NR_swapoff, __NR_reboot, __NR_vhangup,
#ifdef __NR_iopl
    __NR_iopl, __NR_ioperm, __NR_modify_ldt,
#endif
};

static struct sock_filter program[512];
static size_t length;

static void emit(uint16_t code, uint8_t if_true, uint8_t if_false, uint32_t value) {
    program[length++] = (struct sock_filter)BPF_JUMP(code, value, if_true, if_false);
}

static void load(size_t offset) { emit(BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset); }
static void load_number(void) { load(offsetof(struct seccomp_data, nr)); }
// The low half (both architectures are little-endian): the kernel itself looks at no more of modes, flags and requests.
static void load_argument(int index) { load(offsetof(struct seccomp_data, args) + 8 * (size_t)index); }
static void load_high_half(int index) { load(offsetof(struct seccomp_data, args) + 8 * (size_t)index + 4); }
static void jump_equal(uint32_t value, uint8_t if_true, uint8_t if_false) { emit(BPF_JMP | BPF_JEQ | BPF_K, if_true, if_false, value); }
static void jump_any_bit(uint32_t bits, uint8_t if_true, uint8_t if_false) { emit(BPF_JMP | BPF_JSET | BPF_K, if_true, if_false, bits); }
static void answer(uint32_t action) { emit(BPF_RET | BPF_K, 0, 0, action); }
static void answer_error(int error) { answer(SECCOMP_RET_ERRNO | (uint32_t)error); }

static void refuse(int call, int error) {
    jump_equal((uint32_t)call, 0, 1);
    answer_error(error);
}

static void refuse_bits(int call, int argument, uint32_t bits) {
    jump_equal((uint32_t)call, 0, 4);
    load_argument(argument);
    jump_any_bit(bits, 0, 1);
    answer_error(EPERM);
    load_number();
}

// A file may not be made set-user-id or set-group-id: on the host it would run as the person who owns the worktree.
static void refuse_set_id_on_creation(int call, int flags, int mode) {
    jump_equal((uint32_t)call, 0, 6);
    load_argument(flags);
    jump_any_bit(O_CREAT | (O_TMPFILE & ~O_DIRECTORY), 0, 3);
    load_argument(mode);
    jump_any_bit(S_ISUID | S_ISGID, 0, 1);
    answer_error(EPERM);
    load_number();
}

static void refuse_set_id(void) {
    const uint32_t bits = S_ISUID | S_ISGID;
    refuse_bits(__NR_fchmod, 1, bits);
    refuse_bits(__NR_fchmodat, 2, bits);
    refuse_bits(__NR_fchmodat2, 2, bits);
    refuse_bits(__NR_mknodat, 2, bits);
    refuse_set_id_on_creation(__NR_openat, 2, 3);
#ifdef __NR_chmod
    refuse_bits(__NR_chmod, 1, bits);
    refuse_bits(__NR_mknod, 1, bits);
    refuse_bits(__NR_creat, 1, bits);
    refuse_set_id_on_creation(__NR_open, 1, 2);
#endif
}

// A network namespace does not cover AF_VSOCK and the like; these four it does. Of netlink only what lists interfaces and addresses is
// used by builds; the other protocols are parts of the kernel of their own.
static void allow_few_socket_families(int call) {
    jump_equal((uint32_t)call, 0, 9);
    load_argument(0);
    jump_equal(AF_UNIX, 6, 0);
    jump_equal(AF_INET, 5, 0);
    jump_equal(AF_INET6, 4, 0);
    jump_equal(AF_NETLINK, 0, 2);
    load_argument(2);
    jump_equal(NETLINK_ROUTE, 1, 0);
    answer_error(EAFNOSUPPORT);
    load_number();
}

// A segment that nobody has attached is memory of no process, and no limit counts it. Databases need one, of a few bytes.
static void bound_shared_memory(void) {
    jump_equal(__NR_shmget, 0, 6);
    load_high_half(1);
    jump_equal(0, 0, 2);
    load_argument(1);
    jump_any_bit(~((1u << 20) - 1), 0, 1);
    answer_error(EINVAL);
    load_number();
}

// Both put characters into a terminal's input. Requests are 32 bits wide: CVE-2019-10063, CVE-2023-28100.
static void refuse_terminal_injection(void) {
    jump_equal(__NR_ioctl, 0, 5);
    load_argument(1);
    jump_equal(TIOCSTI, 1, 0);
    jump_equal(TIOCLINUX, 0, 1);
    answer_error(EPERM);
    load_number();
}

static void build(void) {
    load(offsetof(struct seccomp_data, arch));
    jump_equal(NATIVE_ARCH, 1, 0);
    answer(SECCOMP_RET_KILL_PROCESS);
    load_number();
#if defined(__x86_64__)
    // The x32 calls bear the same architecture and other numbers.
    emit(BPF_JMP | BPF_JGE | BPF_K, 0, 1, __X32_SYSCALL_BIT);
    answer(SECCOMP_RET_KILL_PROCESS);
#endif
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) refuse(absent[i], ENOSYS);
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) refuse(refused[i], EPERM);
    refuse_bits(__NR_clone, 0, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP);
    allow_few_socket_families(__NR_socket);
    allow_few_socket_families(__NR_socketpair);
    bound_shared_memory();
    refuse_terminal_injection();
    refuse_set_id();
    answer(SECCOMP_RET_ALLOW);
}

int filter_descriptor(void) {
    build();
    int fd = memfd_create("ferry-seccomp", 0);
    if (fd < 0) return -1;
    ssize_t size = (ssize_t)(length * sizeof *program);
    return write(fd, program, (size_t)size) == size && lseek(fd, 0, SEEK_SET) == 0 ? fd : -1;
}
