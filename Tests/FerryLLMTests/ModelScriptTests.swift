@testable internal import FerryLLM
internal import FerryModel
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct ModelScriptTests {
    private let script = """
        {"role": "coder", "feature": "FR-001", "attempt": 1, "turns": [
          {"text": ["I look", "first."], "tool_calls": [{"name": "write", "arguments": {"path": "a", "content": {"$lines": ["x", "y"]}}}]},
          {"text": "done"}]}
        {"role": "coder", "feature": "FR-001", "turns": [{"text": "second attempt"}]}
        [{"match": ["beta", "gamma"], "turns": [{"text": "both"}]}]
        {"prices": {"input": 3, "output": 15}}
        """

    private func text(_ first: String, answers: Int = 0) throws -> String {
        try ModelScript(parsing: Array(script.utf8)).turn(firstUserText: first, answers: answers).turn.text
    }

    @Test func `the first entry whose lines and strings all occur answers`() throws {
        #expect(try text("Feature: FR-001 Parser\r\nRole: coder\r\nAttempt: 1\r\n") == "I look\nfirst.")
        #expect(try text("role:  CODER\nfeature: fr-001\nAttempt: 2") == "second attempt")
        #expect(try text("alpha gamma beta") == "both")
    }

    @Test(arguments: ["Role: coder\nFeature: FR-0012\nAttempt: 1", "Role: coders\nFeature: FR-001", "beta", "the Role: coder Feature: FR-001"])
    func `a call that nothing fits is an error that says what was asked`(first: String) {
        let error = #expect(throws: ModelError.self) { try text(first) }
        #expect(error?.kind == .badRequest)
        #expect(error?.message.contains(first) == true)
    }

    @Test func `a turn beyond the script's end is an error`() {
        let error = #expect(throws: ModelError.self) { try text("Role: coder\nFeature: FR-001\nAttempt: 1", answers: 2) }
        #expect(error?.message.contains("has 2 turns") == true)
    }

    @Test func `lines in arguments become a text`() throws {
        let turn = try ModelScript(parsing: Array(script.utf8)).turn(firstUserText: "Role: coder\nFeature: FR-001\nAttempt: 1", answers: 0).turn
        #expect(turn.calls == [ScriptedTurn.Call("write", ["path": "a", "content": "x\ny\n"])])
    }

    @Test func `a script may bring its price`() throws {
        var usage = ModelUsage()
        (usage.inputFresh, usage.output) = (1_000_000, 1_000_000)
        #expect(try ModelScript(parsing: Array(script.utf8)).price?.cost(of: usage).dollars == 18)
    }

    @Test(arguments: [
        (#"{"turns": [}"#, "not JSON"), (#"{"rol": "coder", "turns": [{"text": "x"}]}"#, "`rol`"), (#"{"role": "coder"}"#, "needs `turns`"),
        (#"{"turns": []}"#, "needs `turns`"), (#"{"turns": [{"txt": "x"}]}"#, "turn 1: a turn knows no `txt`"),
        (#"{"turns": [{"text": 1}]}"#, "`text`"),
        (#"{"turns": [{"text": "a"}, {"error": "oops"}]}"#, "turn 2: `error`"), (#"{"turns": [{"times": 2}]}"#, "`times`"),
        ("7", "an entry is an object"),
        (#"{"turns": [{"tool_calls": [{"nam": "x"}]}]}"#, "a tool call is"), (#"{"match": "x", "turns": [{"text": "x"}]}"#, "`match`"),
        (#"{"turns": [{"usage": {"tokens": 1}}]}"#, "`tokens`"), (#"{"turns": [{"stop": "end"}]}"#, "`stop`"),
        (#"{"prices": {"in": 1}}"#, "`prices`"),
    ])
    func `a faulty script says where and what`(text: String, what: String) {
        let error = #expect(throws: ModelError.self) { try ModelScript(parsing: Array(text.utf8)) }
        #expect(error?.kind == .configuration)
        #expect(error?.message.contains(what) == true, "\(error?.message ?? "")")
    }

    @Test func `an error is thrown as often as the script says, and then the answer comes`() async throws {
        let script = try ModelScript(parsing: Array(#"{"turns": [{"error": {"kind": "rate", "retry_after": 2}, "times": 2, "text": "now"}]}"#.utf8))
        let model = ScriptedModel(script: script)
        var conversation = Conversation(system: "", tools: [])
        conversation.append(.user(UserMessage(text: "go")))
        for _ in 0..<2 {
            let error = await #expect(throws: ModelError.self) { try await model.respond(to: conversation, options: ModelOptions()) { _ in } }
            #expect(error?.kind == .rate)
            #expect(error?.retryAfter == .seconds(2))
        }
        #expect(try await model.respond(to: conversation, options: ModelOptions()) { _ in }.message.text == "now")
    }
}
