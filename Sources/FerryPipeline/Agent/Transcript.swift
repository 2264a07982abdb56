internal import FerryLLM
internal import FerrySystem
internal import FoundationEssentials
internal import Synchronization
package import SystemPackage

/// The append-only record of one agent's work: JSON Lines in the run's folder, outside the vault. Secrets are taken out before a line is written.
package final class Transcript: Sendable {
    package let path: FilePath
    package let redactor: Redactor
    private let now: @Sendable () -> String
    /// Lines are whole: one write each, one writer at a time.
    private let file: Mutex<FileDescriptor>
    /// The events that were there when the file was opened, as they stand in it but for their time; read when they are first asked for.
    private let earlier = Mutex<Set<[UInt8]>?>(nil)

    /// Opens or creates the file (mode 0600) and the folder above it. A line that a crash tore is closed off. Throws `Errno`.
    package init(at path: FilePath, redactor: Redactor = Redactor(), now: @escaping @Sendable () -> String = Transcript.utc) throws {
        self.path = path
        self.redactor = redactor
        self.now = now
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

    /// Throws `Errno`; a record that cannot be kept ends the work.
    package func append(_ event: TranscriptEntry.Event) throws {
        let entry = redact(TranscriptEntry(at: now(), event: event).json)
        try failpoint(.transcriptBeforeIntent)
        _ = try file.withLock { try $0.writeAll(entry.encoded() + [UInt8(ascii: "\n")]) }
        try failpoint(.transcriptAfterEffect)
    }

    /// As `append`, for what was recorded before an interruption, or should have been: what is there already is not written twice. Throws `Errno`.
    package func keep(_ event: TranscriptEntry.Event) throws {
        let line = redact(TranscriptEntry(at: "", event: event).json).encoded()
        let isThere = try earlier.withLock { earlier in
            var known = try earlier ?? Self.events(of: path)
            let isNew = known.insert(line).inserted
            earlier = known
            return !isNew
        }
        if !isThere { try append(event) }
    }

    private static func events(of path: FilePath) throws -> Set<[UInt8]> {
        Set(try read(path).map { TranscriptEntry(at: "", event: $0.event).json.encoded() })
    }

    /// The entries of a file; lines that were torn, or that this version does not know, are left out. Throws `Errno`.
    package static func read(_ path: FilePath) throws -> [TranscriptEntry] {
        try FileContents.read(path, limit: 256 << 20).split(separator: UInt8(ascii: "\n")).compactMap { line in
            (try? JSONValue(parsing: line)).flatMap(TranscriptEntry.init(json:))
        }
    }

    /// The time of day as the record keeps it.
    package static func utc() -> String { Date.now.formatted(.iso8601) }

    private func redact(_ value: JSONValue) -> JSONValue {
        switch value {
        case .string(let text): .string(redactor.redact(text))
        case .array(let elements): .array(elements.map(redact))
        case .object(let members): .object(members.map { JSONValue.Member($0.key, redact($0.value)) })
        case .null, .bool, .number: value
        }
    }
}
