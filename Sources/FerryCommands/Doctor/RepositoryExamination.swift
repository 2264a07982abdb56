internal import FerryGit
internal import FerryPipeline
internal import FerrySystem
internal import FerryVault
internal import Glibc
internal import SystemPackage

/// Whether Ferry can work on a repository: git, the base branch, the program that its tests begin with.
struct RepositoryExamination: Sendable {
    let view: VaultView
    let note: RepositoryNote

    private var name: String { "repository \(note.name)" }

    func findings() async -> [DoctorFinding] {
        guard let folders = view.folders, note.faults.isEmpty else {
            return [.fail(name, "its note has faults", remedy: "See them: ferry check \(view.layout.repositories)/\(note.name).md")]
        }
        let path = note.path
        do {
            let git = try await GitRepository.open(path: path, privateDirectory: folders.gitDirectory(of: note.name))
            let base = try await base(git)
            if let obstacle = try await git.inspectForInit().obstacle { return [.fail(name, obstacle)] }
            return [.ok(name, "\(WorkingFolder.shown(path)), base \(base)"), test(in: path)]
        } catch { return [.fail(name, error)] }
    }

    /// The base branch, which is there. Throws `GitError`.
    private func base(_ git: GitRepository) async throws -> BranchName {
        let named = note.base.flatMap { BranchName($0) }
        let found: BranchName?
        if let named { found = named } else { found = try await git.defaultBranch() }
        guard let found else {
            throw GitError(.baseBranchMissing, "\(git.path) has no branch checked out.", remedy: "Set `base` in the note of \(note.name).")
        }
        _ = try await git.baseTip(found)
        return found
    }

    // MARK: The test command

    /// Whether the first program of the command is where the sandbox looks. What it calls in turn only a run can tell.
    private func test(in repository: FilePath) -> DoctorFinding {
        let command = note.testCommand
        let title = "test of \(note.name)"
        guard let program = Self.program(of: command) else { return .ok(title, command) }
        let remedy = "Install it, or name its folder under `toolchains` in the note of \(note.name); `ferry init` finds toolchains in a home."
        if program.contains("/") {
            let file = repository.pushing(FilePath(program))
            return Self.isProgram(file) ? .ok(title, command) : .warn(title, "`\(command)`: there is no program \(program)", remedy: remedy)
        }
        let folders: [FilePath] =
            note.toolchains.flatMap { [$0.appending("bin"), $0] } + ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin"]
        let isThere = folders.contains { Self.isProgram($0.appending(program)) }
        return isThere
            ? .ok(title, command) : .fail(title, "`\(command)`: \(program) is not in the system's folders or in `toolchains`", remedy: remedy)
    }

    /// The first word that is no assignment; `nil` where the shell itself does what it says.
    static func program(of command: String) -> String? {
        let words = command.split(whereSeparator: \.isWhitespace).map(String.init)
        let builtins: Set<String> = [
            "cd", "export", "set", "test", "[", ".", "source", "if", "for", "while", "{", "(", "!", "exec", "eval", "ulimit", "umask", "trap",
        ]
        guard let word = words.first(where: { !$0.contains("=") }), !builtins.contains(word) else { return nil }
        return word.allSatisfy { $0.isLetter || $0.isNumber || "/._+-".contains($0) } ? word : nil
    }

    private static func isProgram(_ path: FilePath) -> Bool { path.withPlatformString { access($0, X_OK) } == 0 }
}
