internal import FerryModel
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// When Ferry writes into a note, and when not.
    @Suite(.timeLimit(.minutes(2)))
    struct NoteWritesTests {
        private let name = "Say goodbye"

        /// Runs the feature up to a coder who waits, with the count of Ferry's writes.
        private func whileCoding(
            _ change: @escaping @Sendable (inout Timing) -> Void = { _ in },
            _ body: @escaping @Sendable (Scene, NoteWrites, Gate) async throws -> Void
        ) async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), .coder(writes: Hello.farewellWhole).held(by: gate), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                let writes = try NoteWrites(of: scene)
                defer { writes.end() }
                try await scene.whileServing {
                    change(&$0.timing)
                } _: {
                    try scene.write(Hello.farewell, name, in: .planned)
                    try await scene.note(name, reaches: .inProgress)
                    try await gate.reached()
                    try await scene.note(name, in: .inProgress, says: "at work: code")
                    try await body(scene, writes, gate)
                }
            }
        }

        /// Whether Ferry writes the note again within a time in which it has had many turns.
        private func isWritten(_ writes: NoteWrites, beyond count: Int) async -> Bool {
            await eventually(within: .milliseconds(800)) { writes.count(of: name) > count }
        }

        /// Returns when Ferry has written what it has to say of the coder's beginning.
        private func isQuiet(_ writes: NoteWrites) async throws {
            for _ in 0..<10 { if await !isWritten(writes, beyond: writes.count(of: name)) { return } }
            throw SceneError(what: "Ferry writes the note again and again")
        }

        /// Returns when Ferry has seen the note as it is.
        private func isSeen(_ scene: Scene) async throws {
            let hash = ContentHash(of: Array(try scene.read(name, in: .inProgress).utf8))
            guard try await eventually({ try await scene.record(name)?.noteHash == hash }) else {
                throw try await scene.failure("an edit was not seen", name)
            }
        }

        @Test func `a plug-in that saves the note after each of Ferry's writes finds silence, whatever the run has cost meanwhile`() async throws {
            try await whileCoding { scene, writes, gate in
                try await isQuiet(writes)
                let before = writes.count(of: name)
                for round in 1...6 {
                    try scene.edit(name, in: .inProgress) { text in
                        text.replace(/updated: .*\n/, with: "")
                        text = text.replacing("priority: 2\n", with: "priority: 2\nupdated: 2026-11-21T10:00:0\(round)\n")
                    }
                    try await isSeen(scene)
                }
                #expect(await !isWritten(writes, beyond: before))
                gate.open()
                try await scene.note(name, reaches: .review)
                #expect(try scene.read(name, in: .review).contains("updated: 2026-11-21T10:00:0"))
            }
        }

        @Test func `a tool that requotes Ferry's keys and tidies its block is not answered, and mangles nothing later`() async throws {
            try await whileCoding { scene, writes, gate in
                try await isQuiet(writes)
                let before = writes.count(of: name)
                try scene.edit(name, in: .inProgress) { text in
                    text = text.replacing("status: in_progress\n", with: "").replacing(
                        "priority: 2\n", with: "status: \"in_progress\"\npriority: 2\n")
                    text = text.replacing("|---|---|", with: "| --- | --- |").replacing("\n- ", with: "\n*   ")
                }
                let tidied = try scene.read(name, in: .inProgress)
                #expect(tidied.contains("status: \"in_progress\"") && tidied.contains("| --- |"))
                try await isSeen(scene)
                #expect(await !isWritten(writes, beyond: before))
                #expect(try scene.read(name, in: .inProgress) == tidied)
                gate.open()
                try await scene.note(name, reaches: .review)
                let text = try scene.read(name, in: .review)
                #expect(text.contains("status: \"review\"\n"))
                #expect(text.hasSuffix("<!-- ferry:end -->\n"))
                #expect(!text.contains("| --- |"))
            }
        }

        @Test func `an edit of the text is answered once, and what was taken out of the block or put into it is set right`() async throws {
            try await whileCoding { scene, writes, gate in
                try await isQuiet(writes)
                let before = writes.count(of: name)
                try scene.edit(name, in: .inProgress) { $0 = $0.replacing("%% a comment of mine %%", with: "One more thought.") }
                try await scene.note(name, in: .inProgress, says: "Edited since run 1 began")
                try scene.edit(name, in: .inProgress) { $0 = $0.replacing("One more thought.", with: "Two more thoughts.") }
                try await isSeen(scene)
                #expect(await !isWritten(writes, beyond: before + 1))
                try scene.edit(name, in: .inProgress) { text in
                    text.replace(/\| branch \|.*\n/, with: "")
                    text = text.replacing("\n<!-- ferry:lines", with: "\nA word of mine.\n<!-- ferry:lines")
                }
                try await scene.note(name, in: .inProgress, says: "| branch |")
                #expect(try scene.read(name, in: .inProgress).hasSuffix("<!-- ferry:end -->\n\nA word of mine.\n"))
                gate.open()
                try await scene.note(name, reaches: .review)
            }
        }

        @Test func `an open editor keeps progress away, and a change of state comes all the same`() async throws {
            let plan = Gate()
            let code = Gate()
            let answers: [Answer] = [.planner().held(by: plan), .coder(writes: Hello.farewellWhole).held(by: code), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                let writes = try NoteWrites(of: scene)
                defer { writes.end() }
                try await scene.whileServing {
                    try scene.write(Hello.farewell, name, in: .planned)
                    try await scene.note(name, reaches: .inProgress)
                    try await plan.reached()
                    try await scene.note(name, in: .inProgress, says: "at work: planner")
                    let lock = scene.vault.pushing(VaultLayout().folder(of: .inProgress)).appending(".\(name).md.swp")
                    try FileContents.write([], to: lock)
                    try await isQuiet(writes)
                    let before = writes.count(of: name)
                    plan.open()
                    try await code.reached()
                    #expect(await !isWritten(writes, beyond: before))
                    try Directory.removeTree(lock)
                    try await scene.note(name, in: .inProgress, says: "at work: code")
                    try FileContents.write([], to: lock)
                    code.open()
                    try await scene.note(name, reaches: .review)
                }
            }
        }

        @Test func `Ferry's first write and move come after the person's last touch, whatever it was`() async throws {
            try await Scene.with([.planner().held(by: Gate())]) { scene in
                let writes = try NoteWrites(of: scene)
                defer { writes.end() }
                try await scene.whileServing {
                    $0.timing.firstTouch = .seconds(1)
                } _: {
                    try scene.write(Hello.farewell, name, in: .ideas)
                    // The test writes the note by the same kind of name.
                    #expect(await eventually { writes.count(of: name) == 1 })
                    let moved = BootClock.now
                    try scene.move(name, .ideas, .planned)
                    #expect(try await eventually { try await scene.record(name) != nil })
                    let edited = BootClock.now
                    try scene.edit(name, in: .planned) { $0 += "One more thought.\n" }
                    try await scene.note(name, reaches: .inProgress)
                    let first = try #require(writes.times(of: name).dropFirst().first)
                    let touched = first > edited ? edited : moved
                    // Less some ticks of the kernel's clock for file times.
                    #expect(first - touched >= .milliseconds(980))
                    #expect(try scene.read(name, in: .inProgress).contains("One more thought."))
                }
            }
        }
    }
}
