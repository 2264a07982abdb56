internal import Glibc
internal import SystemPackage

/// readlink(2).
enum SymbolicLink {
    /// The bytes that the link holds. Throws `Errno`.
    static func target(of path: FilePath) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 1 << 13)
        let count = path.withPlatformString { name in
            buffer.withUnsafeMutableBytes {
                $0.withMemoryRebound(to: CChar.self) { bytes in bytes.baseAddress.map { readlink(name, $0, bytes.count) } ?? -1 }
            }
        }
        guard count >= 0 else { throw Errno(rawValue: errno) }
        return Array(buffer[..<count])
    }
}
