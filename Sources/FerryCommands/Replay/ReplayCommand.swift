internal import ArgumentParser
internal import FerryGit
internal import FerryLLM
internal import FerryModel
internal import FerryPipeline
internal import FerrySandbox
internal import FerryStore
internal import FerryVault
internal import Foundation
internal import SystemPackage

/// `ferry replay FR-012 [--run N] [--tools]`
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay", abstract: "Run the agents of a run by its record, offline, and compare every request byte for byte.",
        discussion: """
            No model is asked and nothing is paid; no key is needed. Status 1 if a request is not what was sent, or, with --tools, if a tool gives \
            something else. What external agent programs asked is not in Ferry's record.
            """)

    @Argument(help: "The feature: its id (FR-012), its note's name, or a path.")
    var feature: String
    @Option(name: .long, help: "The run; else the newest.")
    var run: Int?
    @Option(name: .long, help: "Only this stage, named as its transcript (code, review-2).")
    var stage: String?
    @Flag(name: .long, help: "Run the tools again as well, in fresh files, and list what differs.")
    var tools = false
    @Flag(name: .long, help: "With --tools: run the sandbox as root, as `ferry run --allow-root`.")
    var allowRoot = false
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let view = try VaultView(vault)
        let reader = try await FeatureReader(view)
        let found = try reader.list.find(feature)
        guard let id = found.id, let record = found.record, record.run.rawValue > 0, let folders = view.folders else {
            throw CommandError(.failed, "\(found.heading) has had no run yet.", remedy: "`ferry why \(found.name)` says what it waits for.")
        }
        let number = RunNumber(run ?? record.run.rawValue)
        let replay = try RunReplay(folder: folders.run(id, number))
        let stages = replay.stages.filter { stage == nil || $0.name == stage }
        guard !stages.isEmpty else { throw nothing(replay, found, number) }
        let workspace = tools ? try await self.workspace(view, folders, record) : nil
        var report = ReplayReport(feature: id.description, run: number.rawValue, stages: [], unrecorded: stage == nil ? replay.unrecorded : [])
        try await view.withCatalog { catalog in
            for stage in stages { report.stages.append(try await Self.replay(stage, catalog, in: workspace)) }
        }
        let console = Console.standard
        console.print(output.json ? try JSONText.make(report) : report.text(found.heading, console.style))
        if !report.isSame { throw ExitCode(CommandError.Code.failed.rawValue) }
    }

    private static func replay(_ stage: RecordedStage, _ catalog: ModelCatalog, in workspace: ReplayWorkspace?) async throws -> ReplayReport.Stage {
        do {
            guard let workspace else { return .init(try await RunReplay.replay(stage, catalog)) }
            guard !stage.hasNetwork else {
                return .init(try await RunReplay.replay(stage, catalog), toolsFault: "its commands had a network, and a replay has none")
            }
            let result = try await workspace.with(stage.start) { try await RunReplay.replay(stage, catalog, in: $0) }
            if let result { return .init(result) }
            return .init(try await RunReplay.replay(stage, catalog), toolsFault: "the files that it found are gone from the repository")
        } catch let error as ModelError {
            throw CommandError(
                .configuration, "\(stage.name): \(error.message)",
                remedy: "A replay makes requests with the providers of the settings. Put the provider back under its name; no key is needed.")
        }
    }

    private func workspace(_ view: VaultView, _ folders: StateFolders, _ record: FeatureRecord) async throws -> ReplayWorkspace {
        try RootAccess.check(isAllowed: allowRoot)
        guard let note = try await view.repositories().first(where: { $0.name == record.repository }), note.faults.isEmpty else {
            throw CommandError(
                .configuration, "The repository \(record.repository?.rawValue ?? "") has no good note.", remedy: "`ferry check` says what is wrong.")
        }
        return ReplayWorkspace(
            folder: folders.cache.appending("replay"),
            git: try await GitRepository.open(path: note.path, privateDirectory: folders.gitDirectory(of: note.name)),
            repository: note, runner: BubblewrapRunner(allowRoot: allowRoot), forbidden: [view.root, folders.state, folders.cache])
    }

    private func nothing(_ replay: RunReplay, _ found: FoundFeature, _ number: RunNumber) -> CommandError {
        if let stage, !replay.stages.isEmpty {
            return CommandError(
                .failed, "Run \(number) of \(found.heading) has no stage `\(InertText.excerpt(stage, limit: 40))`.",
                remedy: "It has \(replay.stages.map(\.name).joined(separator: ", ")).")
        }
        return CommandError(
            .failed, "There is no record of run \(number) of \(found.heading).",
            remedy: replay.unrecorded.isEmpty
                ? "It was pruned (`keep_runs`), or is no run of this machine."
                : "Its agents were external programs, or an older Ferry ran them; `ferry logs` has what they did.")
    }
}
