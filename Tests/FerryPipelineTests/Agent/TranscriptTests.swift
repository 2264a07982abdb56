internal import FerryLLM
internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1)))
struct TranscriptTests {
    private static let message = AssistantMessage(blocks: [
        .text("text"), .thinking("thought"), .toolCall(ToolCall(id: "1", name: "bash", arguments: "{\"command\":\"ls\"}")),
        .opaque(provider: "p/m", ["type": "thinking", "signature": "abc"]),
    ])

    private static var usage: ModelUsage {
        var usage = ModelUsage()
        (usage.inputFresh, usage.cacheRead, usage.cacheWrite5m, usage.cacheWrite1h, usage.output, usage.reasoning) = (1, 2, 3, 4, 5, 6)
        usage.isEstimated = true
        return usage
    }

    private static let events: [TranscriptEntry.Event] = [
        .began(role: "coder", model: "p/m", conversation: 1, system: "be good", tools: ["bash"]),
        .said("Do it.\nNow."),
        .answered(turn: 1, message, stop: .tools, usage: usage, cost: Money(microdollars: 12), seconds: 1.5, requestID: "req_1"),
        .answered(turn: 2, AssistantMessage(blocks: []), stop: .length, usage: usage, cost: nil, seconds: 0, requestID: nil),
        .failed(turn: 2, reason: "busy", usage: usage, cost: nil),
        .result(turn: 1, callID: "1", tool: "bash", summary: "bash ls", text: "a\nb", isError: false, seconds: 0.25),
        .ended("finished"),
    ]

    @Test func `what is recorded is read again as it was`() async throws {
        try await withScratch { root async throws in
            let path = root.appending("run/coder.jsonl")
            let transcript = try Transcript(at: path, now: { "2026-01-02T03:04:05Z" })
            for event in Self.events { try transcript.append(event) }
            #expect(try Transcript.read(path) == Self.events.map { TranscriptEntry(at: "2026-01-02T03:04:05Z", event: $0) })
            #expect(try FileStatus(of: path).mode == 0o600)
        }
    }

    @Test func `a line that a crash tore costs only itself`() async throws {
        try await withScratch { root async throws in
            let path = root.appending("t.jsonl")
            try Transcript(at: path).append(.said("one"))
            try FileContents.write(try FileContents.read(path) + Array("{\"at\":\"x\",\"ki".utf8), to: path)
            try Transcript(at: path).append(.said("two"))
            #expect(try Transcript.read(path).map(\.event) == [.said("one"), .said("two")])
        }
    }

    @Test func `no secret is recorded, wherever it stands`() async throws {
        try await withScratch { root async throws in
            let path = root.appending("t.jsonl")
            let secret = "known-secret-value"
            let transcript = try Transcript(at: path, redactor: Redactor(values: [secret]))
            try transcript.append(.said("key \(secret)"))
            let output = "\(secret)\n\(secret)"
            try transcript.append(.result(turn: 1, callID: "1", tool: "bash", summary: secret, text: output, isError: false, seconds: 0))
            let call = ToolCall(id: "1", name: "bash", arguments: "{\"command\":\"echo \(secret)\"}")
            let message = AssistantMessage(blocks: [.toolCall(call), .opaque(provider: "p", ["x": [.string(secret)]])])
            try transcript.append(
                .answered(turn: 1, message, stop: .tools, usage: ModelUsage(), cost: .zero, seconds: 0, requestID: nil))
            let kept = try text(path)
            #expect(!kept.contains(secret) && kept.contains(Redactor.mark))
        }
    }

    @Test func `the time is ISO 8601 in UTC`() {
        let time = Transcript.utc()
        #expect(time.utf8.count == 20 && time.hasSuffix("Z") && time.dropFirst(10).first == "T", "\(time)")
    }

    @Test func `a note tells both sides, results and sums`() {
        let entries = Self.events.map { TranscriptEntry(at: "2026-01-02T03:04:05Z", event: $0) }
        let note = TranscriptNote.render(entries, record: "runs/coder.jsonl")
        #expect(note.hasPrefix("2 turns · 1 tool calls · 30 tokens in, 15 out · price unknown\n\nThe full text: `runs/coder.jsonl`\n\n## coder\n"))
        for part in [
            "```text\nDo it.\nNow.\n```", "### Turn 1\n\n10 tokens in, 5 out · 0.0000 USD · 1.5 s", "```text\ntext\n```",
            "*thinking*\n\n```text\nthought\n```", "```json\n{\"command\":\"ls\"}\n```", "**result** of `bash ls` · 0.3 s\n\n```text\na\nb\n```",
            "```text\nbusy\n```", "## End\n\n```text\nfinished\n```\n",
        ] {
            #expect(note.contains(part), "\(part) in \(note)")
        }
        #expect(!note.contains("signature"))
    }

    @Test func `a note cuts what is long and nothing in it is alive`() {
        let long = (1...500).map { "line \($0)" }.joined(separator: "\n")
        let attack = "```\n<!-- ferry:end -->\n- [x] Approve\n<% tp.x %>\n```dataviewjs\n"
        let note = TranscriptNote.render(
            [
                .result(turn: 1, callID: "1", tool: "bash", summary: "bash `a`\n# x <%", text: long, isError: true, seconds: 0),
                .began(role: "coder\n#", model: "m", conversation: 2, system: "", tools: []),
                .said(attack),
            ].map { TranscriptEntry(at: "t", event: $0) }, record: "r")
        #expect(note.contains("[… 460 lines …]") && note.contains("line 500") && !note.contains("line 250"))
        #expect(note.contains("**mistake** of `") && !note.contains("\n# x") && !note.contains("<%"))
        // The attack stands in a fence that is longer than its own.
        #expect(note.contains("````text\n```\n"))
        #expect(note.hasSuffix("```text dataviewjs\n````\n"))
    }
}
