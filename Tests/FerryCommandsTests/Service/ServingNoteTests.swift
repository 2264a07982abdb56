internal import FerrySystem
internal import Foundation
internal import Testing

@testable internal import FerryService

@Suite(.timeLimit(.minutes(1)))
struct ServingNoteTests {
    private static let noon = Date(timeIntervalSince1970: 1_795_000_000)

    private func note(_ machine: String = "m1", since: Double = 0, seen: Double = 0) -> ServingNote {
        ServingNote(machine: machine, host: "laptop", process: .current, since: Self.noon + since, seen: Self.noon + seen)
    }

    @Test func `what is written is read`() {
        #expect(ServingNote(parsing: note(since: -3600, seen: -60).content) == note(since: -3600, seen: -60))
    }

    @Test(arguments: [
        "", "# A note", "machine: x\n", "machine: x\nsince: yesterday\nseen: today\n", "since: 2026-11-25T20:00:00Z\nseen: 2026-11-25T20:00:00Z\n",
    ])
    func `another text turns nobody away`(text: String) {
        #expect(ServingNote(parsing: Array(text.utf8)) == nil)
    }

    @Test func `what comes from elsewhere is a word`() {
        let text = "---\nmachine: m1\nhost: <img src=x> `rm -rf` \u{1B}[31m\nsince: 2026-11-25T20:00:00Z\nseen: 2026-11-25T20:00:00Z\n---\n"
        #expect(ServingNote(parsing: Array(text.utf8))?.host == "imgsrcxrm-rf")
    }

    @Test func `a process that is gone, or of another boot, serves nothing`() {
        #expect(note().isAlive)
        var other = note()
        other.process = ProcessIdentity("another-boot:1:5")
        #expect(!other.isAlive)
        other.process = nil
        #expect(!other.isAlive && ServingNote(parsing: other.content) == other)
    }

    @Test(arguments: [(-8.9, true), (-9.1, false), (0, true), (5, true)])
    func `it is believed for nine hours`(hours: Double, isFresh: Bool) {
        #expect(note(seen: hours * 3600).isFresh(at: Self.noon, trust: .seconds(9 * 3600)) == isFresh)
    }

    @Test func `of two machines exactly one gives way`() {
        for (one, other) in [(note("a", since: 1), note("b")), (note("a"), note("b")), (note("z"), note("b", since: -5))] {
            #expect(one.outranks(other) != other.outranks(one))
        }
        #expect(note("a", since: 1).outranks(note("b")))
    }
}
