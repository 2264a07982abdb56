internal import SystemPackage

/// Small files of the system. Those of `/proc` and of cgroups have no size: what comes is read.
enum SystemText {
    /// At most 64 KiB of it; `nil` where it cannot be read.
    static func read(_ path: FilePath) -> String? {
        guard let file = try? FileDescriptor.open(path, .readOnly, options: [.closeOnExec]) else { return nil }
        defer { try? file.close() }
        var bytes: [UInt8] = []
        while bytes.count < 1 << 16 {
            var piece = [UInt8](repeating: 0, count: 1 << 13)
            guard let count = try? piece.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return nil }
            if count == 0 { break }
            bytes += piece.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
