internal import FerryModel
internal import FerryTestSupport
internal import FerryWireServer
internal import Testing

/// The whole way, from a moved note to merged code.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct WholeWayTests {
    @Test func `a two-line note without front matter is carried to review`() async throws {
        try await Scene.with([.planner(), .coder(writes: Hello.word("thanks")), .tester(), .reviewer()]) { scene in
            try await scene.whileServing {
                try scene.write(Hello.wordNote("thanks"), "Thanks", in: .planned)
                try await scene.note("Thanks", reaches: .review)
            }
            #expect(scene.server.refusals.isEmpty)
        }
    }
}
