internal import FerryModel
internal import FerryStore
internal import FerryVault
internal import Logging
internal import SystemPackage

/// Two notes that bear one id: neither runs, and both say so, until one of them is gone or has lost its `id` line.
extension Dispatcher {
    func markAmbiguous(_ id: FeatureID, _ notes: [NoteSighting], _ now: Duration) async throws -> [DispatchState.Action] {
        let places = notes.map(\.path).sorted { $0.string < $1.string }
        var feature = features[id] ?? FeatureRecord(id: id, path: notes[0].path, title: id.description, state: notes[0].state)
        guard !feature.isAmbiguous || doubles[id] != places else { return [] }
        feature.isAmbiguous = true
        feature.waitsFor =
            "Two notes bear the id \(id): \(places.map(\.string).joined(separator: " and ")). Neither runs; take the `id` line out of the copy, or delete it."
        doubles[id] = places
        undispatched.remove(id)
        retries[.merge(id)] = nil
        try await parts.store.closeJob(id, as: "ambiguous")
        try await save(feature)
        try await parts.store.record(feature.waitsFor ?? "", feature: id)
        for place in places { noteFaults[place] = feature.waitsFor }
        requestNote(id, notBefore: now + parts.timing.firstTouch)
        requestDashboard(now)
        return state.apply(.withdrawn(id))
    }

    /// Writes the callout into each of the notes. One that lies where Ferry moved the feature away from may be a late save: its content decides, so it is left alone.
    func writeDoubles(_ feature: FeatureRecord) async throws -> Bool {
        var content = BlockContent()
        content.callouts = [.init(.warning, [.text(feature.waitsFor ?? "")])]
        var isBusy = false
        for place in doubles[feature.id] ?? [] where places.movedFrom[place] != feature.id {
            let outcome = try await desk.writer.update(place) { [content] (bytes: [UInt8]) throws(NoteRefusal) -> [UInt8] in
                try FerryBlock.setting(content, in: bytes)
            }
            if outcome == .busy { isBusy = true }
        }
        return !isBusy
    }

    /// One note is left: it is the feature's again, and what the other one was told is taken out of it.
    func endAmbiguity(of feature: inout FeatureRecord, _ now: Duration) async {
        feature.isAmbiguous = false
        feature.waitsFor = nil
        let id = feature.id
        for place in doubles.removeValue(forKey: id) ?? [] {
            noteFaults[place] = nil
            guard place != feature.path, let note = try? desk.feature(at: place), note.id != id else { continue }
            do {
                _ = try await desk.writer.update(place) { (bytes: [UInt8]) throws(NoteRefusal) -> [UInt8] in try FerryBlock.removing(from: bytes) }
            } catch { parts.log.warning("Taking the callout out of \(place): \(error)") }
        }
        requestNote(id, notBefore: now + parts.timing.firstTouch)
        requestDashboard(now)
    }
}
