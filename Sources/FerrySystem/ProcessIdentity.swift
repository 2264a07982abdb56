internal import Glibc
internal import SystemPackage

/// A process that no later one is taken for: its number, when it began, and in which boot of which machine.
package struct ProcessIdentity: Hashable, Sendable, CustomStringConvertible {
    /// This boot, and the namespace in which numbers mean something; see `currentBoot`.
    package let boot: String
    package let number: Int32
    /// In clock ticks since the boot (proc_pid_stat(5), field 22).
    package let start: UInt64

    /// This process.
    package static let current = ProcessIdentity(boot: currentBoot, number: getpid(), start: startOfProcess(getpid()) ?? 0)

    /// The kernel's random id of this boot (random(4)) and, since containers share that, the inode of our namespace of process numbers.
    package static let currentBoot: String = {
        let text = (try? FileContents.readVirtual("/proc/sys/kernel/random/boot_id")) ?? []
        let boot = String(decoding: text, as: UTF8.self).filter { $0.isHexDigit || $0 == "-" }
        guard let namespace = try? FileDescriptor.open("/proc/self/ns/pid", .readOnly, options: [.closeOnExec]) else { return boot }
        defer { try? namespace.close() }
        return boot + "." + String((try? FileStatus(of: namespace))?.inode ?? 0)
    }()

    init(boot: String, number: Int32, start: UInt64) {
        self.boot = boot
        self.number = number
        self.start = start
    }

    /// Reads `boot:number:start`, as `description` writes it; `nil` for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let number = Int32(parts[1]), number > 0, let start = UInt64(parts[2]) else { return nil }
        self.init(boot: String(parts[0]), number: number, start: start)
    }

    package var description: String { "\(boot):\(number):\(start)" }

    /// Whether it still runs. A process of another boot does not.
    package var isAlive: Bool { boot == Self.currentBoot && Self.startOfProcess(number) == start }

    /// `nil` where there is no such process, or where it has ended and only waits to be reaped.
    static func startOfProcess(_ number: Int32) -> UInt64? {
        guard let bytes = try? FileContents.readVirtual(FilePath("/proc/\(number)/stat")) else { return nil }
        // The name, in brackets, may hold anything; nothing after the last bracket is free text.
        guard let end = bytes.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return UInt64(fields[19])
    }
}
