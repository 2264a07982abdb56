internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Makes the vault gesture that a command stands for, and says what comes of it. What it does is what a person's own move does.
struct GestureMaker: Sendable {
    let view: VaultView

    /// What was done. Encoded, it is the command's JSON.
    struct Outcome: Hashable, Sendable, Encodable {
        /// `nil` where Ferry has not given one yet.
        var feature: String?
        var title: String
        /// Relative to the vault, where it lies now.
        var note: String
        var from: String
        var to: String
        /// What happens next.
        var next: String
        /// The service has something to do now.
        var isPending: Bool
        var isServed: Bool
        var isStopped: Bool

        /// For a person.
        func lines(_ style: Style) -> [String] {
            let heading = [feature, title].compactMap { $0 }.joined(separator: " ")
            let lines = [style.paint(heading, .bold) + (from == to ? "" : ": \(from) → \(to)"), next]
            guard isPending else { return lines }
            return lines + obstacle
        }

        private var obstacle: [String] {
            if isStopped {
                return ["STOP.md is in the vault: nothing starts before it is gone (`ferry stop --undo`)."]
            }
            return isServed ? [] : ["No service is running for this vault; it happens when one does: `ferry run`."]
        }
    }

    /// Throws `CommandError`, `StoreError`, `Errno`.
    func make(_ wish: Wish, _ word: String) async throws -> Outcome {
        let feature = try await find(word)
        switch wish.answer(for: feature.state, feature: feature.name) {
        case .refused(let why, let remedy): throw CommandError(.failed, "\(feature.heading): \(why)", remedy: remedy)
        case .already(let text):
            if wish == .go { try skipSettling(feature.path) }
            return outcome(feature, at: feature.path, to: feature.state, next: text, isPending: wish == .go)
        case .move(let state, let next):
            try refuseUnreadable(feature, to: state)
            try refuseUnanswered(feature, to: state)
            try await refuseWithoutFeedback(wish, feature)
            let destination = try await move(feature, to: state)
            if wish == .go { try skipSettling(destination) }
            return outcome(feature, at: destination, to: state, next: next, isPending: true)
        }
    }

    func find(_ word: String) async throws -> FoundFeature {
        let records = try await view.store()?.features() ?? []
        return try FeatureList(view, records: records).find(word)
    }

    func outcome(_ feature: FoundFeature, at path: FilePath, to state: FeatureState, next: String, isPending: Bool) -> Outcome {
        Outcome(
            feature: feature.id?.description, title: feature.title, note: path.string, from: feature.state.shown, to: state.shown, next: next,
            isPending: isPending, isServed: view.isServed, isStopped: view.isStopped)
    }

    // MARK: The note

    /// Throws `CommandError` where the note cannot be moved.
    func move(_ feature: FoundFeature, to state: FeatureState) async throws -> FilePath {
        let destination = view.layout.path(feature.path, movedTo: state)
        switch try await view.writer.move(feature.path, to: destination) {
        case .moved: return destination
        case .taken:
            throw CommandError(.failed, "\(feature.heading) was not moved: there is a note \(destination) already.", remedy: "Rename one of the two.")
        case .busy:
            throw CommandError(
                .failed, "\(feature.heading) was not moved: another program is writing \(feature.path).",
                remedy: "Save it there, then run the command again.")
        case .gone:
            throw CommandError(
                .failed, "\(feature.path) has just been moved or deleted.", remedy: "`ferry status` shows where it is; run the command again.")
        }
    }

    /// This version of the note need not be quiet first. The service sees the file being closed and looks; one that is started later finds the request.
    private func skipSettling(_ path: FilePath) throws {
        guard let folders = view.folders else { return }
        let full = view.root.pushing(path)
        do {
            let content = try FileContents.read(full, limit: VaultIndex.sizeLimit)
            try folders.askToGo(ContentHash(of: content))
            try FileEvents.announce(full)
        } catch let error as Errno {
            throw CommandError(
                .failed, "The service cannot be told about \(path) (\(error)).",
                remedy: "Ferry starts it by itself after \(view.settings.settle.components.seconds) s.")
        }
    }

    // MARK: What Ferry would send back

    /// Whoever takes a feature out of work needs no word of it.
    private func refuseUnreadable(_ feature: FoundFeature, to state: FeatureState) throws {
        guard feature.isUnreadable, state != .drafts else { return }
        throw CommandError(
            .failed, "\(feature.heading): its note \(feature.path) cannot be read, so nobody knows what it asks for.",
            remedy: "Give yourself the right to read it (`chmod u+rw`), then run the command again.")
    }

    private func refuseUnanswered(_ feature: FoundFeature, to state: FeatureState) throws {
        guard state == .planned, let questions = feature.record?.questions, !questions.isEmpty, !feature.note.answersAnything else { return }
        throw CommandError(
            .asked,
            "\(feature.heading) has \(questions.count == 1 ? "a question" : "\(questions.count) questions") that nobody has answered: \(InertText.excerpt(questions[0]))",
            remedy: "`ferry answer \(feature.name) TEXT`, or write after `A1:` in the note.")
    }

    private func refuseWithoutFeedback(_ wish: Wish, _ feature: FoundFeature) async throws {
        guard wish == .retry, feature.state == .review, feature.note.feedback.allSatisfy(\.isWhitespace) else { return }
        // A merge that conflicted is work for the coder without another word.
        if let id = feature.id, try await view.store()?.fact("conflict:\(id)") != nil { return }
        throw CommandError(
            .asked, "\(feature.heading) says nothing under `## Feedback`.",
            remedy: "Write there what is to be changed (\(feature.path)), then run the command again.")
    }
}
