internal import FerryTestSupport

/// Makes hostile notes of known ones: what the sample of `make test` tries. `make check-long` lets libFuzzer do it, which sees what was reached.
package struct NoteMutator {
    private var random: SeededRandom
    private let pool: [[UInt8]]
    private let words = NoteSeeds.words.map { Array($0.utf8) }

    package init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        pool = NoteSeeds.notes.map { Array($0.utf8) }
    }

    /// The next input of `NoteExercise.run`.
    package mutating func next() -> [UInt8] {
        var note = random.pick(pool)
        for _ in 0..<(1 + random.number(6)) { mutate(&note) }
        return [UInt8(truncatingIfNeeded: random.next())] + note
    }

    private mutating func mutate(_ note: inout [UInt8]) {
        let place = random.number(note.count + 1)
        let length = min(random.number(24), note.count - place)
        switch random.number(8) {
        case 0: note.insert(contentsOf: random.pick(words), at: place)
        case 1: note.replaceSubrange(place..<(place + length), with: random.pick(words))
        case 2: note.removeSubrange(place..<(place + length))
        case 3: note.insert(contentsOf: note[place..<(place + length)], at: random.number(note.count + 1))
        case 4: note.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
        case 5:
            let word = random.pick(words)
            for _ in 0..<random.number(40) { note.insert(contentsOf: word, at: place) }
        case 6:
            let other = random.pick(pool)
            note = Array(note[..<place]) + other[random.number(other.count + 1)...]
        default: if place < note.count { note[place] ^= 1 << UInt8(random.number(8)) }
        }
    }
}
