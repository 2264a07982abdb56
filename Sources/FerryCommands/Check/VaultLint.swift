internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Looks through all notes that Ferry reads, and at how they fit together, without starting anything.
struct VaultLint: Sendable {
    let view: VaultView
    /// Relative to the vault; `nil` for all.
    var wanted: Set<FilePath>?

    /// Everything that was found. Throws `Errno`, `CommandError`.
    func report() async throws -> CheckReport {
        // Without the database: a faulty note is to be seen here, not its last good version.
        let configuration = try await ConfigurationLoader(root: view.root, layout: view.layout, offLimits: view.offLimits, store: nil).load()
        let repositories = try await view.repositories()
        let agents = try view.files(in: view.layout.agents)
        var findings = configuration.faults.map(NoteFinding.init)
        findings += PropertyTypeLint(view: view).findings() + checkSettings() + checkAgents(agents) + checkRepositories(repositories)
        findings += try await checkQuestions()
        if let wanted { findings.removeAll { !wanted.contains(FilePath($0.path)) } }
        let known = KnownNames(
            repositories: repositories.map(\.name.rawValue).sorted(), agents: agents.map { $0.path.stem ?? "" }.sorted(), models: models)
        // A cache: without it, or where it cannot be read, the notes are.
        let stored = wanted == nil ? nil : try? await view.store()?.noteIndex()
        let features = try await outcome(of: FeatureLint(view: view, known: known, wanted: wanted, stored: stored ?? []))
        return CheckReport(
            findings: findings + features.findings, ignored: features.ignored, notes: features.notes + ownNotes(agents.count + repositories.count))
    }

    private func outcome(of lint: FeatureLint) async throws -> FeatureLint.Outcome {
        // It blocks on the disk, which the cooperative pool has no threads for.
        try await withCheckedThrowingContinuation { continuation in
            onOwnThread { continuation.resume(with: Result { try lint.outcome() }) }
        }
    }

    var models: ModelNames { ModelNames(view.settings) }

    /// How many of Ferry's own notes were looked at: beside agents and repositories the rules, settings and prices.
    private func ownNotes(_ counted: Int) -> Int {
        if let wanted { return wanted.count { view.layout.place(of: $0) == nil } }
        return counted + ((try? view.files(in: view.layout.rules).count) ?? 0) + 2
    }

    private var settingsPath: String { view.layout.settings.string }

    /// What waits for a word on the dashboard.
    private func checkQuestions() async throws -> [NoteFinding] {
        guard view.folders != nil else { return [] }
        let questions = try await view.store()?.bulkQuestions() ?? []
        return questions.map {
            .init(.bulkQuestion, view.layout.dashboard.string, nil, $0.sentence, remedy: "tick the box on the dashboard, or move the notes back")
        }
    }

    private func checkSettings() -> [NoteFinding] {
        var findings: [NoteFinding] = []
        if view.settings.vaultID == nil, view.settings.faults.isEmpty {
            findings.append(
                .init(
                    .noVaultID, settingsPath, 1, "the vault has no `vault_id`",
                    remedy: view.vaultID.map { "put the line back: `vault_id: \($0)`" }
                        ?? "run `ferry init \(WorkingFolder.shown(view.root))`, which adds one"))
        }
        for alias in view.settings.aliases {
            for target in alias.targets {
                if let problem = models.problem(with: target) {
                    findings.append(.init(.unknownModel, settingsPath, alias.line, problem.what, remedy: problem.remedy))
                }
            }
        }
        for tier in ["small", "medium", "large"] where !view.settings.aliases.contains(where: { $0.name == tier }) {
            findings.append(
                .init(
                    .noTierModel, settingsPath, nil, "there is no model `\(tier)` under `## Models`",
                    remedy: "name one, or give every agent a `model` of its own"))
        }
        return findings
    }

    private func checkAgents(_ files: [(path: FilePath, bytes: [UInt8])]) -> [NoteFinding] {
        var findings: [NoteFinding] = []
        var roles: [String: String] = [:]
        for (path, bytes) in files {
            let note = NoteBytes(bytes)
            let agent = AgentNote(note, path: path.string)
            // Unknown aliases are among the configuration's faults.
            if let model = agent.model, model.contains("/"), let problem = models.problem(with: model) {
                findings.append(.init(.unknownModel, path.string, note.line(of: "model"), problem.what, remedy: problem.remedy))
            }
            guard AgentNote.roles.contains(agent.role) else { continue }
            if let other = roles.updateValue(path.string, forKey: agent.role) {
                findings.append(
                    .init(.doubleRole, path.string, note.line(of: "role"), "\(other) has the role \(agent.role), too", remedy: "keep one of the two"))
            }
        }
        for role in AgentNote.roles where roles[role] == nil {
            findings.append(
                .init(
                    .noRole, "\(view.layout.agents)/\(role).md", nil, "no agent has the role \(role)",
                    remedy: "write this note; the template has one (`ferry init` into an empty folder)"))
        }
        return findings
    }

    private func checkRepositories(_ repositories: [RepositoryNote]) -> [NoteFinding] {
        var findings: [NoteFinding] = []
        for repository in repositories {
            let path = "\(view.layout.repositories)/\(repository.name).md"
            guard !UncertainDisk.isSilent(repository.path) else {
                findings.append(
                    .init(
                        .missingFolder, path, nil, "the disk with \(repository.path) does not answer",
                        remedy: "see whether it is mounted and its server is there"))
                continue
            }
            if !repository.path.isEmpty, (try? FileStatus.ifPresent(WorkingFolder.resolved(repository.path)))?.kind != .directory {
                findings.append(
                    .init(.missingFolder, path, nil, "there is no folder \(repository.path)", remedy: "correct `path`, or mount what is missing"))
            }
            for toolchain in repository.toolchains where (try? FileStatus.ifPresent(WorkingFolder.resolved(toolchain)))?.kind != .directory {
                findings.append(
                    .init(.missingToolchain, path, nil, "there is no folder \(toolchain)", remedy: "correct `toolchains`, or take it out"))
            }
        }
        if repositories.isEmpty {
            findings.append(
                .init(
                    .noRepository, "\(view.layout.repositories)", nil, "the vault has no repository",
                    remedy: "add one: `ferry init \(WorkingFolder.shown(view.root)) --repo PATH`"))
        }
        return findings
    }
}
