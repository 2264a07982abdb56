internal import FerrySystem
internal import SystemPackage

/// This start of the machine, as the kernel names it: what was at work in another one was not ended by its own doing.
enum BootSession {
    static let id: String = {
        let bytes = try? FileContents.read("/proc/sys/kernel/random/boot_id", limit: 64)
        return bytes.map { String(decoding: $0, as: UTF8.self).filter { !$0.isWhitespace } } ?? ""
    }()
}
