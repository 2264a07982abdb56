internal import FerryLLM
internal import FerryWireServer

/// What the model says in the conversations that fit. A conversation is told by the lines at the top of its first message.
struct Answer: Sendable {
    /// One turn of the model: tool calls, and what the test wants to happen before it is sent.
    struct Turn: Sendable {
        var text = ""
        var calls: [ScriptedTurn.Call] = []
        /// The answer is held back until the test opens it.
        var gate: Gate?
        /// What is sent in place of an answer: a failure, or signs of life alone.
        var reply: WireReply?
    }

    /// `Role: coder`, `Attempt: 2`, …
    var lines: [String]
    /// Each must occur in the first message.
    var match: [String] = []
    /// Only what comes in this way is answered; `nil`: all.
    var wire: Wire?
    var turns: [Turn]

    /// `attempt`: the coder's round in a phase, from 1; `nil` fits all.
    init(_ role: String, feature: String? = nil, run: Int? = nil, phase: Int? = nil, attempt: Int? = nil, turns: [Turn]) {
        lines = ["Role: \(role)"]
        if let feature { lines.append("Feature: \(feature)") }
        if let run { lines.append("Run: \(run)") }
        if let phase { lines.append("Phase: \(phase)") }
        if let attempt { lines.append("Attempt: \(attempt)") }
        self.turns = turns
    }

    func fits(_ request: WireRequest) -> Bool {
        guard wire == nil || wire == request.wire else { return false }
        let text = request.firstUserText
        let said = text.split(separator: "\n").prefix(8)
        return lines.allSatisfy { line in said.contains { $0 == line || $0.hasPrefix(line + " ") } } && match.allSatisfy(text.contains)
    }

    /// The same, for one wire alone.
    func on(_ wire: Wire) -> Answer {
        var answer = self
        answer.wire = wire
        return answer
    }

    /// The same, but its first turn is held back.
    func held(by gate: Gate) -> Answer {
        var answer = self
        answer.turns[0].gate = gate
        return answer
    }
}

extension Answer {
    static func planner(
        feature: String? = nil, run: Int? = nil, plan: String = "Do what the note asks for.", questions: [String] = []
    ) -> Answer {
        let report: JSONValue = ["summary": "A plan.", "plan": .string(plan), "questions": .array(questions.map(JSONValue.string))]
        return Answer("planner", feature: feature, run: run, turns: [Turn(calls: [.init("finish", report)])])
    }

    /// Writes these files, runs these commands, and reports. One that mends findings reads the files first: the tools let nobody
    /// overwrite what was not read.
    static func coder(
        feature: String? = nil, run: Int? = nil, phase: Int? = nil, attempt: Int? = nil, writes files: [String: String] = [:],
        runs commands: [String] = [],
        mends findings: Int = 0, questions: [String] = []
    ) -> Answer {
        let report: JSONValue = [
            "summary": "It is done.",
            "answers": .array((0..<findings).map { ["finding": .int($0 + 1), "result": "mended", "how": "As asked for."] }),
            "questions": .array(questions.map(JSONValue.string)),
        ]
        let reads = findings > 0 ? files.keys.sorted().map { ScriptedTurn.Call("read", ["path": .string($0)]) } : []
        let work = reads + writing(files) + commands.map { ScriptedTurn.Call("bash", ["command": .string($0)]) }
        let turns = (work.isEmpty ? [] : [Turn(text: "I begin.", calls: work)]) + [Turn(calls: [.init("finish", report)])]
        return Answer("coder", feature: feature, run: run, phase: phase, attempt: attempt, turns: turns)
    }

    static func tester(
        feature: String? = nil, run: Int? = nil, attempt: Int? = nil, writes files: [String: String] = [:], findings: [Finding] = []
    ) -> Answer {
        let work = files.isEmpty ? [] : [Turn(calls: writing(files))]
        return Answer("tester", feature: feature, run: run, attempt: attempt, turns: work + [reporting(findings)])
    }

    static func reviewer(feature: String? = nil, run: Int? = nil, attempt: Int? = nil, findings: [Finding] = []) -> Answer {
        Answer("reviewer", feature: feature, run: run, attempt: attempt, turns: [reporting(findings)])
    }

    /// What a tester or reviewer found.
    struct Finding: Sendable {
        var rule = "correctness"
        var severity = "error"
        var path: String
        var line = 0
        var message: String
        var fix: String
    }

    private static func reporting(_ findings: [Finding]) -> Turn {
        let items = findings.map { finding -> JSONValue in
            [
                "rule": .string(finding.rule), "severity": .string(finding.severity), "path": .string(finding.path), "line": .int(finding.line),
                "message": .string(finding.message), "fix": .string(finding.fix),
            ]
        }
        return Turn(calls: [.init("finish", ["summary": findings.isEmpty ? "Nothing to find." : "See the findings.", "findings": .array(items)])])
    }

    private static func writing(_ files: [String: String]) -> [ScriptedTurn.Call] {
        files.sorted { $0.key < $1.key }.map { .init("write", ["path": .string($0.key), "content": .string($0.value)]) }
    }
}

/// Holds an answer of the model back until the test opens it.
final class Gate: Sendable {
    private let arrivals: AsyncStream<Void>
    private let arrival: AsyncStream<Void>.Continuation
    private let opening: AsyncStream<Void>
    private let opened: AsyncStream<Void>.Continuation

    init() {
        (arrivals, arrival) = AsyncStream.makeStream()
        (opening, opened) = AsyncStream.makeStream()
    }

    /// Returns when the model has been asked.
    func reached() async throws {
        for await _ in arrivals { return }
        try Task.checkCancellation()
    }

    func open() { opened.finish() }

    /// The model is asked; returns when the gate is open.
    func pass() async throws {
        arrival.yield()
        for await _ in opening {}
        try Task.checkCancellation()
    }
}
