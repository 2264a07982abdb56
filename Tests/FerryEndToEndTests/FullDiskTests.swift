internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import FerryWireServer
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// The program itself on disks that are really full: the vault, Ferry's state and its cache each lie on a file system of a few megabytes.
    @Suite(.timeLimit(.minutes(3)))
    struct FullDiskTests {
        @Test func `with little space nothing begins, on full disks work stops and nothing is torn, and it goes on by itself`() async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), Answer.coder(writes: Hello.word("thanks")).held(by: gate), .tester(), .reviewer()]
            try await Scene.with(answers, settings: ["min_free_mb": "8"]) { scene in
                let folders = [scene.vault, scene.stateHome, scene.cacheHome]
                let disks = try SmallDisks(over: folders, megabytes: 32, log: scene.folder.appending("shell.log"))
                guard await disks.areMounted(folders.count) else { return Self.noteUntested(scene) }
                let ferry = try Self.command(scene)
                // What the service sees, by another way.
                let inside = Scene(folder: disks.inside(scene.folder), server: scene.server)

                // Little space: nothing begins.
                try await disks.fill(scene.cacheHome, leaving: 4096)
                try disks.run("\(ferry) run --vault '\(scene.vault)' --allow-root > '\(scene.folder)/ferry.log' 2>&1 &")
                try inside.plan()
                try await inside.dashboard(says: "`min_free_mb`")
                try await inside.told("Thanks", "`min_free_mb`")
                #expect(try await disks.output(of: "\(ferry) status --vault '\(scene.vault)'").contains("min_free_mb"))
                #expect(scene.server.requests.isEmpty)
                try await disks.empty(scene.cacheHome)
                try await gate.reached()
                let runs = await eventually { (try? inside.read("Thanks", in: .inProgress))?.contains("status: in_progress") ?? false }
                #expect(runs)

                // Full disks: nothing is asked of the model, and status says which.
                for folder in folders { try await disks.fill(folder) }
                let asked = scene.server.requests.count
                gate.open()
                let said = await eventually { ((try? text(scene.folder.appending("ferry.log"))) ?? "").contains("ree some space") }
                #expect(said, "\((try? text(scene.folder.appending("ferry.log"))) ?? "")")
                let status = try await disks.output(of: "\(ferry) status --vault '\(scene.vault)'")
                for name in ["the vault", "Ferry's state", "Ferry's cache"] { #expect(status.contains("The disk with \(name)"), "\(status)") }
                #expect(try inside.read("Thanks", in: .inProgress).contains("There shall be a function that says thanks."))

                // Space again: it goes on by itself, in the same run.
                for folder in folders { try await disks.empty(folder) }
                let isReviewed = await eventually(within: .seconds(60)) {
                    (try? inside.read("Thanks", in: .review))?.contains("status: review") ?? false
                }
                #expect(isReviewed, "\((try? text(scene.folder.appending("ferry.log"))) ?? "")")
                let note = try inside.read("Thanks", in: .review)
                #expect(note.contains("run-1") && !note.contains("run-2"), "\(note)")
                // The call that was under way, and no other, is asked for once more.
                #expect(scene.turns.prefix(asked) == ["planner 1", "coder 1"] && scene.turns.count <= 7, "\(scene.turns)")
                #expect(scene.server.refusals.isEmpty)
                try await inside.dashboardForgets("min_free_mb")
            }
        }

        @Test func `on a disk without room for files nothing begins, and it goes on when there is room`() async throws {
            try await Scene.with(Scene.plain, settings: ["min_free_mb": "8"]) { scene in
                let disks = try SmallDisks(over: [scene.cacheHome], megabytes: 32, files: 24_000, log: scene.folder.appending("shell.log"))
                guard await disks.areMounted(1) else { return Self.noteUntested(scene) }
                let inside = Scene(folder: disks.inside(scene.folder), server: scene.server)
                try await disks.fill(scene.cacheHome, files: 20_000)
                try disks.run("\(try Self.command(scene)) run --vault '\(scene.vault)' --allow-root > '\(scene.folder)/ferry.log' 2>&1 &")
                try inside.plan()
                try await inside.told("Thanks", "or room for less than 8000 files")
                try await inside.dashboard(says: "The disk with Ferry's cache")
                #expect(scene.server.requests.isEmpty)
                try await disks.empty(scene.cacheHome)
                #expect(await eventually(within: .seconds(60)) { (try? inside.read("Thanks", in: .review)) != nil })
            }
        }

        @Test func `a merged result that cannot be tested on a full disk keeps its approval, and is merged when there is space`() async throws {
            try await Scene.with(Scene.plain, settings: ["min_free_mb": "8"]) { scene in
                let disks = try SmallDisks(over: [scene.cacheHome], megabytes: 32, log: scene.folder.appending("shell.log"))
                guard await disks.areMounted(1) else { return Self.noteUntested(scene) }
                let inside = Scene(folder: disks.inside(scene.folder), server: scene.server)
                try disks.run("\(try Self.command(scene)) run --vault '\(scene.vault)' --allow-root > '\(scene.folder)/ferry.log' 2>&1 &")
                try inside.plan()
                #expect(await eventually(within: .seconds(60)) { (try? inside.read("Thanks", in: .review))?.contains("status: review") ?? false })
                // The base moves, so that what would be merged was never tested.
                try FileContents.write(Array("Another line.\n".utf8), to: scene.repository.appending("notes.txt"), mode: 0o644)
                try await scene.git("add", "-A")
                try await scene.git("commit", "-q", "-m", "Meanwhile")
                try await disks.fill(scene.cacheHome)
                try inside.move("Thanks", .review, .done)
                try await inside.told("Thanks", "is full. Free some space; Ferry goes on by itself")
                #expect((try? inside.read("Thanks", in: .done)) != nil)
                try await disks.empty(scene.cacheHome)
                #expect(await eventually(within: .seconds(60)) { inside.note("Thanks")?.contains("Merged as") ?? false })
                #expect(try await scene.git("show", "main:hello/thanks.py").contains("thanks"))
            }
        }

        @Test func `the emergency stop works where nothing can be written any more`() async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), Answer.coder(writes: Hello.word("thanks")).held(by: gate), .tester(), .reviewer()]
            try await Scene.with(answers, settings: ["min_free_mb": "8"]) { scene in
                let folders = [scene.vault, scene.stateHome]
                let disks = try SmallDisks(over: folders, megabytes: 32, log: scene.folder.appending("shell.log"))
                guard await disks.areMounted(folders.count) else { return Self.noteUntested(scene) }
                let inside = Scene(folder: disks.inside(scene.folder), server: scene.server)
                let ferry = try Self.command(scene)
                try disks.run("\(ferry) run --vault '\(scene.vault)' --allow-root > '\(scene.folder)/ferry.log' 2>&1 &")
                try inside.plan()
                try await gate.reached()
                for folder in folders { try await disks.fill(folder) }
                let said = try await disks.output(of: "\(ferry) stop --all --vault '\(scene.vault)' 2>&1")
                #expect(said.contains("STOP.md is there: nothing starts. Agents at work end within a second."), "\(said)")
                #expect(try await disks.output(of: "\(ferry) status --vault '\(scene.vault)'").contains("everything is stopped (STOP.md)"))
                // Full as it is, it can be taken back, and asked for again.
                #expect(try await disks.output(of: "\(ferry) stop --undo --vault '\(scene.vault)' 2>&1").contains("is gone: work goes on"))
                #expect(try await disks.output(of: "\(ferry) stop --all --vault '\(scene.vault)' 2>&1").contains("STOP.md is there"))
                gate.open()
                for folder in folders { try await disks.empty(folder) }
                // Only the call that was under way was made.
                #expect(scene.turns == ["planner 1", "coder 1"], "\(scene.turns)")
                #expect(try await disks.output(of: "\(ferry) stop --undo --vault '\(scene.vault)' 2>&1").contains("is gone: work goes on"))
                #expect(await eventually(within: .seconds(60)) { (try? inside.read("Thanks", in: .review)) != nil })
            }
        }

        private static func noteUntested(_ scene: Scene) {
            withKnownIssue("NOT TESTED: this machine allows an ordinary user no user and mount namespaces") {
                Issue.record("\((try? text(scene.folder.appending("shell.log"))) ?? "")")
            }
        }

        /// The program with the scene's folders, as the shell takes it.
        private static func command(_ scene: Scene) throws -> String {
            let variables = [
                "PATH=/usr/bin:/bin", "HOME=\(scene.folder)/home", "XDG_STATE_HOME=\(scene.stateHome)", "XDG_CACHE_HOME=\(scene.cacheHome)",
                "XDG_CONFIG_HOME=\(scene.configHome)", "NO_COLOR=1",
            ]
            return "env -i " + variables.map { "'\($0)'" }.joined(separator: " ") + " '\(try CrashPoint.program("ferry"))'"
        }
    }
}
