internal import Dispatch
internal import FerrySystem
internal import Synchronization
internal import SystemPackage

/// A version that was swapped out of a note: nameless, held open for a while, because a program that found the name just before the exchange may
/// open it only now (VAULT reference, 5.5 window 2).
struct DisplacedNote: Sendable {
    let hold: NoteHold
    /// Where the note is now.
    var path: FilePath
    /// What all later versions come from.
    var base: [UInt8]
    let until: Duration
    /// Somebody has asked for it, and was let in.
    var isOpened = false
    /// What it holds must be compared with `base`.
    var isSuspect: Bool
}

/// What a writer holds, and whether it is being looked at.
struct DisplacedNotes: Sendable {
    var notes: [DisplacedNote] = []
    var isWatched = false
}

extension NoteWriter {
    /// How long a displaced version is held (VAULT reference, 5.4 step 11), and how long while somebody has it open.
    private static let heldFor: Duration = .seconds(10)
    private static let heldOpenFor: Duration = .seconds(600)
    private static let mostHeld = 64
    private static let mostBytesHeld = 16 << 20

    /// Holds what was swapped out of the note at `path`; the oldest make room.
    func keep(_ hold: NoteHold, of path: FilePath, base: [UInt8], isSuspect: Bool = false) {
        let note = DisplacedNote(
            hold: hold, path: path, base: base, until: BootClock.now + Self.heldFor, isSuspect: isSuspect || hold.lease == nil)
        displaced.withLock { held in
            held.notes.append(note)
            while held.notes.count > Self.mostHeld || held.notes.reduce(0, { $0 + $1.base.count }) > Self.mostBytesHeld, held.notes.count > 1 {
                held.notes.removeFirst()
            }
        }
        watchDisplaced()
    }

    /// The note was moved by Ferry itself.
    func followDisplaced(_ path: FilePath, to destination: FilePath) {
        displaced.withLock { held in
            for index in held.notes.indices where held.notes[index].path == path { held.notes[index].path = destination }
        }
    }

    private func watchDisplaced() {
        let isIdle = displaced.withLock { held in
            defer { held.isWatched = !held.notes.isEmpty }
            return !held.isWatched && !held.notes.isEmpty
        }
        if isIdle { after(.milliseconds(100)) { $0.lookAtDisplaced() } }
    }

    private func lookAtDisplaced() {
        let notes = displaced.withLock { held in
            defer { held.notes = [] }
            return held.notes
        }
        let rest = notes.compactMap(settled)
        displaced.withLock {
            $0.notes = rest + $0.notes
            $0.isWatched = false
        }
        watchDisplaced()
    }

    /// What is to be held on; `nil` when its time is over.
    private func settled(_ displaced: DisplacedNote) -> DisplacedNote? {
        var displaced = displaced
        let now = BootClock.now
        if let lease = displaced.hold.lease {
            if displaced.isOpened {
                // Refused as long as they have it open.
                guard (try? lease.take()) != nil else { return now < displaced.until + Self.heldOpenFor ? displaced : nil }
                displaced.isOpened = false
                displaced.isSuspect = true
            } else if !lease.holds {
                lease.release()
                displaced.isOpened = true
                return displaced
            }
        }
        if displaced.isSuspect, let late = try? displaced.hold.content(), late != displaced.base {
            guard (try? merge(late, into: displaced.path, base: displaced.base)) ?? false else {
                return now < displaced.until + Self.heldOpenFor ? displaced : nil
            }
            displaced.base = late
        }
        displaced.isSuspect = displaced.hold.lease == nil
        return now < displaced.until ? displaced : nil
    }

    /// Merges a version that came late into the note, or keeps it beside. `false`: the note is busy. Throws `Errno`, `VaultError`.
    private func merge(_ late: [UInt8], into path: FilePath, base: [UInt8]) throws -> Bool {
        let outcome = try attempt(path) { (mine: [UInt8]) throws(NoteRefusal) in
            if let merged = ThreeWayMerge.merge(base: base, mine: mine, theirs: late) { return merged }
            throw NoteRefusal(nil, "A late save changes the same lines.", remedy: "Look at the version beside the note.")
        }
        switch outcome {
        case .written, .unchanged: return true
        case .gone, .refused:
            _ = try keepCopy(content: late, of: path, .lateSave)
            return true
        case .busy, nil: return false
        }
    }
}
