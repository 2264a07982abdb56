internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage

/// How a program that cannot be driven here saves, as system calls. What is written down here was seen or read: `table` names each source.
struct RecordedEditor: Editor {
    /// A file that a step works on; the note's own name stands for `%`.
    struct Place: ExpressibleByStringLiteral, Sendable {
        let pattern: String
        init(stringLiteral pattern: String) { self.pattern = pattern }
        static let note: Place = "%"

        func path(_ note: FilePath) -> FilePath {
            note.removingLastComponent().appending(pattern.replacing("%", with: note.lastComponent?.string ?? ""))
        }
    }

    enum Part: Sendable { case all, firstHalf, secondHalf }

    enum Step: Sendable {
        /// `open(O_WRONLY | O_CREAT | O_TRUNC)`, and what follows until `close`.
        case truncate(Place)
        /// `open(O_WRONLY | O_CREAT | O_EXCL)`.
        case create(Place)
        /// `open(O_WRONLY)`, falling back to `create` where it is gone; old bytes stay until they are written over.
        case openInPlace(Place)
        /// `open(O_TMPFILE)`.
        case openUnnamed
        case write(Part)
        /// `ftruncate` to what was written.
        case cut
        /// `linkat` of what is open.
        case link(Place)
        case sync
        case close
        case move(Place, Place)
        case remove(Place)
        /// By a new file.
        case copy(Place, Place)
        case touch
        case wait(Int)
    }

    let name: String
    let save: [Step]
    /// What lies beside the note while it is open.
    var whileOpen: Place?
    let hasBuffer = true

    func open(_ path: FilePath, in scene: EditorScene) async throws -> any Editing {
        if let whileOpen { try FileContents.write([], to: whileOpen.path(path)) }
        return Session(editor: self, path: path, buffer: try Buffer(path))
    }

    // One person uses it: its calls come one after the other.
    private final class Session: Editing, @unchecked Sendable {
        private let editor: RecordedEditor
        private let path: FilePath
        private var buffer: Buffer

        init(editor: RecordedEditor, path: FilePath, buffer: Buffer) {
            self.editor = editor
            self.path = path
            self.buffer = buffer
        }

        func insert(_ text: String) { buffer.insert(text) }
        func save() async throws { try await RecordedEditor.perform(editor.save, on: path, buffer.bytes) }
        func close() throws { if let place = editor.whileOpen { unlink(place.path(path).string) } }
    }

    /// Carries the steps out on a note.
    static func perform(_ steps: [Step], on note: FilePath, _ bytes: [UInt8]) async throws {
        var file: FileDescriptor?
        defer { try? file?.close() }
        for step in steps {
            switch step {
            case .truncate(let place): file = try .open(place.path(note), .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: mode)
            case .create(let place):
                file = try .open(place.path(note), .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: mode)
            case .openInPlace(let place): file = try .open(place.path(note), .writeOnly, options: [.create, .closeOnExec], permissions: mode)
            case .openUnnamed:
                let number = Glibc.open(note.removingLastComponent().string, Self.temporary | O_WRONLY | O_CLOEXEC, 0o644)
                guard number >= 0 else { throw Errno(rawValue: errno) }
                file = FileDescriptor(rawValue: number)
            case .write(let part):
                let half = bytes.count / 2
                let slice = part == .all ? bytes[...] : part == .firstHalf ? bytes[..<half] : bytes[half...]
                try file?.writeAll(slice)
            case .cut: try file?.resize(to: Int64(bytes.count))
            case .link(let place):
                let number = file?.rawValue ?? -1
                guard linkat(AT_FDCWD, "/proc/self/fd/\(number)", AT_FDCWD, place.path(note).string, AT_SYMLINK_FOLLOW) == 0 else {
                    throw Errno(rawValue: errno)
                }
            case .sync: if let file { fsync(file.rawValue) }
            case .close:
                try file?.close()
                file = nil
            case .move(let from, let to): try moveIfThere(from.path(note), to.path(note))
            case .remove(let place): unlink(place.path(note).string)
            case .copy(let from, let to):
                if let content = try? FileContents.read(from.path(note)) { try FileContents.write(content, to: to.path(note), mode: 0o644) }
            case .touch: utimes(note.string, nil)
            case .wait(let milliseconds): try await Task.sleep(for: .milliseconds(milliseconds))
            }
        }
    }

    /// `O_TMPFILE` of <fcntl.h>, which Swift does not see.
    private static let temporary = 0o20_000_000 | O_DIRECTORY
    private static let mode = FilePermissions(rawValue: 0o644)

    /// An editor puts the old version aside if there is one.
    private static func moveIfThere(_ from: FilePath, _ to: FilePath) throws {
        guard rename(from.string, to.string) != 0, errno != ENOENT else { return }
        throw Errno(rawValue: errno)
    }
}
