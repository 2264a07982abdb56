internal import FerrySandbox
internal import FerrySystem
internal import FerryVault
package import SystemPackage

/// Outputs of tools: cut once, when they enter the conversation, with the whole text kept in a file that the agent's `read` can open.
package struct OutputStore: Sendable {
    /// Characters (Unicode scalars) that are kept of a long output: errors stand mostly at the end.
    package static let head = 4_000
    package static let tail = 8_000
    /// Bytes of one output that are kept in its file; of a longer one the beginning and the end.
    package static let kept = 16 << 20

    /// Ferry's own folder could not be written or read: no fault of the call.
    struct Failure: Error {
        let cause: Errno
    }

    /// On the host; made when the first file is written.
    package let folder: FilePath
    private let redactor: Redactor

    package init(folder: FilePath, redactor: Redactor) {
        self.folder = folder
        self.redactor = redactor
    }

    /// The text as it goes into the conversation; `number` names the file of one that is too long. `isWhole`: nothing of the output is missing in it. Throws
    /// `Failure`.
    func insert(_ text: String, number: Int, isWhole: Bool = true) throws -> String {
        let scalars = text.unicodeScalars
        let most = Self.head + Self.tail
        // So many bytes hold more characters than that, without counting them.
        guard text.utf8.count > most, text.utf8.count > 4 * most || scalars.count > most else { return text }
        try owning {
            try Directory.create(folder, mode: 0o700)
            try FileContents.write(redactor.redact(text).utf8, to: folder.appending("\(number).txt"))
        }
        let head = String(scalars.prefix(Self.head))
        let tail = String(scalars.suffix(Self.tail))
        let cut = text.utf8.count - head.utf8.count - tail.utf8.count
        let what = isWhole ? "the whole output" : "its first and last \(Self.kept >> 21) MiB"
        return "\(head)\n[… \(cut) bytes cut here; \(what) can be read with `read` at \(GuestFiles.outputs)/\(number).txt …]\n\(tail)"
    }

    /// Where a command writes its whole output while it runs; to be taken up by `take`. Throws `Failure`.
    func log(number: Int) throws -> FilePath {
        try owning {
            try Directory.create(folder, mode: 0o700)
            let log = folder.appending("\(number).log")
            try Directory.removeTree(log)
            return log
        }
    }

    /// The safe text of what a command put out; its log is removed.
    func take(_ result: CommandResult, log: FilePath) throws -> String { SafeText.make(try takeRaw(result, log: log)) }

    /// What a command put out, byte for byte but for the middle of an output that is larger than `kept`; its log is removed.
    func takeRaw(_ result: CommandResult, log: FilePath) throws -> [UInt8] {
        defer { try? Directory.removeTree(log) }
        if result.head.count + result.tail.count >= result.outputBytes { return result.head + result.tail }
        return try owning { try Self.read(log, of: result) }
    }

    private static func read(_ log: FilePath, of result: CommandResult) throws -> [UInt8] {
        let file = try FileDescriptor.open(log, .readOnly, options: [.noFollow, .closeOnExec])
        defer { try? file.close() }
        let size = Int(try FileStatus(of: file).size)
        // A log that reached its cap, or a full disk, has lost the end; the runner kept that.
        let isWhole = size >= result.outputBytes
        if isWhole, size <= kept { return try read(file, from: 0, count: size) }
        let head = try read(file, from: 0, count: min(size, kept / 2))
        let tail = isWhole ? try read(file, from: size - kept / 2, count: kept / 2) : result.tail
        return head + Array("\n[… \(result.outputBytes - head.count - tail.count) bytes were not kept …]\n".utf8) + tail
    }

    private static func read(_ file: FileDescriptor, from start: Int, count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let piece = try bytes.withUnsafeMutableBytes {
                try file.read(fromAbsoluteOffset: Int64(start + filled), into: UnsafeMutableRawBufferPointer(rebasing: $0[filled...]))
            }
            if piece == 0 { break }
            filled += piece
        }
        return Array(bytes.prefix(filled))
    }

    private func owning<Value>(_ work: () throws -> Value) throws -> Value {
        do { return try work() } catch let cause as Errno { throw Failure(cause: cause) }
    }
}
