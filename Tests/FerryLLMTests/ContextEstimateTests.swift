@testable internal import FerryLLM
internal import Testing

struct ContextEstimateTests {
    @Test func `without a report bytes are counted, with one only what was added since`() {
        var conversation = Conversation(system: String(repeating: "s", count: 350), tools: [])
        conversation.append(.user(UserMessage(text: String(repeating: "u", count: 350))))
        var estimate = ContextEstimate()
        #expect(estimate.tokens(of: conversation) == 200)
        conversation.append(.assistant(AssistantMessage(blocks: [.text("answer")])))
        var usage = ModelUsage()
        (usage.inputFresh, usage.cacheRead, usage.output) = (100, 50, 30)
        estimate.note(usage, messageCount: 2)
        #expect(estimate.tokens(of: conversation) == 180)
        conversation.append(.user(UserMessage(text: String(repeating: "u", count: 70))))
        #expect(estimate.tokens(of: conversation) == 200)
    }
}
