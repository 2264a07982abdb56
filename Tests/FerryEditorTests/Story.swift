internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

/// What became of one note, gathered from outside: the vault's folders, the note's bytes, the database.
struct Story: Sendable, CustomStringConvertible {
    let name: String
    var places: [FeatureState] = []
    var feature: FeatureRecord?
    /// Jobs that were ever registered for it, and whether one is open.
    var jobs = 0
    var isOpen = false
    /// The history, oldest first.
    var events: [String] = []
    var bytes: [UInt8] = []

    /// Gestures as the history tells them: `cancel`, `restart`.
    var gestures: [String] {
        let words = Set(Gesture.allCases.map(\.rawValue))
        return events.compactMap { event in event.split(separator: ":").first.map(String.init).flatMap { words.contains($0) ? $0 : nil } }
    }

    /// The note without what Ferry owns in it.
    var own: String {
        let bytes = (try? FerryBlock.removing(from: bytes)) ?? self.bytes
        let rest = (try? FrontMatterSplice.removing(["id", "status", "branch", "pr", "cost_usd"], from: bytes)) ?? bytes
        return String(decoding: rest, as: UTF8.self)
    }

    var note: FeatureNote { FeatureNote(parsing: bytes, path: FilePath(name + ".md")) }

    var description: String {
        let state =
            feature.map { "\($0.id) state \($0.state?.rawValue ?? "none"), at \($0.path), generation \($0.generation), run \($0.run)" }
            ?? "unknown to Ferry"
        return """
            \(name): \(state); \(jobs) jobs\(isOpen ? ", one open" : ""); in \(places.map(\.rawValue)); waits for: \(feature?.waitsFor ?? "nothing")
            \(events.map { "  " + $0 }.joined(separator: "\n"))
            \(String(decoding: bytes, as: UTF8.self))
            """
    }
}

extension EditorScene {
    /// The story as far as it is told without the database.
    func glance(_ name: String) throws -> Story {
        var story = Story(name: name)
        story.places = places(of: name)
        if let place = story.places.last { story.bytes = (try? FileContents.read(path(name, in: place))) ?? [] }
        story.feature = board.feature(named: name)
        story.jobs = story.feature?.generation ?? 0
        return story
    }

    func story(_ name: String) async throws -> Story {
        let glance = try glance(name)
        guard let id = glance.feature?.id else { return glance }
        return try await reading { store in
            var story = glance
            story.jobs = try await store.jobHistory(id).count
            story.isOpen = try await store.openJobs()[id] != nil
            story.events = try await store.events(of: id, limit: 200).reversed().map(\.text)
            return story
        } ?? glance
    }

    /// Waits until a note's story is as wanted. Throws `SceneError` with the story where it does not come about.
    @discardableResult
    func note(_ name: String, within limit: Duration = .seconds(80), is what: String, _ fact: (Story) -> Bool) async throws -> Story {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            let story = try glance(name)
            if fact(story) { return story }
            try await Task.sleep(for: .milliseconds(100))
        }
        throw SceneError(what: "not \(what): \(try await story(name))")
    }

    /// Waits until the note lies in the folder of this state, says so, and so does the database.
    @discardableResult
    func note(_ name: String, reaches state: FeatureState, within limit: Duration = .seconds(80)) async throws -> FeatureID {
        let story = try await note(name, within: limit, is: "in \(state.rawValue)") {
            $0.places == [state] && $0.feature?.state == state && $0.feature?.folder == state && $0.note.status == state
        }
        guard let id = story.feature?.id else { throw SceneError(what: "\(name) has no id") }
        return id
    }
}
