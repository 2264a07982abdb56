internal import FerryLLM
internal import FerrySystem
internal import Synchronization
internal import SystemPackage

/// An append-only file of JSON Lines outside the vault (mode 0600). Lines are whole: one write each, one writer at a time.
final class RecordFile: Sendable {
    private let file: Mutex<FileDescriptor>

    /// Opens or creates the file and the folder above it. A line that a crash tore is closed off. Throws `Errno`.
    init(at path: FilePath) throws {
        try Directory.create(path.removingLastComponent(), mode: 0o700)
        let file = try FileDescriptor.open(
            path, .readWrite, options: [.append, .create, .closeOnExec, .noFollow], permissions: [.ownerReadWrite])
        self.file = Mutex(file)
        let size = try FileStatus(of: file).size
        guard size > 0 else { return }
        var last: [UInt8] = [0]
        _ = try last.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: size - 1, into: $0) }
        if last != [UInt8(ascii: "\n")] { try file.writeAll("\n".utf8) }
    }

    deinit { file.withLock { try? $0.close() } }

    /// Throws `Errno`.
    func append(_ line: JSONValue) throws {
        _ = try file.withLock { try $0.writeAll(line.encoded() + [UInt8(ascii: "\n")]) }
    }

    /// The lines of a file; those that were torn are left out. Throws `Errno`.
    static func read(_ path: FilePath) throws -> [JSONValue] {
        try FileContents.read(path, limit: 256 << 20).split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: $0) }
    }
}
