internal import FerrySystem
internal import Glibc
internal import SystemPackage

extension SandboxPolicy {
    /// Throws `SandboxError` with code `policy` for what bubblewrap would misunderstand or this policy must not share.
    func check(_ command: SandboxCommand) throws {
        try checkFolders()
        try checkFiles()
        for (name, value) in environment.merging(command.environment, uniquingKeysWith: { $1 }) {
            guard !name.isEmpty, !name.utf8.contains(UInt8(ascii: "=")), Self.isPassable(name), Self.isPassable(value) else {
                throw Self.refused("The environment variable \(name.debugDescription) cannot be passed on", "Correct its name, or shorten its value.")
            }
        }
        guard let program = command.arguments.first, !program.isEmpty, command.arguments.allSatisfy(Self.isPassable) else {
            throw Self.refused(
                "The command is empty, holds a NUL, or has an argument above 128 KiB", "Put long text into a file or the standard input.")
        }
        let directory = FilePath(command.directory)
        guard !directory.isAbsolute, directory.components.allSatisfy({ $0.kind == .regular }), Self.isPassable(command.directory) else {
            throw Self.refused(
                "The working directory \(command.directory.debugDescription) is not below the worktree", "Name it relative to the worktree.")
        }
    }

    private func checkFolders() throws {
        for folder in [worktree, temporary, home] + objects + (agentGit.map { [$0] } ?? []) {
            guard folder.isAbsolute else { throw Self.refused("The path \(folder) is not absolute", "Name it from the root.") }
            if let inside = forbidden.first(where: { $0.starts(with: folder) }) {
                throw Self.refused("The folder \(folder) holds \(inside), which commands may not see", "Move one of them elsewhere.")
            }
        }
    }

    /// A command can close off the folders that it was given (`chmod 000 .`). They are Ferry's, which reads them next, and those of the next command.
    func reopenFolders() {
        for folder in [worktree, temporary, home] + (agentGit.map { [$0] } ?? []) {
            guard let mode = try? FileStatus(of: folder).mode, mode & 0o700 != 0o700 else { continue }
            _ = folder.withPlatformString { chmod($0, mode_t(mode) | 0o700) }
        }
    }

    private func checkFiles() throws {
        for path in homeFiles.keys {
            let inside = FilePath(path)
            guard !inside.isAbsolute, inside.components.allSatisfy({ $0.kind == .regular }), Self.isPassable(path),
                try ConfinedFiles(root: home).status(of: inside)?.kind == .regular
            else { throw Self.refused("The file \(path.debugDescription) of the home is not there as a file", "Remove what lies there.") }
        }
        for path in files.keys {
            let inside = FilePath(path)
            guard inside.starts(with: "/ferry"), inside.components.count > 1, inside.components.allSatisfy({ $0.kind == .regular }),
                !inside.starts(with: "/ferry/git"), !inside.components.contains(where: { $0.string.hasPrefix("objects") }), Self.isPassable(path)
            else { throw Self.refused("The file \(path.debugDescription) is not below /ferry, or is Ferry's own", "Choose another name.") }
        }
    }

    /// Linux limits one argument to 32 pages (`MAX_ARG_STRLEN`, execve(2)).
    private static func isPassable(_ text: String) -> Bool { text.utf8.count < 131_072 && !text.utf8.contains(0) }

    private static func refused(_ message: String, _ remedy: String) -> SandboxError { SandboxError(.policy, message + ".", remedy: remedy) }
}
