internal import FerryNoteFuzz
internal import Testing

/// A sample of what `make check-long` tries ten million times under libFuzzer.
@Suite(.timeLimit(.minutes(5)))
struct NoteFuzzTests {
    @Test(arguments: UInt64(0)..<4) func `no bytes break a promise of reading or writing notes`(_ seed: UInt64) {
        var mutator = NoteMutator(seed: seed)
        for _ in 0..<3000 { NoteExercise.run(mutator.next()) }
    }

    @Test func `every known edge is tried in every part`() {
        for note in NoteSeeds.notes { for part in NoteExercise.parts { NoteExercise.run([part] + Array(note.utf8)) } }
    }

    /// In a debug build, with a thousandth of the largest note; what is quadratic takes minutes there, and is seen.
    @Test func `notes made to be slow are not`() {
        for (name, note) in HostileNotes.all(bytes: 1 << 13) {
            for way in HostileNotes.Way.allCases {
                let begin = ContinuousClock.now
                HostileNotes.take(note, way)
                #expect(ContinuousClock.now - begin < .seconds(8), "\(name), \(way)")
            }
        }
    }
}
