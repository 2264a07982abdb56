internal import FerryModel
internal import FerrySystem
internal import FerryStore
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

/// What a person does with one note and one editor, and what must come of it: exactly that gesture, once, and every byte that was saved.
struct Scenario: Sendable {
    let name: String
    /// Whether an editor can do it.
    var fits: @Sendable (any Editor) -> Bool = { _ in true }
    let play: @Sendable (Desk) async throws -> Void

    /// A note of the scenario's own, and the editor.
    struct Desk: Sendable {
        let scene: EditorScene
        let editor: any Editor
        /// The stem of the note's name, which no other note has.
        let note: String
        /// A feature of the scenario's own in ideas, for what must wait.
        let plug: FeatureID
        var plugName: String { "Plug \(plug.number)" }

        /// The text of the note. `extra`: lines of front matter. `body`: words below the heading.
        func text(_ extra: String = "", body: String = "First words.") -> String {
            "---\ntags: [a,  b]   # mine\n\(extra)---\n# \(note)\n\n\(body)\n"
        }

        func path(_ state: FeatureState) -> FilePath { scene.path(note, in: state) }

        func put(_ text: String, in state: FeatureState) throws {
            // Complete at once, as a template or another program makes it.
            let beside = scene.desk.appending(note + ".new")
            try FileContents.write(Array(text.utf8), to: beside, mode: 0o644)
            try Renaming.move(beside, to: path(state))
        }

        func open(_ state: FeatureState) async throws -> any Editing { try await editor.open(path(state), in: scene) }

        /// Puts a line in and saves; `text` follows.
        func edit(_ session: any Editing, _ line: String, _ text: inout String) async throws {
            try await session.insert(line)
            try await session.save()
            text = Buffer.inserting(line, into: text)
        }

        /// Lets what waits for the plug go on.
        func pull() throws { try scene.move(plugName, .ideas, .done) }

        /// A feature that waits for the plug, with keys and block written.
        func queued(_ text: String) async throws -> FeatureID {
            try put(text, in: .planned)
            let story = try await scene.note(note, is: "queued with its keys") {
                $0.jobs == 1 && $0.note.status == .planned && $0.note.id == $0.feature?.id
            }
            guard let id = story.feature?.id else { throw SceneError(what: "no id: \(story)") }
            return id
        }

        /// A feature at work, held at the first command of its run.
        func working(_ text: String) async throws -> FeatureID {
            try put(text, in: .planned)
            let id = try await scene.note(note, reaches: .inProgress)
            try await scene.note(note, is: "begun, and says so") { $0.feature?.run == RunNumber(1) && $0.bytes.count > 0 && $0.note.branch != nil }
            return id
        }

        /// Waits until it is certain that nothing more comes of it, and compares.
        func expect(
            _ state: FeatureState, jobs: Int, isOpen: Bool, gestures: [String] = [], text: String,
            location: SourceLocation = #_sourceLocation
        ) async throws {
            // What is awaited comes about, and what is not wanted has had its time.
            try await scene.note(note, is: "in \(state.rawValue) alone, and saying so") {
                $0.places == [state] && $0.feature?.folder == state && $0.note.status == state && $0.own == text
            }
            try await scene.quiet()
            let story = try await scene.story(note)
            func check(_ holds: Bool, _ what: String) { if !holds { Issue.record("\(editor.name): \(what)\n\(story)", sourceLocation: location) } }
            check(story.places == [state], "it lies in \(state.rawValue) alone")
            check(story.feature?.state == state && story.feature?.folder == state, "Ferry knows it to be in \(state.rawValue)")
            check(story.jobs == jobs, "\(jobs) jobs")
            check(story.isOpen == isOpen, "a job is \(isOpen ? "" : "not ")open")
            check(story.gestures == ["dispatch"] + gestures, "the gestures are dispatch and \(gestures)")
            check(story.own == text, "the person's text is\n\(text)\nand not\n\(story.own)")
            check(story.note.id == story.feature?.id, "it bears its id")
            check(story.note.status == state, "its status is \(state.rawValue)")
            check(story.note.faults.isEmpty, "it has no faults: \(story.note.faults)")
            check(story.note.block != nil, "it has its block")
        }
    }
}

extension Scenario {
    static let all = planning + working

    /// Before Ferry works on the note.
    private static let planning: [Scenario] = [
        Scenario(name: "create", fits: { ($0 as? ShellEditor)?.isOnlyForOld != true }) { desk in
            let session = try await desk.open(.planned)
            var text = desk.text()
            try await session.insert(text)
            try await session.save()
            try await desk.edit(session, "A second thought.", &text)
            try await session.close()
            try await desk.expect(.inProgress, jobs: 1, isOpen: true, text: text)
        },
        Scenario(name: "ideas") { desk in
            var text = desk.text()
            try desk.put(text, in: .ideas)
            let session = try await desk.open(.ideas)
            try await desk.edit(session, "One more word.", &text)
            try await desk.edit(session, "And one more.", &text)
            try await session.close()
            try await desk.scene.quiet()
            let story = try await desk.scene.story(desk.note)
            #expect(story.feature == nil && story.bytes == Array(text.utf8), "\(desk.editor.name)")
            try desk.scene.move(desk.note, .ideas, .planned)
            try await desk.expect(.inProgress, jobs: 1, isOpen: true, text: text)
        },
        Scenario(name: "edit and move") { desk in
            var text = desk.text()
            try desk.put(text, in: .drafts)
            let session = try await desk.open(.drafts)
            try await desk.edit(session, "The last word.", &text)
            try await session.close()
            try desk.scene.move(desk.note, .drafts, .planned)
            try await desk.expect(.inProgress, jobs: 1, isOpen: true, text: text)
        },
        Scenario(name: "queued") { desk in
            var text = desk.text("depends_on: \(desk.plug)\n")
            _ = try await desk.queued(text)
            let session = try await desk.open(.planned)
            try await desk.edit(session, "Also this.", &text)
            try await desk.edit(session, "And that.", &text)
            try await session.close()
            try await desk.expect(.planned, jobs: 1, isOpen: true, text: text)
            try desk.pull()
            try await desk.expect(.inProgress, jobs: 1, isOpen: true, text: text)
        },
        Scenario(name: "withdraw") { desk in
            var text = desk.text("depends_on: \(desk.plug)\n")
            _ = try await desk.queued(text)
            let session = try await desk.open(.planned)
            try await desk.edit(session, "Not now.", &text)
            try await session.close()
            try desk.scene.move(desk.note, .planned, .ideas)
            try await desk.expect(.ideas, jobs: 1, isOpen: false, gestures: ["withdraw"], text: text)
        },
        Scenario(name: "late to work", fits: \.hasBuffer) { desk in
            // The note is open; Ferry moves it to in progress; the editor saves where it had it.
            var text = desk.text("depends_on: \(desk.plug)\n")
            _ = try await desk.queued(text)
            let session = try await desk.open(.planned)
            try desk.pull()
            try await desk.scene.note(desk.note, reaches: .inProgress)
            try await desk.edit(session, "Too late?", &text)
            try await desk.expect(.inProgress, jobs: 1, isOpen: true, text: text)
            try await session.close()
        },
    ]

    /// While Ferry works on it, and when it has moved it on.
    private static let working: [Scenario] = [
        Scenario(name: "at work") { desk in
            var text = desk.text()
            _ = try await desk.working(text)
            let session = try await desk.open(.inProgress)
            try await desk.edit(session, "Think of this.", &text)
            try await desk.edit(session, "And of that.", &text)
            try await session.close()
            try await desk.expect(.inProgress, jobs: 1, isOpen: true, text: text)
        },
        Scenario(name: "cancel") { desk in
            var text = desk.text()
            _ = try await desk.working(text)
            let session = try await desk.open(.inProgress)
            try await desk.edit(session, "No.", &text)
            try await session.close()
            try desk.scene.move(desk.note, .inProgress, .ideas)
            try await desk.expect(.ideas, jobs: 1, isOpen: false, gestures: ["cancel"], text: text)
        },
        Scenario(name: "late to question", fits: \.hasBuffer) { desk in
            var text = desk.text(body: "Always ask first.")
            let id = try await desk.working(text)
            let session = try await desk.open(.inProgress)
            desk.scene.runner.allow(1_000, of: id)
            try await desk.scene.note(desk.note, reaches: .blocked)
            try await desk.edit(session, "As I was saying.", &text)
            try await desk.expect(.blocked, jobs: 1, isOpen: false, text: text)
            try await session.close()
        },
        Scenario(name: "late to review", fits: \.hasBuffer) { desk in
            var text = desk.text()
            let id = try await desk.working(text)
            let session = try await desk.open(.inProgress)
            desk.scene.runner.allow(1_000, of: id)
            try await desk.scene.note(desk.note, reaches: .review)
            try await desk.edit(session, "One thing more.", &text)
            try await desk.expect(.review, jobs: 1, isOpen: false, text: text)
            try await session.close()
        },
        Scenario(name: "stale", fits: \.hasBuffer) { desk in
            // The buffer has Ferry's keys and block of an earlier time, and is forced over the present ones.
            var text = desk.text()
            let id = try await desk.working(text)
            let session = try await desk.open(.inProgress)
            desk.scene.runner.allow(1, of: id)
            try await desk.scene.runner.isAsked(2, of: id)
            try await desk.scene.quiet()
            try await desk.edit(session, "I insist.", &text)
            try await session.close()
            try await desk.scene.note(desk.note, is: "with its cost again") { $0.note.cost != nil }
            try await desk.expect(.inProgress, jobs: 1, isOpen: true, text: text)
        },
    ]
}
