internal import ArgumentParser
internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// `ferry logs FR-012 [--run N]`
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Show what happened in a run: its history, what the agents did, where the full texts are.")

    @Argument(help: "The feature: its id (FR-012), its note's name, or a path.")
    var feature: String
    @Option(name: .long, help: "The run; else the newest.")
    var run: Int?
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let view = try VaultView(vault)
        let reader = try await FeatureReader(view)
        let found = try reader.list.find(feature)
        guard let id = found.id, let record = found.record, record.run.rawValue > 0, let folders = view.folders, let store = reader.store else {
            throw CommandError(.failed, "\(found.heading) has had no run yet.", remedy: "`ferry why \(found.name)` says what it waits for.")
        }
        let number = RunNumber(run ?? record.run.rawValue)
        guard try await store.run(id, number) != nil else {
            throw CommandError(.failed, "\(found.heading) has no run \(number).", remedy: "It has had runs 1 to \(record.run).")
        }
        let events = try await store.events(of: id, limit: 10_000).filter { $0.run == number }.reversed().map(FeatureReport.Event.init)
        let steps = RunStory(try await store.steps(id, number)).steps
        let report = RunLog(
            feature: id.description, run: number.rawValue, events: Array(events), steps: steps, agents: try RunLog.agents(in: folders.run(id, number))
        )
        let console = Console.standard
        console.print(output.json ? try JSONText.make(report) : report.text(found, console.style))
    }
}

/// What happened in a run.
struct RunLog: Hashable, Sendable, Encodable {
    /// One agent's part.
    struct Agent: Hashable, Sendable, Encodable {
        struct Step: Hashable, Sendable, Encodable {
            var time: String
            /// `bash python3 -m unittest`; one line.
            var what: String
            var seconds: Double
            var isError: Bool
        }
        /// `code`, `code-2`, `review`.
        var stage: String
        /// The whole record, JSON Lines.
        var transcript: String
        var steps: [Step]
        /// How it ended; `nil` while it works.
        var end: String?
    }

    var feature: String
    var run: Int
    /// Oldest first.
    var events: [FeatureReport.Event]
    /// What came of each finished step, in their order.
    var steps: [RunStory.Step]
    /// In the order in which they began.
    var agents: [Agent]

    /// Reads the transcripts of a run. Throws `Errno`.
    static func agents(in folder: FilePath) throws -> [Agent] {
        guard try FileStatus.ifPresent(folder) != nil else { return [] }
        let files = try Directory.entries(of: folder).filter { $0.name.extension == "jsonl" }
        let agents = try files.map { file -> (String, Int64, Agent) in
            let path = folder.appending(file.name)
            var agent = Agent(stage: file.name.stem, transcript: path.string, steps: [], end: nil)
            let entries = try Transcript.read(path)
            for entry in entries { agent.take(entry) }
            return (entries.first?.at ?? "", try FileStatus(of: path).modified, agent)
        }
        return agents.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }

    func text(_ found: FoundFeature, _ style: Style) -> String {
        var lines = [style.paint(found.heading, .bold) + ", run \(run)"] + events.map { EventText.line($0, style) }
        if !steps.isEmpty { lines += ["", "What came of it:"] + RunStory(steps: steps).lines(style).map { "  " + $0 } }
        for agent in agents {
            lines += ["", style.paint(agent.stage, .bold) + "  " + style.paint(agent.transcript, .dim)]
            lines += agent.steps.map { step in
                let mark = step.isError ? style.paint("  ✗ ", .red) : "    "
                return mark + TextWidth.cut(step.what, to: 110) + style.paint("  \((step.seconds * 10).rounded() / 10) s", .dim)
            }
            if let end = agent.end { lines.append("    " + end) }
        }
        return lines.joined(separator: "\n")
    }
}

extension RunLog.Agent {
    mutating func take(_ entry: TranscriptEntry) {
        switch entry.event {
        case .result(_, _, _, let summary, _, let isError, let seconds):
            let line = SafeText.make(summary).split(whereSeparator: \.isNewline).joined(separator: " ")
            steps.append(Step(time: entry.at, what: line, seconds: seconds, isError: isError))
        case .ended(let outcome): end = SafeText.make(outcome).split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        case .began, .said, .answered, .failed, .resumed: break
        }
    }
}
