internal import FerryModel
internal import FerryStore
internal import FerryVault
internal import SystemPackage

/// What a look has to read: features, and notes that no feature stands for.
struct LookConcern: Sendable {
    var features: Set<FeatureID> = []
    var paths: Set<FilePath> = []
    /// Where notes lay before, by where they lie.
    var moves: [FilePath: FilePath] = [:]
    /// Notes whose `status` was edited where they lie.
    var edited: Set<FilePath> = []

    var isEmpty: Bool { features.isEmpty && paths.isEmpty }

    mutating func add(_ subjects: [Reconciliation.Subject]) {
        for subject in subjects {
            switch subject {
            case .feature(let id): features.insert(id)
            case .note(let path): paths.insert(path)
            }
        }
    }

    mutating func add(_ delta: IndexDelta, known: [FeatureID: FeatureRecord], places: FeaturePlaces) {
        for note in delta.gone where add(note, known, places) || Self.mayAsk(note) { paths.insert(note.path) }
        for arrival in delta.came {
            let note = arrival.note
            if let from = arrival.movedFrom?.path {
                moves[note.path] = from
                features.formUnion(places.features(at: from))
            }
            let isEdited = arrival.before.map { $0.kind == .note && note.kind == .note && $0.noteStatus != note.noteStatus } ?? false
            if isEdited { edited.insert(note.path) }
            let wasKnown = arrival.before.map { add($0, known, places) } ?? false
            if add(note, known, places) || wasKnown || isEdited || Self.mayAsk(note) || arrival.before.map(Self.mayAsk) ?? false {
                paths.insert(note.path)
            }
        }
    }

    /// Adds the features that the note is, or was, of; whether there are any.
    private mutating func add(_ note: IndexedNote, _ known: [FeatureID: FeatureRecord], _ places: FeaturePlaces) -> Bool {
        var here = places.features(at: note.path)
        if let id = note.id, known[id] != nil { here.insert(id) }
        features.formUnion(here)
        return !here.isEmpty
    }

    /// Makes the concern whole: all notes of each feature, and all that bear an id of one that is concerned.
    mutating func complete(_ desk: VaultDesk, known: [FeatureID: FeatureRecord], places: FeaturePlaces) {
        var pathsLeft = Array(paths)
        var featuresLeft = Array(features)
        while true {
            var foundPaths: Set<FilePath> = []
            var foundFeatures: Set<FeatureID> = []
            if let path = pathsLeft.popLast() {
                foundFeatures = places.features(at: path)
                if let id = desk.note(at: path)?.id {
                    if known[id] != nil { foundFeatures.insert(id) } else { foundPaths = Set(desk.notes(bearing: id).map(\.path)) }
                }
            } else if let id = featuresLeft.popLast() {
                foundPaths = places.left(by: id).union(desk.notes(bearing: id).map(\.path))
                if let record = known[id] { foundPaths.insert(record.path) }
                for (new, old) in moves where places.features(at: old).contains(id) { foundPaths.insert(new) }
            } else {
                return
            }
            pathsLeft += foundPaths.subtracting(paths)
            featuresLeft += foundFeatures.subtracting(features)
            paths.formUnion(foundPaths)
            features.formUnion(foundFeatures)
        }
    }

    /// Whether a note that no feature stands for may ask for something. A vault may hold a hundred thousand that do not.
    private static func mayAsk(_ note: IndexedNote) -> Bool {
        guard note.kind == .note else { return false }
        switch note.state {
        case .planned, .inProgress, .review: return true
        case .ideas, .drafts, .blocked: return note.noteStatus == .planned
        case .done: return note.noteStatus == .review
        }
    }
}
