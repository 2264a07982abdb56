internal import FerrySystem
internal import FerryVault
internal import Glibc
internal import SystemPackage

// One write into a vault, for tests that end it half way: VAULT JOURNAL KIND. Exit status: 0 done, 1 it failed, 3 something else came of it.
// Or an editor that saves whenever it is told to: NOTE WAY.

let arguments = CommandLine.arguments
if arguments.count == 3, let way = HostileEditor.Way(rawValue: arguments[2]) {
    HostileEditor(way: way, note: arguments[1]).run()
    exit(0)
}
guard arguments.count == 4 else { exit(2) }
let vault = FilePath(arguments[1])
NoteWriter.ignoreSignals()
var hooks = NoteWriter.Hooks()
// A person's save at the worst moment: in one step, from a file that lies ready.
if arguments[3] == "saved" {
    hooks.beforeExchange = { _ = Glibc.rename(vault.appending("save.new").string, vault.appending("a.md").string) }
}
let writer = NoteWriter(root: vault, journal: WriteJournal(folder: FilePath(arguments[2])), hooks: hooks)
let change: NoteWriter.Change = { (bytes: [UInt8]) throws(NoteRefusal) in
    bytes.starts(with: Array("ferry\n".utf8)) ? bytes : Array("ferry\n".utf8) + bytes
}

do {
    let isDone =
        switch arguments[3] {
        case "update", "saved":
            if case .written = try await writer.update("a.md", change) { true } else { false }
        case "shorten":
            if case .written = try await writer.update("a.md", { (_: [UInt8]) throws(NoteRefusal) in Array("short\n".utf8) }) { true } else { false }
        case "move": try await writer.move("a.md", to: "sub/b/a.md") == .moved
        case "create": try await writer.create("sub/new.md", content: Array("new\n".utf8))
        case "remove": try await writer.remove("a.md", having: ContentHash(of: FileContents.read(vault.appending("a.md"))))
        case "replace":
            if case .written = try await writer.replace("a.md", content: Array("own\n".utf8)) { true } else { false }
        default: false
        }
    exit(isDone ? 0 : 3)
} catch {
    print(error)
    exit(1)
}
