internal import FerryLLM
internal import FerrySystem
internal import FoundationEssentials
internal import Synchronization
package import SystemPackage

/// The append-only record of one agent's work: JSON Lines in the run's folder, outside the vault. Secrets are taken out before a line is written.
package final class Transcript: Sendable {
    /// JSON Lines.
    package static let fileExtension = "jsonl"

    package let path: FilePath
    package let redactor: Redactor
    private let now: @Sendable () -> String
    private let file: RecordFile
    /// The events that were there when the file was opened, as they stand in it but for their time; read when they are first asked for.
    private let earlier = Mutex<Set<[UInt8]>?>(nil)

    /// Opens or creates the file (mode 0600) and the folder above it. A line that a crash tore is closed off. Throws `Errno`.
    package init(at path: FilePath, redactor: Redactor = Redactor(), now: @escaping @Sendable () -> String = Transcript.utc) throws {
        self.path = path
        self.redactor = redactor
        self.now = now
        file = try RecordFile(at: path)
    }

    /// Throws `Errno`; a record that cannot be kept ends the work.
    package func append(_ event: TranscriptEntry.Event) throws {
        let entry = redactor.redact(TranscriptEntry(at: now(), event: event).json)
        try failpoint(.transcriptBeforeIntent)
        try file.append(entry)
        try failpoint(.transcriptAfterEffect)
    }

    /// As `append`, for what was recorded before an interruption, or should have been: what is there already is not written twice. Throws `Errno`.
    package func keep(_ event: TranscriptEntry.Event) throws {
        let line = redactor.redact(TranscriptEntry(at: "", event: event).json).encoded()
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
        try RecordFile.read(path).compactMap(TranscriptEntry.init(json:))
    }

    /// The time of day as the record keeps it.
    package static func utc() -> String { Date.now.formatted(.iso8601) }
}
