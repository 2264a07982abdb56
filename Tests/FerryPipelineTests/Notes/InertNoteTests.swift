internal import FerryLLM
internal import FerryModel
internal import FerryStore
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

/// Whatever stands in a report, a transcript, a path or an output: in the notes that Ferry writes it is text.
@Suite(.timeLimit(.minutes(Repetitions.count(2, long: 30))))
struct InertNoteTests {
    private static let feature = FeatureID(number: 1, prefix: "FR")
    private static let notes = RunNotes(layout: VaultLayout(), feature: feature, run: RunNumber(1), record: "/state/runs/FR-001/run-1")

    /// Each of the notes, with the text in every place that others fill.
    private static let producers: [(name: String, make: @Sendable (String) throws -> String)] = [
        ("plan", { notes.plan(PlanReport(summary: $0, plan: $0, questions: [$0, "x " + $0])) }),
        ("diff", { notes.diff($0, isCut: true, range: $0) }),
        ("summary", { notes.summary(run($0), title: $0, check: check($0), cost: SpendingTotal(), tip: $0, transcripts: ["code"]) }),
        ("transcript", { "# FR-001 run-1: code\n\n" + TranscriptNote.render(entries($0), record: $0) }),
        ("feature", { try block(featureBlock($0, .blocked).content) }),
        ("feature in review", { try block(featureBlock($0, .review).content) }),
        ("dashboard", { try text(Dashboard.fresh(dashboard($0).content)) }),
    ]

    /// What Ferry itself writes that a model could not.
    private static let own = [
        "[[FR-001 run-1\\|summary]]", "[[FR-001 run-1 diff\\|diff]]", "[[FR-001 run-1 plan\\|plan]]", "[[FR-001 run-1 plan]]",
        "[[FR-001 run-1 code]]",
        "[[x]]", "[[x (late save)]]", "left out here; the full text has them.*",
    ]

    @Test(arguments: producers.map(\.name), HostileText.corpus)
    func `hostile text is text in every note`(_ name: String, _ text: String) throws { try check(name, text) }

    @Test(arguments: producers.map(\.name))
    func `any composition of hostile text is text in every note`(_ name: String) throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<Repetitions.count(10, long: 3_000) { try check(name, HostileText.composed(using: &generator)) }
    }

    private func check(_ name: String, _ text: String) throws {
        let make = try #require(Self.producers.first { $0.name == name }).make
        let note = try make(text)
        // The dashboard links a feature by the name of its file, and a conflict copy by that of its note.
        let named = [Self.name(of: text), text].map { InertText.link($0) }.filter { $0.hasPrefix("[[") }
        let rendered = RenderedNote(note, own: Self.own + (name == "dashboard" ? named : []))
        #expect(rendered.hazards == [], "\(note)")
        let note2 = NoteBytes(Array(note.utf8))
        #expect(note2.frontMatter == nil && MarkdownBody(note2).items.allSatisfy { $0.isTicked != true })
        #expect(note.ranges(of: "<!-- ferry:begin -->").count == (note.hasPrefix("# FR-001") || name == "plan" || name == "diff" ? 0 : 1))
        if ["plan", "diff", "summary", "transcript"].contains(name) {
            #expect(["word", ""].contains { (try? make($0)).map { RenderedNote($0, own: Self.own).skeleton } == rendered.skeleton }, "\(note)")
        }
    }

    @Test func `a note is bounded however much is put into it, and says where the rest is`() throws {
        let long = String(repeating: "0123456789 abcdef\n", count: 4_000)
        for producer in Self.producers {
            let note = try producer.make(long)
            #expect(note.utf8.count < 280 << 10, "\(producer.name) has \(note.utf8.count) bytes")
        }
        var entries = Self.entries("x")
        let result = String(repeating: "0123456789", count: 350)
        for turn in 0..<400 {
            entries.append(
                .init(at: "t", event: .result(turn: turn, callID: "", tool: "bash", summary: "bash x", text: result, isError: false, seconds: 1)))
        }
        let transcript = TranscriptNote.render(entries, record: "/state/runs/code.jsonl")
        #expect(
            transcript.utf8.count < 300 << 10 && transcript.contains("The full text: `/state/runs/code.jsonl`")
                && transcript.contains("parts are left out here"))
        let plan = Self.notes.plan(PlanReport(summary: "s", plan: long, questions: (0..<1_000).map { "Question \($0)?" }))
        #expect(plan.contains("The full texts: `/state/runs/FR-001/run-1`") && plan.contains("- and 900 more"))
    }

    // MARK: The parts

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
    private static func block(_ content: BlockContent) throws -> String { text(try FerryBlock.setting(content, in: Array("x\n".utf8))) }

    private static func run(_ text: String) -> RunRecord {
        var run = RunRecord(
            feature: feature, number: RunNumber(1), outcome: .review, tier: .small, score: 3, reasons: [text, text], branch: text, base: text,
            note: [],
            started: "2026-11-21T10:00:00Z")
        run.ended = "2026-11-21T10:05:00Z"
        return run
    }

    private static func check(_ text: String) -> CheckResult {
        let evidence = Evidence(
            label: text, command: text, directory: text, commit: text, environment: text, preset: text, ending: .exited(1), milliseconds: 12,
            outputDigest: text,
            outputBytes: 5, log: text, excerpt: text, tests: nil, verdict: .failed, cause: .exitStatus, reason: text)
        let finding = Finding(rule: text, severity: .error, path: text, line: 3, message: text, remedy: text)
        return CheckResult(
            commit: text, findings: [finding, finding], evidence: [evidence], files: 1, addedLines: 2, deletedLines: 3, risk: .high,
            riskReasons: [text],
            redBaseline: text)
    }

    private static func record(_ text: String, _ state: FeatureState) -> FeatureRecord {
        var record = FeatureRecord(id: feature, path: VaultLayout().folder(of: state).appending("x.md"), title: text, state: state)
        record.run = RunNumber(1)
        record.waitsFor = "\(text)\nmore \(text)"
        record.questions = state == .blocked ? [text, text] : []
        record.tip = state == .review ? "0123456789abcdef" : nil
        return record
    }

    private static func featureBlock(_ text: String, _ state: FeatureState) -> FeatureBlock {
        FeatureBlock(
            feature: record(text, state), run: run(text), check: check(text), cost: SpendingTotal(), stage: text, waits: text,
            events: [EventRecord(feature: feature, run: nil, time: "2026-11-21T10:00:00Z", text: text)], allowance: Money(dollars: 5), merged: text,
            isEdited: true,
            layout: VaultLayout())
    }

    private static func dashboard(_ text: String) -> Dashboard {
        var dashboard = Dashboard()
        dashboard.features = [record(text, .review), record(text, .blocked), record(text, .inProgress), record(text, .planned)]
        dashboard.features[0].path = VaultLayout().folder(of: .review).appending(name(of: text) + ".md")
        dashboard.stages = [feature: text]
        dashboard.waits = [feature: text]
        dashboard.holds = [text]
        // No path is longer than 4,096 bytes (PATH_MAX).
        dashboard.faults = [NoteFault(path: String(text.prefix(1_000)), line: 1, what: text, remedy: text)]
        dashboard.noteFaults = ["10_features/x.md": text]
        dashboard.conflicts = ["10_features/x (late save).md": text]
        dashboard.unreliability = text
        dashboard.machine = text
        dashboard.isStopped = true
        return dashboard
    }

    /// A file may have almost any name.
    private static func name(of text: String) -> String { String(text.filter { $0 != "/" && $0 != "\0" }.prefix(40)) + "y" }

    private static func entries(_ text: String) -> [TranscriptEntry] {
        let message = AssistantMessage(blocks: [.text(text), .thinking(text), .toolCall(ToolCall(id: text, name: text, arguments: text))])
        let events: [TranscriptEntry.Event] = [
            .began(role: text, model: text, conversation: 2, system: text, tools: [text, text]), .said(text),
            .answered(turn: 1, message, stop: .tools, usage: ModelUsage(), cost: nil, seconds: 1, requestID: text),
            .failed(turn: 2, reason: text, usage: ModelUsage(), cost: nil),
            .result(turn: 1, callID: text, tool: text, summary: text, text: text, isError: true, seconds: 1), .ended(text),
        ]
        return events.map { TranscriptEntry(at: "2026-11-21T10:00:00Z", event: $0) }
    }
}
