internal import FerrySystem
internal import SystemPackage

/// A program with which a person changes notes, or the recorded way of one.
protocol Editor: Sendable {
    /// Short, fit for a file name.
    var name: String { get }
    /// Has a buffer of its own, so that a note can change on disk while it is open.
    var hasBuffer: Bool { get }
    /// Opens a note, or a name where none is yet.
    func open(_ path: FilePath, in scene: EditorScene) async throws -> any Editing
}

/// A note that is open in an editor.
protocol Editing: Sendable {
    /// Puts a line below the first heading, in the buffer; into an empty buffer, a whole text.
    func insert(_ text: String) async throws
    /// Writes the buffer where the note was opened, whatever stands there now. Returns when it is written.
    func save() async throws
    func close() async throws
}

/// A buffer as all editors have one: the note as it was when it was opened, and what was typed since.
struct Buffer: Sendable {
    var bytes: [UInt8]

    /// The note, or nothing where there is none.
    init(_ path: FilePath) throws { bytes = try FileStatus.ifPresent(path) == nil ? [] : FileContents.read(path) }

    mutating func insert(_ text: String) {
        guard !bytes.isEmpty else {
            bytes = Array(text.utf8)
            return
        }
        bytes = Array(Self.inserting(text, into: String(decoding: bytes, as: UTF8.self)).utf8)
    }

    /// The text with a line below its first heading.
    static func inserting(_ line: String, into text: String) -> String {
        guard let heading = text.firstRange(of: "\n# "), let end = text[heading.upperBound...].firstIndex(of: "\n") else { return text + line + "\n" }
        return text[...end] + line + "\n" + text[text.index(after: end)...]
    }
}
