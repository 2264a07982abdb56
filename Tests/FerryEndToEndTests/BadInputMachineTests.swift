internal import FerryGit
internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import FerryWireServer
internal import Glibc
internal import SystemPackage
internal import Testing

/// The machine and the moment: no sandbox, a full disk, a damaged database, notes that go or change during a run (docs/SPEC.md, section 11, B25 to B29).
@Suite(.serialized, .timeLimit(.minutes(2)))
struct BadInputMachineTests {
    @Test func `without bubblewrap nothing runs, the note says how to get it, and work begins when it is there`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let program = scene.folder.appending("bwrap")
            try await scene.whileServing({ $0.bubblewrap = program }) {
                try scene.plan()
                try await scene.told("Thanks", "bubblewrap")
                try await scene.dashboard(says: "apt")
                let says = try await eventually { try await scene.why("Thanks").contains("bubblewrap") }
                #expect(says)
                #expect(try await scene.record("Thanks")?.state == .planned)
                #expect(scene.server.requests.isEmpty)
                let isLinked = program.withPlatformString { symlink("/usr/bin/bwrap", $0) == 0 }
                #expect(isLinked)
                try await scene.note("Thanks", reaches: .review)
                try await scene.dashboardForgets("apt")
            }
        }
    }

    @Test func `run --once without bubblewrap ends with the fault, and the note is where it was`() async throws {
        try await Scene.with(Scene.plain) { scene in
            try scene.plan()
            let end = try await scene.runOnce { $0.bubblewrap = "/nonexistent/bwrap" }
            guard case .failed(let faults) = end else { throw SceneError(what: "it ended with \(end)") }
            #expect(faults.contains { $0.contains("/nonexistent/bwrap") }, "\(faults)")
            #expect(try scene.read("Thanks", in: .planned).contains("says thanks"))
        }
    }

    @Test func `a database that is damaged is set aside as it is, and work goes on with one that is made anew`() async throws {
        try await Scene.with(Scene.plain) { scene in
            let folders = try scene.folders
            try Directory.create(folders.state, mode: 0o700)
            try FileContents.write(Array("this is no database, it is a letter to my aunt".utf8), to: folders.database)
            try scene.plan()
            #expect(try await scene.runOnce() == .settled)
            let aside = try #require(try scene.names(in: folders.state).first { $0.hasPrefix("corrupt-") })
            #expect(try text(folders.state.appending(aside).appending("ferry.db")).hasSuffix("my aunt"))
            #expect(try await scene.record("Thanks")?.state == .review)
        }
    }

    @Test func `a note that is deleted while its run is on cancels it, and the same id coming back is the same feature`() async throws {
        let gate = Gate()
        let answers: [Answer] = [
            .planner(), Answer.coder(run: 1, writes: Hello.word("thanks")).held(by: gate), .coder(writes: Hello.word("thanks")), .tester(),
            .reviewer(),
        ]
        try await Scene.with(answers) { scene in
            try await scene.whileServing {
                try scene.plan()
                try await gate.reached()
                let id = try await scene.note("Thanks", reaches: .inProgress).id
                let path = scene.vault.pushing(scene.path("Thanks", in: .inProgress))
                let bytes = try FileContents.read(path)
                try Directory.removeTree(path)
                let isGone = try await eventually { try await scene.record("Thanks")?.isPresent == false }
                #expect(isGone)
                #expect(try await scene.history(id).contains { $0.hasPrefix("cancel: the note is gone") })
                gate.open()
                try FileContents.write(bytes, to: scene.vault.pushing(scene.path("Thanks", in: .planned)), mode: 0o644)
                let feature = try await scene.note("Thanks", reaches: .review)
                #expect(feature.id == id)
            }
        }
    }

    @Test func `a note that is edited while its run is on keeps every word, and says that the run works from the older text`() async throws {
        let gate = Gate()
        let answers: [Answer] = [.planner(), Answer.coder(writes: Hello.word("thanks")).held(by: gate), .tester(), .reviewer()]
        try await Scene.with(answers) { scene in
            try await scene.whileServing {
                try scene.plan()
                try await gate.reached()
                try await scene.note("Thanks", reaches: .inProgress)
                try scene.edit("Thanks", in: .inProgress) { $0 = $0.replacing("that says thanks.", with: "that says thanks, and means it.") }
                try await scene.told("Thanks", "Edited since run 1 began")
                gate.open()
                try await scene.note("Thanks", reaches: .review)
                #expect(scene.note("Thanks")?.contains("that says thanks, and means it.") == true)
                #expect(!scene.server.requests.contains { $0.firstUserText.contains("means it") })
            }
        }
    }
}
