internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryVault

/// Puts features into the queue, or says in the note what stands in the way.
extension Dispatcher {
    /// Queues the feature: the job row is stored when this returns. What stands in the way is said in the note, and looked at again when notes change.
    func dispatch(_ feature: inout FeatureRecord, _ now: Duration, saying line: String? = nil) async throws -> [DispatchState.Action] {
        let id = feature.id
        if try await isHeldBack(&feature, now) {
            if let line { try await parts.store.record(line, feature: id, run: feature.run) }
            return try await settle(&feature, feature.state, now)
        }
        // Until it is queued: an error on the way must not leave a job that nobody knows of.
        undispatched.insert(id)
        feature.waitsFor = nil
        feature.isHeld = false
        forgetWaits(of: id)
        let parsed = try desk.feature(at: feature.path)
        let tier = Route(RoutingFacts(parsed), fixRounds: configuration.settings.fixRounds).tier
        try await failpoint(.dispatchBeforeIntent)
        _ = try await parts.store.enqueue(&feature, tier: tier, model: parsed.model, saying: line)
        remember(feature)
        try await failpoint(.dispatchAfterEffect)
        guard let job = try await parts.store.openJob(id) else { return [] }
        await hooks.didEnqueue?(id)
        await hooks.didChange?(feature)
        requestNote(id, notBefore: now + parts.timing.firstTouch)
        let actions = queue(feature, job)
        undispatched.remove(id)
        try await failpoint(.dispatchAfterDone)
        return actions
    }

    /// Fills in what the note says, and whether something stands in the way: then the state is the one to settle in.
    private func isHeldBack(_ feature: inout FeatureRecord, _ now: Duration) async throws -> Bool {
        let id = feature.id
        feature.state = .planned
        feature.isPresent = true
        let note = try desk.feature(at: feature.path)
        feature.title = note.title
        feature.priority = note.priority
        feature.dependsOn = resolve(note.dependsOn)
        if !feature.questions.isEmpty, !note.answersAnything {
            feature.waitsFor = "Its questions have no answer yet. Write one after `A1:` or under `## Questions`, then move it to planned again."
            feature.state = .blocked
            return true
        }
        if let obstacle = configuration.obstacle(in: note) {
            feature.waitsFor = obstacle
            undispatched.insert(id)
            return true
        }
        switch repository(for: note) {
        case .failure(let obstacle):
            feature.waitsFor = obstacle.message
            undispatched.insert(id)
            return true
        case .success(let repository): feature.repository = repository.name
        }
        let unknown = unresolved(note.dependsOn)
        guard unknown.isEmpty else {
            feature.waitsFor = waiting(forUnknown: unknown)
            undispatched.insert(id)
            return true
        }
        if !feature.questions.isEmpty {
            // Kept apart from the note, whose block no longer asks.
            let questions = feature.questions.enumerated().map { "Q\($0.offset + 1): \($0.element)" }.joined(separator: "\n")
            try await parts.store.setFact("answers:\(id)", questions + "\n" + note.answers)
            feature.questions = []
        }
        return false
    }

    /// Names that no feature bears, some of them those of notes that no feature stands for.
    private func waiting(forUnknown names: [String]) -> String {
        let sentences = names.map { name in
            let states = desk.states(ofNotesNamed: name)
            if states.isEmpty { return "It depends on \(name), and no feature bears that name; correct `depends_on`." }
            if states.contains(.planned) { return "It depends on \(name), which lies in planned and has not been begun with." }
            return "It depends on \(name), of which there is a note that nobody has planned yet; plan it, or correct `depends_on`."
        }
        return (sentences + ["Ferry looks again by itself."]).joined(separator: " ")
    }

    func setKind(_ kind: RunRequest.Kind, _ feature: FeatureRecord) async throws {
        try await parts.store.setFact("kind:\(feature.id)", kind.rawValue)
    }
}
