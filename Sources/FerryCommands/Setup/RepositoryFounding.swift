internal import FerryGit
internal import FerryModel
internal import FerryPipeline
internal import FerrySystem
internal import FerryVault
internal import Foundation
internal import SystemPackage

/// Tells a vault about a repository: looks at it, and writes a note with what it found.
struct RepositoryFounding: Sendable {
    let view: VaultView
    /// In place of the folder's own name.
    var name: String?

    struct Outcome: Hashable, Sendable {
        var name: String
        /// Relative to the vault.
        var note: FilePath
        /// A note for this repository was there, and was left as it is.
        var wasKnown = false
        var path: FilePath
        var base: String?
        var test: String?
        /// Why this is the test command.
        var testReason: String?
        var toolchains: [ToolchainFolder] = []
        /// What a person should know, or must fill in.
        var remarks: [String] = []
    }

    private var vault: FilePath { view.root }
    private var layout: VaultLayout { view.layout }

    /// `repository` is absolute. Throws `CommandError`, `GitError`, `Errno`.
    func found(_ repository: FilePath) async throws -> Outcome {
        guard let folders = view.folders else {
            throw CommandError(
                .configuration, "The vault \(WorkingFolder.shown(vault)) has no id.",
                remedy: "Give it one: `ferry init \(WorkingFolder.shown(vault))`.")
        }
        let path = WorkingFolder.resolved(repository)
        try Self.refuseUnfit(path, vault: vault)
        if let known = try await knownNote(of: path) { return known }
        try refuseVaultInside(path)
        let name = try freeName(for: path)
        let git = try await GitRepository.open(path: path, privateDirectory: folders.gitDirectory(of: RepositoryName(name)))
        let inspection = try await git.inspectForInit()
        if let obstacle = inspection.obstacle { throw obstacle }
        let probe = RepositoryProbe(folder: path, environment: ProcessInfo.processInfo.environment)
        var outcome = Outcome(name: name, note: FilePath(root: nil, [layout.repositories]).appending(name + ".md"), path: path)
        outcome.base = inspection.base?.rawValue
        outcome.test = probe.test?.line
        outcome.testReason = probe.test?.reason
        outcome.toolchains = probe.toolchains
        outcome.remarks = probe.remarks
        if outcome.base == nil { outcome.remarks.append("It is not clear which branch features start from. Set `base` in the repository note.") }
        guard try await NoteWriter(root: vault).create(outcome.note, content: Array(Self.text(outcome).utf8)) else {
            throw CommandError(.failed, "\(outcome.note) has just been made by somebody else.", remedy: "Look at it, then run the command again.")
        }
        return outcome
    }

    // MARK: What is refused

    /// Throws `CommandError` where the folder can never be a repository of this vault; looks at paths alone, so it can be asked before there
    /// is a vault.
    static func refuseUnfit(_ repository: FilePath, vault: FilePath) throws {
        let path = WorkingFolder.resolved(repository)
        let vault = WorkingFolder.resolved(vault)
        let own = [StateFolders.base("XDG_STATE_HOME", ".local/state"), StateFolders.base("XDG_CACHE_HOME", ".cache")].map { $0.appending("ferry") }
        let why: String? =
            if path.components.isEmpty {
                "it is the whole file system"
            } else if WorkingFolder.resolved(WorkingFolder.home).starts(with: path) {
                "it is your home, or holds it"
            } else if path.starts(with: vault) {
                path == vault ? "it is the vault" : "it lies in the vault"
            } else if own.contains(where: { path.starts(with: $0) }) {
                "Ferry keeps its own files there"
            } else {
                nil
            }
        guard let why else { return }
        throw CommandError(
            .configuration, "\(path) cannot be a repository of this vault: \(why).",
            remedy: "Give the top folder of one git repository, such as `--repo ~/code/shop`.")
    }

    /// Agents work on copies of the repository; a vault in it would be one of the things that they may change.
    func refuseVaultInside(_ path: FilePath) throws {
        var inner = WorkingFolder.resolved(vault)
        guard inner.removePrefix(path) else { return }
        throw CommandError(
            .configuration, "The vault lies inside the repository \(WorkingFolder.shown(path)), where a feature could change it.",
            remedy: """
                Keep it elsewhere; or protect it: write \(layout.repositories)/\(path.lastComponent?.string ?? "name").md yourself, with
                `path: \(path)`, `test:` and `protected: [\(inner)]`, and run the command again.
                """)
    }

    // MARK: Notes that are there

    private func knownNote(of path: FilePath) async throws -> Outcome? {
        for note in try await view.repositories()
        where !note.path.isEmpty && !UncertainDisk.isSilent(note.path) && WorkingFolder.resolved(note.path) == path {
            var outcome = Outcome(name: note.name.rawValue, note: file(note.name.rawValue), wasKnown: true, path: path)
            outcome.base = note.base
            outcome.test = note.testCommand.isEmpty ? nil : note.testCommand
            outcome.remarks = note.faults.map(\.description)
            if let fault = note.vaultFault(vault, note: outcome.note.string) { throw CommandError(fault) }
            return outcome
        }
        return nil
    }

    private func file(_ name: String) -> FilePath { FilePath(root: nil, [layout.repositories]).appending(name + ".md") }

    /// The name that features will use in `repo:`; letters, digits, `-`, `_` and `.` of the folder's name.
    private func freeName(for path: FilePath) throws -> String {
        let wanted = name ?? path.stem ?? "repository"
        let plain = String(
            wanted.unicodeScalars.map { $0.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains($0) ? Character($0) : "-" })
        let trimmed = String(plain.drop { $0 == "." || $0 == "-" })
        guard !trimmed.isEmpty else { throw CommandError(.failed, "`\(wanted)` is no name for a repository.", remedy: "Give one with --name.") }
        guard try FileStatus.ifPresent(vault.pushing(file(trimmed))) == nil else {
            throw CommandError(
                .failed, "\(file(trimmed)) is there already and is about another folder than \(WorkingFolder.shown(path)).",
                remedy: "Give this repository another name with --name, or correct `path` in that note.")
        }
        return trimmed
    }

    // MARK: The note

    private static func text(_ outcome: Outcome) -> String {
        var lines = ["---", "path: \(YAMLText.scalar(outcome.path.string))"]
        lines.append(outcome.base.map { "base: \(YAMLText.scalar($0))" } ?? "# base: the branch that features start from")
        lines.append(outcome.test.map { "test: \(YAMLText.scalar($0))" } ?? "test: # the command that decides, such as: make test")
        if !outcome.toolchains.isEmpty { lines.append("toolchains: \(YAMLText.list(outcome.toolchains.map(\.path.string)))") }
        lines += ["---", "What an engineer should know on the first day: agents read it, too. Write it here, in place of this line."]
        return lines.joined(separator: "\n") + "\n"
    }
}
