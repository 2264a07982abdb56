internal import FerryPipeline
internal import SystemPackage

/// What `ferry init` did, and what comes next.
struct InitReport: Hashable, Sendable, Encodable {
    struct Repository: Hashable, Sendable, Encodable {
        struct Toolchain: Hashable, Sendable, Encodable {
            var path: String
            var reason: String
        }
        var name: String
        /// Relative to the vault.
        var note: String
        /// The note was there and was left as it is.
        var wasKnown: Bool
        var path: String
        var base: String?
        var test: String?
        var testReason: String?
        var toolchains: [Toolchain]
        var remarks: [String]
    }

    var vault: String
    var vaultId: String
    /// Relative to the vault.
    var created: [String]
    /// Notes of the template that were there already.
    var kept: Int
    /// What was found in the folder, and what was done about it.
    var remarks: [String]
    var repository: Repository?
    /// The vault has a repository note.
    var hasRepository = false

    init(vault: FilePath, _ founded: VaultFounding.Outcome) {
        self.vault = vault.string
        vaultId = founded.vaultID
        created = founded.created
        kept = founded.kept
        remarks = founded.remarks
    }

    /// For a person. `isComplete`: nothing went wrong, so it ends with what comes next.
    func text(_ style: Style, isComplete: Bool) -> String {
        var lines = [head] + remarks.map { style.paint("  ! ", .yellow) + $0 }
        if let repository { lines += [""] + Self.lines(repository, style) }
        if isComplete { lines += [""] + next }
        return lines.joined(separator: "\n")
    }

    private var head: String {
        let folder = WorkingFolder.shown(FilePath(vault))
        if created.isEmpty { return "\(folder) is a vault already; nothing was changed." }
        return kept == 0
            ? "\(folder) is a vault now: \(created.count) files."
            : "\(folder): \(created.count) files added, \(kept) that were there left as they are."
    }

    private static func lines(_ repository: Repository, _ style: Style) -> [String] {
        var lines = [
            repository.wasKnown
                ? "The repository \(repository.name) is known already: \(repository.note), left as it is."
                : "The repository \(repository.name): \(repository.note)"
        ]
        var table = Table()
        table.add(.init("  path"), .init(repository.path))
        table.add(.init("  base"), .init(repository.base ?? "not found: fill it in"))
        let reason = repository.testReason.map { style.paint("  (\($0))", .dim) } ?? ""
        table.add(.init("  test"), .init((repository.test ?? "not found: fill it in") + reason))
        for toolchain in repository.toolchains {
            table.add(.init("  toolchain"), .init(toolchain.path + style.paint("  (\(toolchain.reason))", .dim)))
        }
        lines += table.lines(style)
        lines += repository.remarks.map { style.paint("  ! ", .yellow) + $0 }
        return lines
    }

    private var next: [String] {
        let folder = WorkingFolder.shown(FilePath(vault))
        var steps: [String] = []
        if !hasRepository { steps.append("Tell it about a repository:  ferry init \(folder) --repo PATH") }
        if repository?.test == nil, let repository { steps.append("Fill in `test` in \(repository.note): without it no work can be checked.") }
        steps.append("Give it a model:  export ANTHROPIC_API_KEY=…  or OPENAI_API_KEY, or name a server in 90_system/ferry.md")
        steps.append("See what is missing:  cd \(folder) && ferry doctor")
        steps.append("Start it:  ferry run")
        steps.append("Write a note in 10_features/01_ideas/ and move it to 03_planned/. README.md there says it all on one page.")
        return ["What comes next:"] + steps.enumerated().map { "  \($0 + 1). \($1)" }
    }
}

extension InitReport.Repository {
    init(_ outcome: RepositoryFounding.Outcome) {
        self.init(
            name: outcome.name, note: outcome.note.string, wasKnown: outcome.wasKnown, path: outcome.path.string, base: outcome.base,
            test: outcome.test,
            testReason: outcome.testReason, toolchains: outcome.toolchains.map { .init(path: $0.path.string, reason: $0.reason) },
            remarks: outcome.remarks)
    }
}
