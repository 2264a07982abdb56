internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Plays the demo: starts the real service, moves the note as a person would, shows what happens, asks for the decision.
struct DemoPlay: Sendable {
    let scene: DemoScene
    let console: Console
    /// Whether a person is there to approve.
    let asks: Bool
    let allowRoot: Bool

    private enum End: Sendable {
        case approved
        case leftInReview
        /// Ctrl-C.
        case stopped
    }

    /// Throws `CommandError` where the feature does not get through.
    func play() async throws {
        try tellBeginning()
        var options = ServiceOptions(vault: scene.vault)
        options.allowRoot = allowRoot
        options.stateHome = scene.stateHome
        options.cacheHome = scene.cacheHome
        // Waits for a person's second thoughts, of which a script has none.
        options.timing.firstTouch = .milliseconds(300)
        options.timing.settle = .seconds(1)
        let news = DemoNews()
        news.follow(&options.hooks)
        let display = ProgressDisplay(options.progress, console)
        display.follow(&options.hooks)
        let end: End = try await display.during { [self, options] in
            try await withThrowingTaskGroup(of: End.self, returning: End.self) { group in
                group.addTask {
                    _ = try await VaultService.run(options)
                    return .stopped
                }
                group.addTask { try await story(news) }
                defer { group.cancelAll() }
                guard let end = try await group.next() else { return .stopped }
                group.cancelAll()
                // The service winds up; that it was told to is no fault.
                while (try? await group.next()) != nil {}
                return end
            }
        }
        try await DemoEpilogue(scene: scene, console: console).tell(isApproved: end == .approved, isStopped: end == .stopped)
    }

    // MARK: The story

    private func story(_ news: DemoNews) async throws -> End {
        try await news.look()
        say("I move the note from 01_ideas to 03_planned, as you would in your editor.")
        try await move(.ideas, .planned)
        let feature = try await news.change(within: .seconds(120)) { [.review, .blocked].contains($0.state) && $0.run.rawValue > 0 }
        guard feature.state == .review else {
            throw CommandError(.failed, "The feature was blocked: \(feature.waitsFor ?? "no reason given").", remedy: "Look at \(scene.folder).")
        }
        try await showWork(feature)
        try await showNote()
        guard try await isApproved(feature) else { return .leftInReview }
        say("I move the note from 05_review to 06_done: that approves it.")
        try await move(.review, .done)
        let end = try await news.change(within: .seconds(60)) { $0.state == .done || ($0.state == .review && $0.waitsFor != nil) }
        guard end.state == .done else {
            throw CommandError(.failed, "It was not merged: \(end.waitsFor ?? "no reason given").", remedy: "Look at \(scene.folder).")
        }
        _ = await stands(in: .done) { $0.status == .done }
        return .approved
    }

    private func isApproved(_ feature: FeatureRecord) async throws -> Bool {
        let commit = String((feature.tip ?? "").prefix(12))
        guard asks else {
            say("Nobody is asked (\(console.canAsk ? "--yes" : "no terminal")); I approve \(commit).")
            return true
        }
        let answer = await console.ask("\n" + console.style.paint("Approve and merge \(commit)? [Y/n]", .bold))
        return answer.map { !$0.lowercased().hasPrefix("n") } ?? false
    }

    private func move(_ from: FeatureState, _ to: FeatureState) async throws {
        let writer = NoteWriter(root: scene.vault)
        // Ferry may be writing into the note at this very moment; a person's editor would wait as well.
        for _ in 0..<100 {
            switch try await writer.move(scene.note(in: from), to: scene.note(in: to)) {
            case .moved: return
            case .busy, .gone: try await Task.sleep(for: .milliseconds(50))
            case .taken: throw CommandError(.failed, "\(scene.note(in: to)) is there already.", remedy: "")
            }
        }
        throw CommandError(.failed, "\(scene.note(in: from)) could not be moved.", remedy: "Look at \(scene.vault).")
    }

    /// Ferry moves the note and writes into it a moment after its decision. Returns the note once it stands as wanted, or as it is then.
    private func stands(in state: FeatureState, _ isAsWanted: (FeatureNote) -> Bool) async -> (note: FeatureNote, bytes: [UInt8])? {
        var last: (FeatureNote, [UInt8])?
        for _ in 0..<200 {
            if let bytes = try? FileContents.read(scene.vault.pushing(scene.note(in: state))) {
                let note = FeatureNote(parsing: bytes, path: scene.note(in: state))
                last = (note, bytes)
                if isAsWanted(note) { break }
            }
            guard (try? await Task.sleep(for: .milliseconds(50))) != nil else { break }
        }
        return last
    }

    // MARK: What is said

    private func tellBeginning() throws {
        console.print(console.style.paint("Ferry: from a note to merged code", .bold))
        console.print("Everything here is real but the model's words, which come from a script: the service, git, the sandbox, the tests.")
        console.print()
        console.print("  repository  \(scene.repository)  (Python, tested by `python3 -m unittest`)")
        console.print("  vault       \(scene.vault)")
        console.print("  the note    \(scene.note(in: .ideas))")
        quote(try FileContents.read(scene.vault.pushing(scene.note(in: .ideas))))
    }

    private func showWork(_ feature: FeatureRecord) async throws {
        guard let store = try scene.view().store() else { return }
        defer { store.close() }
        console.print()
        console.print("What happened on the way; each ✗ went back to the coder:")
        for line in RunStory(try await store.steps(feature.id, feature.run)).lines(console.style) { console.print("  " + line) }
    }

    private func showNote() async throws {
        let note = await stands(in: .review) { $0.block?.boxes.contains { $0.id == "approve" } == true }
        console.print()
        console.print("The note as it stands now, in 05_review:")
        quote(Self.withoutText(note?.bytes ?? []))
        console.print()
        console.print("More to read: \(scene.vault.appending(VaultLayout().runs))/")
    }

    /// The note without the person's text, which was shown before; with it, should a byte of it differ.
    private static func withoutText(_ bytes: [UInt8]) -> [UInt8] {
        let original = DemoFiles.files.first { $0.path == "vault/\(DemoScene.note)" }?.content ?? ""
        guard let heading = original.firstRange(of: "\n# ") else { return bytes }
        let text = original[original.index(after: heading.lowerBound)...]
        return Array(String(decoding: bytes, as: UTF8.self).replacing(text, with: "… the text from above, every byte as it was …\n").utf8)
    }

    private func say(_ text: String) { console.print("\n" + console.style.paint("→ ", .blue) + text) }

    /// A note's text, without the hashes by which Ferry knows its own lines.
    private func quote(_ bytes: [UInt8]) {
        for line in SafeText.make(bytes).split(separator: "\n", omittingEmptySubsequences: false) where !line.hasPrefix("<!-- ferry:lines") {
            console.print(console.style.paint("  │ ", .dim) + line)
        }
    }
}
