internal import CFerryLinux
internal import Glibc
internal import SystemPackage

/// What every process that Ferry starts bears in its environment, so that a later Ferry knows what a killed one left behind. It does not reach
/// the inside of a sandbox.
package enum ProcessMark {
    package static let name = "FERRY_RUN"
    package static var environment: [String: String] { [name: ProcessIdentity.current.description] }
}

/// A process of this user that a Ferry started which is gone.
package struct OrphanedProcess: Hashable, Sendable {
    package let number: Int32
    /// The program's name, as the kernel has it; up to 15 bytes, from outside.
    package let program: String

    /// All of this user, found by their mark. Reads /proc, so not for the cooperative pool.
    package static func all() -> [OrphanedProcess] {
        let entries = (try? Directory.entries(of: "/proc")) ?? []
        return entries.compactMap { entry in
            guard let number = Int32(entry.name.string), number != getpid(), isOrphan(number) else { return nil }
            let name = (try? FileContents.readVirtual(FilePath("/proc/\(number)/comm"))) ?? []
            return OrphanedProcess(number: number, program: String(decoding: name.prefix { $0 != 0x0A }, as: UTF8.self))
        }
    }

    /// Ends them: SIGTERM, so that git takes its locks away and a helper of the sandbox ends its tree, after `patience` SIGKILL. Returns those
    /// that are there all the same. Blocks.
    package static func end(_ orphans: [OrphanedProcess], patience: Duration) -> [OrphanedProcess] {
        var open: [(orphan: OrphanedProcess, descriptor: FileDescriptor)] = []
        for orphan in orphans {
            let descriptor = ferry_pidfd_open(orphan.number)
            guard descriptor >= 0 else { continue }
            // Only now the number is held: another process may have got it since.
            if isOrphan(orphan.number) {
                open.append((orphan, FileDescriptor(rawValue: descriptor)))
            } else {
                close(descriptor)
            }
        }
        defer { for (_, descriptor) in open { try? descriptor.close() } }
        for number in [SIGTERM, SIGKILL] {
            let running = open.filter { !hasEnded($0.descriptor, within: .zero) }
            for (_, descriptor) in running { _ = ferry_pidfd_signal(descriptor.rawValue, number) }
            let limit = BootClock.now + patience
            for (_, descriptor) in running { _ = hasEnded(descriptor, within: limit - BootClock.now) }
        }
        return open.filter { !hasEnded($0.descriptor, within: .zero) }.map(\.orphan)
    }

    /// A descriptor of a process is readable when it has ended.
    private static func hasEnded(_ descriptor: FileDescriptor, within limit: Duration) -> Bool {
        var poller = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&poller, 1, Int32(max(0, limit / .milliseconds(1)))) > 0
    }

    private static func isOrphan(_ number: Int32) -> Bool {
        // Other users' environments cannot be read, but as root; theirs are never ours.
        guard let status = try? FileStatus(of: FilePath("/proc/\(number)")), status.owner == geteuid(),
            let environment = try? FileContents.readVirtual(FilePath("/proc/\(number)/environ"))
        else { return false }
        let mark = Array("\(ProcessMark.name)=".utf8)
        guard let variable = environment.split(separator: 0).first(where: { $0.starts(with: mark) }),
            let owner = ProcessIdentity(String(decoding: variable.dropFirst(mark.count), as: UTF8.self)),
            owner.boot == ProcessIdentity.currentBoot, let start = ProcessIdentity.startOfProcess(number), start >= owner.start
        else { return false }
        return !owner.isAlive
    }
}
