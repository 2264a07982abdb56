internal import Glibc
internal import Testing

/// System calls that the filter refuses, with arguments with which the kernel itself would answer otherwise.
struct SystemCall: Hashable, Sendable, CustomTestStringConvertible {
    let name: String
    /// On x86_64 and on aarch64; calls above 423 have one number.
    private let intel: Int
    private let arm: Int
    let arguments: String
    let error: Int32

    init(_ name: String, _ numbers: (Int, Int), _ arguments: String, _ error: Int32 = EPERM) {
        self.name = name
        (intel, arm) = numbers
        self.arguments = arguments
        self.error = error
    }

    init(_ name: String, _ number: Int, _ arguments: String, _ error: Int32 = EPERM) { self.init(name, (number, number), arguments, error) }

    var number: Int {
        #if arch(x86_64)
            intel
        #else
            arm
        #endif
    }

    var testDescription: String { name }

    static let refused: [SystemCall] = [
        SystemCall("ioctl TIOCSTI", (16, 29), "-1, 0x5412, 0"),
        SystemCall("ioctl TIOCSTI in the low half", (16, 29), "-1, 0x100005412, 0"),
        SystemCall("ioctl TIOCLINUX", (16, 29), "-1, 0x541C, 0"),
        SystemCall("socket AF_VSOCK", (41, 198), "40, 1, 0", EAFNOSUPPORT),
        SystemCall("socket AF_PACKET", (41, 198), "17, -1, 0", EAFNOSUPPORT),
        SystemCall("socket AF_ALG", (41, 198), "38, 5, 0", EAFNOSUPPORT),
        SystemCall("socket AF_NETLINK beside its routes", (41, 198), "16, 3, 12", EAFNOSUPPORT),
        SystemCall("socketpair AF_VSOCK", (53, 199), "40, 1, 0, 0", EAFNOSUPPORT),
        SystemCall("shmget of a large segment", (29, 194), "0, 1 << 30, 01600", EINVAL),
        SystemCall("shmget of a huge segment", (29, 194), "0, 1 << 40, 01600", EINVAL),
        SystemCall("io_uring_register", 427, "-1, 0, 0, 0", ENOSYS),
        SystemCall("io_uring_setup", 425, "1, 0", ENOSYS),
        SystemCall("io_uring_enter", 426, "-1, 0, 0, 0, 0, 0", ENOSYS),
        SystemCall("clone3", 435, "0, 0", ENOSYS),
        SystemCall("openat2", 437, "-1, 0, 0, 0", ENOSYS),
        SystemCall("memfd_secret", 447, "-1", ENOSYS),
        SystemCall("ptrace", (101, 117), "-1, 0, 0, 0"),
        SystemCall("process_vm_readv", (310, 270), "0, 0, 0, 0, 0, -1"),
        SystemCall("process_vm_writev", (311, 271), "0, 0, 0, 0, 0, -1"),
        SystemCall("process_madvise", 440, "-1, 0, 0, 0, 0"),
        SystemCall("kcmp", (312, 272), "0, 0, -1, 0, 0"),
        SystemCall("pidfd_getfd", 438, "-1, 0, 0"),
        SystemCall("unshare", (272, 97), "1"),
        SystemCall("setns", (308, 268), "-1, 0"),
        SystemCall("clone CLONE_NEWUSER", (56, 220), "0x10000000 | 1 << 62, 0, 0, 0, 0"),
        SystemCall("mount", (165, 40), "0, 0, 0, 0, 0"),
        SystemCall("umount2", (166, 39), "0, -1"),
        SystemCall("chroot", (161, 51), "0"),
        SystemCall("pivot_root", (155, 41), "0, 0"),
        SystemCall("open_tree", 428, "-1, 0, -1"),
        SystemCall("move_mount", 429, "-1, 0, -1, 0, -1"),
        SystemCall("fsopen", 430, "0, -1"),
        SystemCall("fsconfig", 431, "-1, 0, 0, 0, 0"),
        SystemCall("fsmount", 432, "-1, 0, 0"),
        SystemCall("fspick", 433, "-1, 0, 0"),
        SystemCall("mount_setattr", 442, "-1, 0, -1, 0, 0"),
        SystemCall("open_by_handle_at", (304, 265), "-1, 0, 0"),
        SystemCall("keyctl", (250, 219), "-1, 0, 0, 0, 0"),
        SystemCall("request_key", (249, 218), "0, 0, 0, 0"),
        SystemCall("quotactl_fd", 443, "-1, 0, 0, 0"),
        SystemCall("add_key", (248, 217), "0, 0, 0, 0, 0"),
        SystemCall("bpf", (321, 280), "-1, 0, 0"),
        SystemCall("perf_event_open", (298, 241), "0, 0, 0, 0, 0"),
        SystemCall("userfaultfd", (323, 282), "-1"),
        SystemCall("fchmodat2 set-user-id", 452, "-1, 0, 04755, 0"),
    ]
}
