internal import FerrySystem
internal import SystemPackage

/// The names and short texts of a repository's files, read as data.
struct RepositoryFiles: Sendable {
    private let files: ConfinedFiles
    /// Names in the root.
    let names: [String]

    private static let longestText = 1 << 20
    /// Test files are looked for this deep and among this many entries.
    private static let depth = 4
    private static let mostEntries = 5000

    init(_ folder: FilePath) {
        files = ConfinedFiles(root: folder)
        names = (try? files.entries(of: ""))?.map(\.name.string) ?? []
    }

    func has(_ name: String) -> Bool { names.contains(name) }

    /// The text of a file, or empty.
    func text(_ path: String) -> String {
        (try? files.read(FilePath(path), limit: Self.longestText)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    func lines(_ path: String) -> [String] { SourceText(text(path)).lines.map(\.text) }

    func isFile(_ path: String) -> Bool { (try? files.status(of: FilePath(path)))?.kind == .regular }

    /// Paths of ordinary files that satisfy a condition, breadth first; hidden folders and those of dependencies are left out.
    func find(_ condition: (String) -> Bool) -> [String] {
        var found: [String] = []
        var folders = [""]
        var seen = 0
        for _ in 0..<Self.depth {
            var next: [String] = []
            for folder in folders {
                for entry in (try? files.entries(of: FilePath(folder))) ?? [] {
                    seen += 1
                    if seen > Self.mostEntries { return found }
                    let path = folder.isEmpty ? entry.name.string : folder + "/" + entry.name.string
                    switch entry.kind {
                    case .directory where !entry.name.string.hasPrefix(".") && !Self.dependencies.contains(entry.name.string): next.append(path)
                    case .regular where condition(path): found.append(path)
                    default: break
                    }
                }
            }
            folders = next
        }
        return found
    }

    private static let dependencies: Set<String> = [
        "node_modules", "vendor", "venv", "env", "target", "build", "dist", "__pycache__", "site-packages",
    ]
}
