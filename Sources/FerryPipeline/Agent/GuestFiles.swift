internal import FerrySandbox
internal import FerrySystem
internal import SystemPackage

/// The files that an agent's file tools can name, by the paths that its commands see.
struct GuestFiles: Sendable {
    /// Where the full text of cut outputs can be read.
    static let outputs = "/ferry/outputs"

    let worktree: ConfinedFiles
    private let others: [(guest: String, files: ConfinedFiles)]

    init(_ workspace: AgentWorkspace) {
        let policy = workspace.policy
        worktree = ConfinedFiles(root: policy.worktree, offLimits: [".git"])
        others = [
            (Self.outputs, ConfinedFiles(root: workspace.outputs)),
            ("/tmp", ConfinedFiles(root: policy.temporary)),
            (SandboxPolicy.guestHome, ConfinedFiles(root: policy.home)),
        ]
    }

    /// One file or folder, found by the name that the model gave it.
    struct Place: Hashable, Sendable {
        let files: ConfinedFiles
        /// Below the root of `files`, lexically normal.
        let path: FilePath
        /// As the model is told: relative in the worktree, else absolute.
        let shown: String
    }

    /// Relative paths and those below `/work` lie in the worktree. Throws `ToolMistake` for a path that leads elsewhere.
    func place(_ text: String, writing: Bool = false) throws(ToolMistake) -> Place {
        guard !text.isEmpty, !text.utf8.contains(0) else { throw ToolMistake("`path` must be the path of a file.") }
        let path = FilePath(text).lexicallyNormalized()
        guard path.isAbsolute else { return try inWorktree(path, text) }
        if let rest = Self.rest(of: path, below: SandboxPolicy.guestWorktree) { return try inWorktree(rest, text) }
        if !writing {
            for other in others {
                if let rest = Self.rest(of: path, below: other.guest) { return Place(files: other.files, path: rest, shown: path.string) }
            }
        }
        let readable = "in \(others.map(\.guest).joined(separator: ", "))"
        throw ToolMistake(
            "\(text) is out of reach: paths are relative to the worktree (\(SandboxPolicy.guestWorktree))"
                + (writing ? ", and only files there can be written with this tool." : ", or \(readable). Use `bash` for anything else."))
    }

    private func inWorktree(_ path: FilePath, _ text: String) throws(ToolMistake) -> Place {
        if path.components.first?.kind == .parentDirectory { throw ToolMistake("\(text) lies outside the worktree.") }
        if path.components.contains(where: { $0.string.lowercased() == ".git" }) {
            throw ToolMistake("\(text) lies in .git, which is off limits to this tool. Use git through `bash`; Ferry makes the commits.")
        }
        let plain = path.components.first?.kind == .currentDirectory ? FilePath("") : path
        return Place(files: worktree, path: plain, shown: plain.isEmpty ? "." : plain.string)
    }

    private static func rest(of path: FilePath, below folder: String) -> FilePath? {
        var rest = path
        return rest.removePrefix(FilePath(folder)) ? rest : nil
    }
}
