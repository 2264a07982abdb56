internal import FerryLLM
internal import FerryModel
package import FerryStore
internal import FerrySystem
package import FerryVault
package import SystemPackage

/// Reads the notes that Ferry is set up by. A note with faults does not count: its last good version stays in force.
package struct ConfigurationLoader: Sendable {
    let root: FilePath
    let layout: VaultLayout
    private let offLimits: OffLimits
    private let store: Store?
    private let patience: Duration

    /// `patience`: for disks of repositories to answer. `store` keeps and gives the last good versions; without one a faulty note counts as absent.
    package init(root: FilePath, layout: VaultLayout, offLimits: OffLimits, store: Store?, patience: Duration = Timing().diskAnswer) {
        self.root = root
        self.layout = layout
        self.offLimits = offLimits
        self.store = store
        self.patience = patience
    }

    /// Never throws for what is in a note. Throws `StoreError`.
    package func load() async throws -> Configuration {
        var configuration = Configuration()
        var faults: [NoteFault] = []
        if let settings = try await good(layout.settings, &faults, { SettingsNote($0, path: $1) }, \.faults) { configuration.settings = settings }
        configuration.providers = Self.providers(configuration.settings, layout.settings.string, &faults)
        if let note = try await good(layout.prices, &faults, { PriceNote($0, path: $1) }, \.faults) {
            configuration.prices = Self.prices(note, layout.prices.string, &faults)
        }
        for path in notes(in: layout.agents) {
            if let agent = try await good(path, &faults, { AgentNote($0, path: $1) }, \.faults) { configuration.agents.append(agent) }
        }
        for path in notes(in: layout.rules) {
            if let rule = try await good(path, &faults, { RuleNote($0, path: $1) }, \.faults) { configuration.rules.append(rule) }
        }
        for path in notes(in: layout.repositories) {
            let earlier = faults.count
            let note = try await good(
                path, &faults, { [offLimits, patience] in await RepositoryNote.reading($0, path: $1, offLimits, patience: patience) }, \.faults)
            if let note, let fault = await vaultFault(of: note, path) {
                faults.append(fault)
            } else if let note {
                configuration.repositories.append(note)
                continue
            }
            configuration.unusableRepositories[RepositoryName(path.stem ?? "")] = faults.count > earlier ? faults[faults.count - 1] : nil
        }
        for agent in configuration.agents {
            Self.checkModel(of: agent, in: configuration, "\(layout.agents)/\(agent.name).md", &faults)
        }
        configuration.faults = faults
        return configuration
    }

    private func vaultFault(of note: RepositoryNote, _ path: FilePath) async -> NoteFault? {
        try? await UncertainDisk.ask(note.path, within: patience) { [root] in note.vaultFault(root, note: path.string) } ?? nil
    }

    // MARK: One note

    private func good<Note>(
        _ path: FilePath, _ faults: inout [NoteFault], _ read: (NoteBytes, String) async -> Note, _ wrong: (Note) -> [NoteFault]
    ) async throws -> Note? {
        let bytes: [UInt8]
        do { bytes = try FileContents.read(root.pushing(path), limit: NoteBytes.sizeLimit) } catch Errno.noSuchFileOrDirectory { return nil } catch {
            faults.append(
                NoteFault(
                    path: path.string, line: nil, what: "It cannot be read (\(error)).", remedy: "Look at its rights and its size.", rule: .unreadable
                ))
            return nil
        }
        let note = await read(NoteBytes(bytes), path.string)
        guard !wrong(note).isEmpty else {
            // What was read by names alone may have faults yet.
            if (note as? RepositoryNote)?.isOnSilentDisk != true { try await store?.keepGoodNote(path, content: bytes) }
            return note
        }
        faults += wrong(note)
        guard let last = try await store?.goodNote(path) else { return nil }
        let lastNote = await read(NoteBytes(last), path.string)
        return wrong(lastNote).isEmpty ? lastNote : nil
    }

    /// The notes of a folder, by name; README files and folder notes are never settings.
    func notes(in folder: FilePath.Component) -> [FilePath] {
        let path = FilePath(root: nil, [folder])
        guard let entries = try? Directory.entries(of: root.pushing(path)) else { return [] }
        return entries.map { path.appending($0.name) }.filter {
            NoteName($0) == .note && (try? FileStatus(of: root.pushing($0)))?.kind == .regular
        }
    }

    // MARK: What only the model layer can judge

    private static func providers(_ settings: SettingsNote, _ path: String, _ faults: inout [NoteFault]) -> [ProviderSettings] {
        settings.providers.compactMap { provider in
            do throws(ModelError) { return try ProviderSettings(name: provider.name, fields: provider.fields) } catch {
                faults.append(NoteFault(path: path, line: provider.line, what: error.message, remedy: error.remedy ?? ""))
                return nil
            }
        }
    }

    private static func prices(_ note: PriceNote, _ path: String, _ faults: inout [NoteFault]) -> PriceTable {
        let (table, wrong) = PriceTable.reading(headings: note.headings, rows: note.rows.map(\.cells))
        faults += wrong.map { fault in
            NoteFault(
                path: path, line: note.rows.indices.contains(fault.row) ? note.rows[fault.row].line : nil, what: fault.message, remedy: fault.remedy)
        }
        return table
    }

    private static func checkModel(of agent: AgentNote, in configuration: Configuration, _ path: String, _ faults: inout [NoteFault]) {
        guard let model = agent.model, configuration.aliases[model] == nil, !model.contains("/") else { return }
        let known = configuration.aliases.keys.sorted().joined(separator: ", ")
        faults.append(
            NoteFault(
                path: path, line: agent.modelLine, what: "model is `\(model)`, and there is no such alias",
                remedy: "write one of \(known), or provider/model; aliases stand under `## Models` in the settings", rule: .unknownModel))
    }
}
