internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1)))
struct NotePacingTests {
    private let id = FeatureID(number: 1, prefix: "FR")
    private let now: Duration = .seconds(1000)

    /// When a note may be written that was touched `age` ago by the file's own time.
    private func due(
        age: Duration, leftAgo: Duration? = nil, isTouchedSince: Bool = true, isCosmetic: Bool = false, isOpen: Bool = false
    ) async throws -> Duration {
        var result = now
        try await withScratch(["note.md": "x", "other.md": "y"]) { scratch in
            var pacing = NotePacing(firstTouch: .seconds(2), interval: .seconds(10))
            let status = try FileStatus(of: scratch.appending("note.md"))
            if let leftAgo {
                let left = try FileStatus(of: scratch.appending(isTouchedSince ? "other.md" : "note.md"))
                pacing.leave(id, left, isWritten: true, now: now - leftAgo)
            }
            let clock = status.changed + Int64(age / .nanoseconds(1))
            result = pacing.due(id, status, clock: clock, isCosmetic: isCosmetic, isOpen: isOpen, now: now)
        }
        return result
    }

    @Test func `a change of state comes two seconds after a touch that was not Ferry's`() async throws {
        #expect(try await due(age: .milliseconds(500)) == now + .milliseconds(1500))
        #expect(try await due(age: .seconds(2)) == now)
        #expect(try await due(age: .milliseconds(500), leftAgo: .seconds(60)) == now + .milliseconds(1500))
    }

    @Test func `a touch of Ferry's own is none to wait for`() async throws {
        #expect(try await due(age: .milliseconds(500), leftAgo: .milliseconds(500), isTouchedSince: false) == now)
    }

    @Test func `what is no change of state waits ten seconds from the last write, and for the editor`() async throws {
        #expect(try await due(age: .seconds(60), leftAgo: .seconds(4), isTouchedSince: false, isCosmetic: true) == now + .seconds(6))
        #expect(try await due(age: .seconds(60), leftAgo: .seconds(30), isTouchedSince: false, isCosmetic: true) == now)
        #expect(try await due(age: .seconds(60), leftAgo: .seconds(30), isTouchedSince: false, isCosmetic: true, isOpen: true) == now + .seconds(10))
        #expect(try await due(age: .seconds(60), isOpen: true) == now)
    }

    @Test func `a clock that was set back holds nothing up`() async throws {
        #expect(try await due(age: .seconds(-3600)) == now)
    }
}
