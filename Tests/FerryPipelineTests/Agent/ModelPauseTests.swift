internal import FerryLLM
internal import Foundation
internal import Testing

@testable internal import FerryPipeline

/// What a person is told while an agent's model pauses.
@Suite struct ModelPauseTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test func `a long pause is told with its end and its reason, and so is that it is over`() {
        let pause = ModelPause()
        func stage(_ phase: AgentProgress.Phase) -> String? { pause.stage("code", phase, now: Self.now) }
        #expect(stage(.asking(characters: 0)) == nil)
        #expect(stage(.init(.waiting(.seconds(9), model: "m/x"), characters: 0)) == nil)
        #expect(
            stage(.init(.waiting(.seconds(90), model: "m/x"), characters: 0))
                == "waits until 08:01:30 (UTC): the provider of m/x asks every user of its key to wait")
        #expect(stage(.asking(characters: 0)) == "code")
        #expect(stage(.asking(characters: 7)) == nil)
    }

    @Test func `so is one before the next try of a model that failed`() {
        let pause = ModelPause()
        let failed = FailedAttempt(model: "m/x", usage: ModelUsage(), error: ModelError(.server, "overloaded"), retryIn: .seconds(30))
        #expect(
            pause.stage("code", .init(.failed(failed), characters: 0), now: Self.now) == "waits until 08:00:30 (UTC): m/x gave no answer (overloaded)"
        )
        let last = FailedAttempt(model: "m/x", usage: ModelUsage(), error: ModelError(.server, "overloaded"))
        #expect(pause.stage("code", .init(.failed(last), characters: 0), now: Self.now) == "code")
    }

    @Test func `a session that goes on has worked as long as its record tells, but for interruptions and sleeps`() {
        let began = TranscriptEntry.Event.began(role: "coder", model: "m", conversation: 1, system: "", tools: [])
        func worked(_ entries: [(String, TranscriptEntry.Event)]) -> Duration {
            ProgramStint.worked(entries.map { TranscriptEntry(at: "2026-11-27T\($0)Z", event: $1) }, silence: .seconds(900))
        }
        let first = [
            ("10:00:00", began), ("10:00:40", .said("one")), ("12:00:00", began), ("12:00:00", .resumed(turn: 2)), ("12:00:20", .said("two")),
        ]
        #expect(worked(first) == .seconds(60))
        #expect(worked(first + [("14:00:00", began)]) == .seconds(60))
        #expect(worked(first + [("11:00:00", .said("the clock was set back")), ("19:00:00", .said("the machine slept"))]) == .seconds(960))
        // Not taken up: it began anew.
        #expect(worked(first + [("14:00:00", began), ("14:00:05", .said("anew")), ("15:00:00", began)]) == .seconds(5))
    }
}
