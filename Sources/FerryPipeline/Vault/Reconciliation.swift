package import FerryModel
package import FerryStore
internal import FerrySystem
package import SystemPackage

/// Reads gestures from the difference between what was and what is. Pure: sightings, records and times in, decisions out.
/// Events only say where to look; the same look twice decides nothing twice, once its decisions are carried out.
///
/// A look may be of a part of the vault. It is whole in itself: of each feature that it concerns it has the record and all notes.
package struct Reconciliation: Sendable {
    package enum Decision: Hashable, Sendable {
        /// A note that no feature stands for yet and that asks for something.
        case adopt(NoteSighting, Gesture)
        /// The database is new, and the note stands elsewhere than it says: a person is asked before anything starts.
        case confirm(NoteSighting)
        /// A gesture; the sighting is `nil` where the note left the vault.
        case gesture(FeatureID, Gesture, NoteSighting?)
        /// No gesture: the note may have another path within its state, or other text.
        case seen(FeatureID, NoteSighting)
        /// A stale buffer brought all of Ferry's keys back to an earlier version.
        case staleSave(FeatureID, NoteSighting)
        /// A note that came back where Ferry had moved it away from: merge it into the feature's note.
        case lateSave(NoteSighting, FeatureID)
        /// Several notes bear the id, and none of the places is Ferry's doing: none runs.
        case ambiguous(FeatureID, [NoteSighting])
    }

    package struct Outcome: Hashable, Sendable {
        package var decisions: [Decision] = []
        /// When time alone may change a decision.
        package var nextLook: Duration?
        /// Something is decided when its time has come, whether or not a person does anything.
        package var waitsForTime = false
    }

    /// What a decision is about.
    package enum Subject: Hashable, Sendable {
        case feature(FeatureID)
        /// A note that no feature stands for.
        case note(FilePath)
    }

    /// A note that waits, as it was when its waiting began.
    private struct Arrival {
        var hash: ContentHash
        var since: Duration
        var isMovedUnchanged: Bool
        var isStatusEdited: Bool
    }

    package var timing: Timing
    /// What is to be looked at again though nothing happens to it, and when.
    package private(set) var waits: [Subject: Duration] = [:]
    /// Those of them in whose notes there is nothing to work on before a person does something.
    package private(set) var unready: [Subject: FilePath] = [:]
    private var arrivals: [FilePath: Arrival] = [:]
    private var missingSince: [FeatureID: Duration] = [:]
    private var doubledSince: [FeatureID: Duration] = [:]

    package init(timing: Timing) { self.timing = timing }

    /// - Parameters:
    ///   - sightings: all notes of the features concerned, and of what else the look concerns.
    ///   - features: the records of the features concerned.
    ///   - gone: paths that the look concerns and where no note is.
    ///   - hidden: features whose note is where it was, or elsewhere, and cannot be read.
    ///   - movedFrom: paths that Ferry moved notes away from.
    ///   - isFirst: the database is new, and nothing of before is known.
    ///   - now: `BootClock.now`.
    package mutating func look(
        at sightings: [NoteSighting], features: [FeatureID: FeatureRecord], gone: Set<FilePath> = [], hidden: Set<FeatureID> = [],
        movedFrom: [FilePath: FeatureID], isFirst: Bool = false, now: Duration
    ) -> Outcome {
        var outcome = Outcome()
        let sightings = begin(sightings, features, gone, now)
        let grouped = group(sightings, features: features, hidden: hidden, movedFrom: movedFrom)
        for feature in features.values.sorted(by: { $0.id < $1.id }) {
            let notes = grouped.byFeature[feature.id] ?? []
            if notes.isEmpty, hidden.contains(feature.id) {
                missingSince[feature.id] = nil
            } else if notes.isEmpty {
                vanished(feature, now: now, &outcome)
            } else {
                missingSince[feature.id] = nil
                if notes.count == 1 {
                    doubledSince[feature.id] = nil
                    present(feature, notes[0], now: now, &outcome)
                } else {
                    doubled(feature, notes, movedFrom: movedFrom, now: now, &outcome)
                }
            }
        }
        for note in grouped.new { appeared(note, isFirst: isFirst, now: now, &outcome) }
        for (id, notes) in grouped.newDoubles.sorted(by: { $0.key < $1.key }) { newDoubles(id, notes, now: now, &outcome) }
        outcome.nextLook = waits.values.min()
        outcome.waitsForTime = waits.keys.contains { unready[$0] == nil }
        return outcome
    }

    /// What a look at this time must concern beside what has happened.
    package func due(_ now: Duration) -> [Subject] { waits.filter { $0.value <= now }.map(\.key) }

    /// Something else than time is waited for: look at it again.
    package mutating func lookAgain(at subject: Subject, _ time: Duration) { wait(until: time, subject) }

    /// Forgets that the subjects waited, and fills in what an earlier look at a waiting note has seen.
    private mutating func begin(
        _ sightings: [NoteSighting], _ features: [FeatureID: FeatureRecord], _ gone: Set<FilePath>, _ now: Duration
    ) -> [NoteSighting] {
        for id in features.keys { forget(.feature(id)) }
        for path in gone {
            forget(.note(path))
            arrivals[path] = nil
        }
        return sightings.map { note in
            forget(.note(note.path))
            guard let arrival = arrivals.removeValue(forKey: note.path), arrival.hash == note.hash else { return note }
            var note = note
            // Whatever the file's dates say: this long Ferry itself has seen it so.
            note.age = max(note.age, now - arrival.since)
            note.isMovedUnchanged = note.isMovedUnchanged || arrival.isMovedUnchanged
            note.isStatusEdited = note.isStatusEdited || arrival.isStatusEdited
            return note
        }
    }

    // MARK: Which note is which feature's

    private struct Groups {
        var byFeature: [FeatureID: [NoteSighting]] = [:]
        var new: [NoteSighting] = []
        var newDoubles: [FeatureID: [NoteSighting]] = [:]
    }

    private func group(
        _ sightings: [NoteSighting], features: [FeatureID: FeatureRecord], hidden: Set<FeatureID>, movedFrom: [FilePath: FeatureID]
    ) -> Groups {
        var groups = Groups()
        let byPath = Dictionary(features.values.filter(\.isPresent).map { ($0.path, $0.id) }, uniquingKeysWith: { min($0, $1) })
        // A note without an id that lies where a feature's note lay is that note, unless another one bears the feature's id.
        let borne = Set(sightings.compactMap(\.id))
        var unknown: [NoteSighting] = []
        for note in sightings {
            if let id = note.id, features[id] != nil {
                groups.byFeature[id, default: []].append(note)
            } else if note.id == nil, let id = byPath[note.path], !borne.contains(id) {
                groups.byFeature[id, default: []].append(note)
            } else if note.id == nil, let before = note.movedFrom, let id = byPath[before] {
                // Moved before its id was written.
                groups.byFeature[id, default: []].append(note)
            } else if note.id == nil, let id = note.movedFrom.flatMap({ movedFrom[$0] }), let feature = features[id], feature.isPresent,
                !borne.contains(id), !hidden.contains(id), !sightings.contains(where: { $0.path == feature.path })
            {
                // Moved so after Ferry itself had moved it, of which the index does not know yet.
                groups.byFeature[id, default: []].append(note)
            } else if note.id == nil, let id = movedFrom[note.path], let feature = features[id], feature.isPresent, feature.state != .done,
                !hidden.contains(id)
            {
                groups.byFeature[id, default: []].append(note)
            } else {
                unknown.append(note)
            }
        }
        for (id, notes) in Dictionary(grouping: unknown, by: \.id) {
            if let id, notes.count > 1 { groups.newDoubles[id] = notes } else { groups.new += notes }
        }
        groups.new.sort { $0.path.string < $1.path.string }
        return groups
    }

    // MARK: One feature

    private mutating func vanished(_ feature: FeatureRecord, now: Duration, _ outcome: inout Outcome) {
        guard feature.isPresent else { return }
        let since = missingSince[feature.id] ?? now
        missingSince[feature.id] = since
        guard now - since >= timing.disappearance else { return wait(until: since + timing.disappearance, .feature(feature.id)) }
        let origin = feature.state.map(Place.state) ?? .outside
        outcome.decisions.append(.gesture(feature.id, Gesture.between(origin, .outside), nil))
    }

    private mutating func present(_ feature: FeatureRecord, _ note: NoteSighting, now: Duration, _ outcome: inout Outcome) {
        let origin = feature.state.map(Place.state) ?? .outside
        let moved = note.state != feature.folder
        if !moved, isStale(note, feature) {
            outcome.decisions.append(.staleSave(feature.id, note))
            return
        }
        let wanted = Gesture.wanted(
            lastFolder: feature.folder.map(Place.state) ?? .outside, folder: .state(note.state), lastStatus: feature.seenStatus, status: note.status)
        guard let wanted, wanted != origin else {
            outcome.decisions.append(.seen(feature.id, note))
            return
        }
        let gesture = Gesture.between(origin, wanted, isHeld: feature.isHeld)
        if gesture.startsWork {
            let unchanged = moved && (note.hash == feature.noteHash || note.isMovedUnchanged)
            let quiet = moved ? timing.settle : timing.firstTouch
            if note.isUnready || (!unchanged && note.age < quiet) {
                arrived(note, now)
                if note.isUnready { unready[.feature(feature.id)] = note.path }
                return wait(until: now + remainder(note, of: quiet), .feature(feature.id))
            }
        }
        outcome.decisions.append(.gesture(feature.id, gesture, note))
    }

    /// All of Ferry's keys are as they were in an earlier version, and so is its block: a person's edit of a key leaves the block as it is.
    private func isStale(_ note: NoteSighting, _ feature: FeatureRecord) -> Bool {
        feature.keyHistory.dropLast().contains(note.keys) && feature.keyHistory.last != note.keys
            && (feature.block == nil || note.block != feature.block)
    }

    private mutating func doubled(
        _ feature: FeatureRecord, _ notes: [NoteSighting], movedFrom: [FilePath: FeatureID], now: Duration, _ outcome: inout Outcome
    ) {
        // Sync tools make the new file before they delete the old one.
        let since = doubledSince[feature.id] ?? now
        doubledSince[feature.id] = since
        guard now - since >= timing.disappearance else { return wait(until: since + timing.disappearance, .feature(feature.id)) }
        let late = notes.filter { $0.path != feature.path && movedFrom[$0.path] == feature.id }
        guard !late.isEmpty, late.count == notes.count - 1 else {
            outcome.decisions.append(.ambiguous(feature.id, notes))
            return
        }
        // The very same content may be a slow move by a sync tool, whose deletion is still to come.
        let copies = late.filter { $0.hash == feature.noteHash }
        if !copies.isEmpty, now - since < max(timing.settle, timing.disappearance) {
            wait(until: since + max(timing.settle, timing.disappearance), .feature(feature.id))
        }
        // What somebody has just begun to write is no save yet.
        if late.contains(where: \.isUnready) { wait(until: now + timing.disappearance, .feature(feature.id)) }
        let isPatient = now - since >= timing.settle
        outcome.decisions += late.filter { !$0.isUnready }.filter { isPatient || $0.hash != feature.noteHash }.map { .lateSave($0, feature.id) }
    }

    // MARK: New notes

    private mutating func appeared(_ note: NoteSighting, isFirst: Bool, now: Duration, _ outcome: inout Outcome) {
        if isFirst, note.state == .done, note.status == .review, note.hasRun, note.id != nil {
            // Moved there while there was no database: what would be merged is not on record.
            outcome.decisions.append(.confirm(note))
            return
        }
        guard let gesture = askedFor(note) else { return }
        if gesture.startsWork {
            let isThere = note.state == .planned
            let quiet = isThere ? timing.settle : timing.firstTouch
            if note.isUnready || (!(isThere && note.isMovedUnchanged) && note.age < quiet) {
                arrived(note, now)
                if note.isUnready { unready[.note(note.path)] = note.path }
                return wait(until: now + remainder(note, of: quiet), .note(note.path))
            }
            if isFirst, note.id != nil, let status = note.status, status != note.state {
                outcome.decisions.append(.confirm(note))
                return
            }
        }
        outcome.decisions.append(.adopt(note, gesture))
    }

    /// What a note asks for that no feature stands for; `nil` where Ferry has nothing to do with it.
    private func askedFor(_ note: NoteSighting) -> Gesture? {
        switch note.state {
        case .planned: return note.hasRun ? .runAgain : .dispatch
        case .inProgress, .review:
            // Moved there by a person, before Ferry had anything to do with it.
            if let origin = note.cameFrom, Gesture.between(.state(origin), .state(note.state)) == .putBack { return .putBack }
            return note.id == nil ? nil : .list
        case .ideas, .drafts, .blocked, .done:
            // An edited `status` in a note that Ferry has not met yet is a gesture too.
            guard let status = note.status, status != note.state, note.isStatusEdited || (status == .planned && note.state != .done) else {
                return nil
            }
            let gesture = Gesture.between(.state(note.state), .state(status))
            // What only the database can tell, or nobody has asked for, is left alone.
            return gesture == .dispatch && note.hasRun ? .runAgain : gesture
        }
    }

    private mutating func newDoubles(_ id: FeatureID, _ notes: [NoteSighting], now: Duration, _ outcome: inout Outcome) {
        guard notes.contains(where: { [.planned, .inProgress, .review].contains($0.state) || $0.status == .planned && $0.state != .done }) else {
            doubledSince[id] = nil
            return
        }
        let since = doubledSince[id] ?? now
        doubledSince[id] = since
        guard now - since >= timing.disappearance else {
            for note in notes {
                arrived(note, now)
                wait(until: since + timing.disappearance, .note(note.path))
            }
            return
        }
        doubledSince[id] = nil
        outcome.decisions.append(.ambiguous(id, notes.sorted { $0.path.string < $1.path.string }))
    }

    // MARK: Waiting

    private mutating func arrived(_ note: NoteSighting, _ now: Duration) {
        arrivals[note.path] = Arrival(
            hash: note.hash, since: note.isUnready ? now : now - max(.zero, note.age), isMovedUnchanged: note.isMovedUnchanged,
            isStatusEdited: note.isStatusEdited)
    }

    /// How long to wait until the note was quiet for so long; what is open in an editor is looked at every second.
    private func remainder(_ note: NoteSighting, of quiet: Duration) -> Duration {
        max(note.isUnready ? .seconds(1) : .milliseconds(10), quiet - note.age)
    }

    private mutating func forget(_ subject: Subject) {
        waits[subject] = nil
        unready[subject] = nil
    }

    private mutating func wait(until time: Duration, _ subject: Subject) { waits[subject] = min(waits[subject] ?? time, time) }
}
