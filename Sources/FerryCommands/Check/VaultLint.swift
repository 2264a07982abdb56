internal import FerryModel
internal import FerryPipeline
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Looks through all notes that Ferry reads, and at how they fit together, without starting anything.
struct VaultLint: Sendable {
    let view: VaultView

    /// Everything that was found, by path and line. Throws `Errno`, `CommandError`.
    func findings() async throws -> [NoteFinding] {
        let offLimits = view.offLimits
        // Without the database: a faulty note is to be seen here, not its last good version.
        let configuration = try await ConfigurationLoader(root: view.root, layout: view.layout, offLimits: offLimits, store: nil).load()
        var findings = configuration.faults.map(NoteFinding.init)
        findings += checkSettings()
        findings += try checkAgents()
        findings += try checkRepositories()
        findings += try await checkQuestions()
        findings += try FeatureLint(view: view, models: models).findings()
        return findings.sorted { ($0.path, $0.line ?? 0) < ($1.path, $1.line ?? 0) }
    }

    var models: ModelNames { ModelNames(view.settings) }

    private var settingsPath: String { view.layout.settings.string }

    /// What waits for a word on the dashboard.
    private func checkQuestions() async throws -> [NoteFinding] {
        let questions = try await view.store()?.bulkQuestions() ?? []
        return questions.map {
            .init(view.layout.dashboard.string, nil, .warning, $0.sentence, remedy: "tick the box on the dashboard, or move the notes back")
        }
    }

    private func checkSettings() -> [NoteFinding] {
        var findings: [NoteFinding] = []
        if view.settings.vaultID == nil, view.settings.faults.isEmpty {
            findings.append(
                .init(
                    settingsPath, 1, .error, "the vault has no `vault_id`",
                    remedy: "run `ferry init \(WorkingFolder.shown(view.root))`, which adds one"))
        }
        for alias in view.settings.aliases {
            for target in alias.targets {
                if let problem = models.problem(with: target) {
                    findings.append(.init(settingsPath, alias.line, .error, problem.what, remedy: problem.remedy))
                }
            }
        }
        for tier in ["small", "medium", "large"] where !view.settings.aliases.contains(where: { $0.name == tier }) {
            findings.append(
                .init(
                    settingsPath, nil, .warning, "there is no model `\(tier)` under `## Models`",
                    remedy: "name one, or give every agent a `model` of its own"))
        }
        return findings
    }

    private func checkAgents() throws -> [NoteFinding] {
        var findings: [NoteFinding] = []
        var roles: [String: String] = [:]
        for (path, bytes) in try view.files(in: view.layout.agents) {
            let agent = AgentNote(NoteBytes(bytes), path: path.string)
            // Unknown aliases are among the configuration's faults.
            if let model = agent.model, model.contains("/"), let problem = models.problem(with: model) {
                findings.append(.init(path.string, nil, .error, problem.what, remedy: problem.remedy))
            }
            guard AgentNote.roles.contains(agent.role) else { continue }
            if let other = roles.updateValue(path.string, forKey: agent.role) {
                findings.append(.init(path.string, nil, .error, "\(other) has the role \(agent.role), too", remedy: "keep one of the two"))
            }
        }
        for role in AgentNote.roles where roles[role] == nil {
            let note = "\(view.layout.agents)/\(role).md"
            findings.append(
                .init(
                    note, nil, .error, "no agent has the role \(role)",
                    remedy: "write this note; the template has one (`ferry init` into an empty folder)"))
        }
        return findings
    }

    private func checkRepositories() throws -> [NoteFinding] {
        let repositories = try view.repositories()
        var findings: [NoteFinding] = []
        for repository in repositories {
            let path = "\(view.layout.repositories)/\(repository.name).md"
            if !repository.path.isEmpty, (try? FileStatus.ifPresent(WorkingFolder.resolved(repository.path)))?.kind != .directory {
                findings.append(.init(path, nil, .error, "there is no folder \(repository.path)", remedy: "correct `path`, or mount what is missing"))
            }
            for toolchain in repository.toolchains where (try? FileStatus.ifPresent(WorkingFolder.resolved(toolchain)))?.kind != .directory {
                findings.append(.init(path, nil, .warning, "there is no folder \(toolchain)", remedy: "correct `toolchains`, or take it out"))
            }
        }
        if repositories.isEmpty {
            findings.append(
                .init(
                    "\(view.layout.repositories)", nil, .warning, "the vault has no repository",
                    remedy: "add one: `ferry init \(WorkingFolder.shown(view.root)) --repo PATH`"))
        }
        return findings
    }
}
