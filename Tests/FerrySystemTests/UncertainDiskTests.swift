internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

/// A disk that does not answer holds up nobody for longer than was asked.
@Suite(.timeLimit(.minutes(1))) struct UncertainDiskTests {
    private struct Refusal: Error {}

    @Test func `an answer and an error come through`() async throws {
        #expect(try await UncertainDisk.ask("/answers", within: .seconds(10)) { 7 } == 7)
        await #expect(throws: Refusal.self) { try await UncertainDisk.ask("/refuses", within: .seconds(10)) { throw Refusal() } }
        #expect(!UncertainDisk.isSilent("/answers") && !UncertainDisk.isSilent("/refuses"))
    }

    @Test func `no answer is given up, is known while it lasts, and is forgotten when it comes`() async throws {
        let place: FilePath = "/hangs"
        let hangs = Atomic(true)
        let asked = Atomic(0)
        func ask() async throws -> Int? {
            try await UncertainDisk.ask(place, within: .milliseconds(50)) {
                asked.add(1, ordering: .relaxed)
                while hangs.load(ordering: .acquiring) { usleep(1000) }
                return 7
            }
        }
        #expect(try await ask() == nil)
        #expect(UncertainDisk.isSilent(place))
        // No further thread is made that would wait as well.
        #expect(try await ask() == nil)
        #expect(asked.load(ordering: .relaxed) == 1)
        hangs.store(false, ordering: .releasing)
        #expect(await eventually { !UncertainDisk.isSilent(place) })
        #expect(try await ask() == 7)
    }

    @Test func `who is cancelled does not wait`() async throws {
        let hangs = Atomic(true)
        defer { hangs.store(false, ordering: .releasing) }
        let began = Atomic(false)
        let asking = Task {
            try await UncertainDisk.ask("/cancelled", within: .seconds(3600)) {
                began.store(true, ordering: .releasing)
                while hangs.load(ordering: .acquiring) { usleep(1000) }
            }
        }
        #expect(await eventually { began.load(ordering: .acquiring) })
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
    }

    @Test func `a sleep of time awake ends`() async throws {
        let begin = BootClock.now
        try await Task.sleep(awake: .milliseconds(120))
        #expect(BootClock.now - begin >= .milliseconds(120))
    }
}
