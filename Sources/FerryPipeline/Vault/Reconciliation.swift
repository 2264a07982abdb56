package import FerryModel
package import FerryStore
internal import FerrySystem
package import SystemPackage

/// Reads gestures from the difference between what was and what is. Pure: sightings, records and times in, decisions out.
/// Events only say when to look; the same look twice decides nothing twice, once its decisions are carried out.
package struct Reconciliation: Sendable {
    package enum Decision: Hashable, Sendable {
        /// A note that no feature stands for yet; the gesture is `dispatch`, or `list` for one with an id.
        case adopt(NoteSighting, Gesture)
        /// A gesture; the sighting is `nil` where the note left the vault.
        case gesture(FeatureID, Gesture, NoteSighting?)
        /// No gesture: the note may have another path within its state, or other text.
        case seen(FeatureID, NoteSighting)
        /// A stale buffer brought all of Ferry's keys back to an earlier version: set them again.
        case staleSave(FeatureID, NoteSighting)
        /// A note that came back where Ferry had moved it away from: merge it into the feature's note.
        case lateSave(NoteSighting, FeatureID)
        /// Several notes bear the id, and none of the places is Ferry's doing: none runs.
        case ambiguous(FeatureID, [NoteSighting])
    }

    package struct Outcome: Hashable, Sendable {
        package var decisions: [Decision] = []
        /// When time alone will change a decision.
        package var nextLook: Duration?
    }

    private struct Known: Hashable, Sendable {
        var path: FilePath
        var hash: ContentHash
        var state: FeatureState
    }

    package var timing: Timing
    /// Notes of the last look by inode: what a moved note was before.
    private var known: [UInt64: Known] = [:]
    private var missingSince: [FeatureID: Duration] = [:]
    private var doubledSince: [FeatureID: Duration] = [:]
    private var isFirstLook = true

    package init(timing: Timing) { self.timing = timing }

    /// - Parameters:
    ///   - movedFrom: paths that Ferry moved notes away from.
    ///   - now: `BootClock.now`.
    package mutating func look(
        at sightings: [NoteSighting], features: [FeatureID: FeatureRecord], movedFrom: [FilePath: FeatureID], now: Duration
    ) -> Outcome {
        var outcome = Outcome()
        let grouped = group(sightings, features: features, movedFrom: movedFrom)
        for feature in features.values.sorted(by: { $0.id < $1.id }) {
            let notes = grouped.byFeature[feature.id] ?? []
            if notes.isEmpty {
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
        for note in grouped.new { appeared(note, now: now, &outcome) }
        for (id, notes) in grouped.newDoubles { outcome.decisions.append(.ambiguous(id, notes)) }
        known = Dictionary(
            sightings.map { ($0.inode, Known(path: $0.path, hash: $0.hash, state: $0.state)) }, uniquingKeysWith: { $1 })
        isFirstLook = false
        return outcome
    }

    // MARK: Which note is which feature's

    private struct Groups {
        var byFeature: [FeatureID: [NoteSighting]] = [:]
        var new: [NoteSighting] = []
        var newDoubles: [FeatureID: [NoteSighting]] = [:]
    }

    private func group(_ sightings: [NoteSighting], features: [FeatureID: FeatureRecord], movedFrom: [FilePath: FeatureID]) -> Groups {
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
            } else if note.id == nil, let before = known[note.inode], before.path != note.path, let id = byPath[before.path] {
                // Moved before its id was written.
                groups.byFeature[id, default: []].append(note)
            } else if note.id == nil, let id = movedFrom[note.path], let feature = features[id], feature.isPresent, feature.state != .done {
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
        guard now - since >= timing.disappearance else { return wait(until: since + timing.disappearance, &outcome) }
        let origin = feature.state.map(Place.state) ?? .outside
        outcome.decisions.append(.gesture(feature.id, Gesture.between(origin, .outside), nil))
    }

    private func present(_ feature: FeatureRecord, _ note: NoteSighting, now: Duration, _ outcome: inout Outcome) {
        let origin = feature.state.map(Place.state) ?? .outside
        let moved = note.state != feature.folder
        if !moved, let status = note.status, status != feature.seenStatus, feature.keyHistory.dropLast().contains(note.keys) {
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
        if startsWork(gesture) {
            let unchanged = moved && (note.hash == feature.noteHash || movedUnchanged(note))
            let quiet = moved ? timing.settle : timing.firstTouch
            if note.isUnready || (!unchanged && note.age < quiet) {
                return wait(until: now + remainder(note, of: quiet), &outcome)
            }
        }
        outcome.decisions.append(.gesture(feature.id, gesture, note))
    }

    private mutating func doubled(
        _ feature: FeatureRecord, _ notes: [NoteSighting], movedFrom: [FilePath: FeatureID], now: Duration, _ outcome: inout Outcome
    ) {
        // Sync tools make the new file before they delete the old one.
        let since = doubledSince[feature.id] ?? now
        doubledSince[feature.id] = since
        guard now - since >= timing.disappearance else { return wait(until: since + timing.disappearance, &outcome) }
        let late = notes.filter { $0.path != feature.path && movedFrom[$0.path] == feature.id && $0.hash != feature.noteHash }
        guard !late.isEmpty, late.count == notes.count - 1 else {
            outcome.decisions.append(.ambiguous(feature.id, notes))
            return
        }
        outcome.decisions += late.map { .lateSave($0, feature.id) }
    }

    // MARK: New notes

    private func appeared(_ note: NoteSighting, now: Duration, _ outcome: inout Outcome) {
        switch Gesture.between(.unseen, .state(note.state)) {
        case .dispatch:
            if note.isUnready || (!movedUnchanged(note) && note.age < timing.settle) {
                return wait(until: now + remainder(note, of: timing.settle), &outcome)
            }
            outcome.decisions.append(.adopt(note, .dispatch))
        case .list where note.id != nil: outcome.decisions.append(.adopt(note, .list))
        default:
            // An edited `status` in a note that Ferry has not met yet is a gesture too.
            if note.status == .planned, note.state != .planned, [.ideas, .drafts, .blocked].contains(note.state) {
                if note.isUnready || note.age < timing.firstTouch { return wait(until: now + timing.firstTouch, &outcome) }
                outcome.decisions.append(.adopt(note, .dispatch))
            } else if note.id != nil {
                outcome.decisions.append(.adopt(note, .none))
            }
        }
    }

    /// The note was seen at the last look, with the same content, in another place.
    private func movedUnchanged(_ note: NoteSighting) -> Bool {
        guard let before = known[note.inode] else { return false }
        return before.hash == note.hash && before.state != note.state
    }

    private func startsWork(_ gesture: Gesture) -> Bool {
        switch gesture {
        case .dispatch, .restart, .rework, .runAgain: true
        case .none, .withdraw, .cancel, .cancelUnapproved, .approve, .reject, .hold, .unhold, .close, .putBack, .list: false
        }
    }

    /// How long to wait until the note was quiet for so long; what is open in an editor is looked at every second.
    private func remainder(_ note: NoteSighting, of quiet: Duration) -> Duration {
        max(note.isUnready ? .seconds(1) : .milliseconds(10), quiet - note.age)
    }

    private func wait(until time: Duration, _ outcome: inout Outcome) { outcome.nextLook = min(outcome.nextLook ?? time, time) }
}
