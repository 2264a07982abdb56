internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// One call of `ferry run` to a disk fails, anywhere: in the database, a transcript, a worktree, a note.
    @Suite(.timeLimit(.minutes(60)))
    struct DiskErrorTests {
        private static let count = Repetitions.count(1, long: 30)

        @Test(arguments: 0..<count)
        func `after a call that failed, the feature reaches review, once, and nothing is torn`(number: Int) async throws {
            try await Scene.with(Scene.plain) { scene in
                let crash = try CrashPoint(in: scene.folder)
                let environment = [
                    "PATH": "/usr/bin:/bin", "HOME": scene.folder.appending("home").string, "XDG_STATE_HOME": scene.stateHome.string,
                    "XDG_CACHE_HOME": scene.cacheHome.string, "XDG_CONFIG_HOME": scene.configHome.string,
                ]
                var random = SeededRandom(seed: UInt64(number) &+ (getenv("FERRY_LONG") == nil ? UInt64(getpid()) : 0))
                // A feature's whole way makes several hundred calls.
                let (call, error) = (1 + random.number(400), random.pick([Errno.ioError, .noSpace]))
                try scene.plan()
                let ending = try crash.run(
                    CrashPoint.program("ferry"), ["run", "--once", "--vault", scene.vault.string, "--allow-root"], environment: environment, at: call,
                    failingWith: error, below: [scene.stateHome, scene.cacheHome, scene.vault], trace: scene.folder.appending("trace"))
                let what = "call \(call) failed with \(error); \(ending)"
                #expect(ending != .killed, "\(what)")
                let end = try await scene.runOnce()
                #expect(end == .settled, "\(what)")
                let feature = try await scene.note("Thanks", reaches: .review)
                #expect(feature.run == RunNumber(1), "\(what)")
                let note = try scene.read("Thanks", in: .review)
                #expect(note.contains(Hello.wordNote("thanks")), "\(what):\n\(note)")
                #expect(note.split(separator: "<!-- ferry:begin -->").count == 2, "\(what):\n\(note)")
                #expect(try scene.names(in: scene.folders.state).allSatisfy { !$0.hasPrefix("corrupt-") }, "\(what)")
                let branches = try await scene.git("branch", "--list", "ferry/*")
                #expect(branches.split(separator: "\n").count == 1, "\(what): \(branches)")
            }
        }

        /// A commit that the disk called a failure may be there all the same: its last frame is in the log when the call that makes it safe fails, and
        /// stays there where the log cannot be folded into the database either.
        @Test(arguments: 0..<Repetitions.count(2, long: 112))
        func `an error of the database's log, wherever it comes, keeps the service from nothing`(number: Int) async throws {
            let calls = Repetitions.count(2, long: 112)
            try await Scene.with(Scene.plain) { scene in
                try Directory.create(scene.folders.state, mode: 0o700)
                let environment = try CrashPoint(in: scene.folder).environment(
                    // A feature's whole way makes some 112 of them.
                    at: 112 * number / calls + Int.random(in: 1...(112 / calls)), count: 2, failingWith: .ioError,
                    below: [FilePath(try scene.folders.database.string + "-wal")], calls: ["fdatasync"], trace: scene.folder.appending("trace"))
                // The first attempt fails for a reason of the machine's, and waits: that end is stored as well.
                let timing = [
                    "FERRY_TIMING": "settle=60 firstTouch=30 noteInterval=50 retryFirst=50 retryCap=400",
                    "FERRY_FAILPOINTS": "claim.afterDone=errno(5)@1",
                ]
                let words = ["run", "--vault", scene.vault.string, "--allow-root"]
                var process = try FerryProcess(words, in: scene, environment: environment.merging(timing) { $1 })
                let notice = scene.vault.pushing(VaultLayout().serving)
                let begun = process
                let isDecided = try await eventually { try FileStatus.ifPresent(notice) != nil || !begun.isRunning }
                #expect(isDecided)
                // A database that cannot be read at the beginning ends the command.
                if !process.isRunning { process = try FerryProcess(words, in: scene, environment: timing) }
                try scene.plan()
                let feature = try await scene.note("Thanks", reaches: .review, within: .seconds(60))
                #expect(feature.run == RunNumber(1))
                #expect(try await scene.git("branch", "--list", "ferry/*").split(separator: "\n").count == 1)
                // What the note shows is on record.
                let isShown = try await eventually { try await scene.record("Thanks")?.keyHistory.last?.hasPrefix("review|") == true }
                #expect(isShown)
                try scene.move("Thanks", .review, .done)
                try await scene.note("Thanks", reaches: .done, within: .seconds(60))
                process.send(SIGTERM)
                #expect(try await process.exitStatus() == 0)
            }
        }

        @Test(.timeLimit(.minutes(1)))
        func `a dashboard that could not be written is written by the service when the disk is well again, and the log tells of it once`()
            async throws
        {
            try await Scene.with { scene in
                let dashboard = scene.vault.appending("90_system").appending("dashboard.md")
                #expect(unlink(dashboard.string) == 0)
                let environment = ["FERRY_FAILPOINTS": "dashboard.beforeIntent=errno(5)", "FERRY_TIMING": "retryFirst=50 retryCap=100"]
                let process = try FerryProcess(["run", "--vault", scene.vault.string, "--allow-root"], in: scene, environment: environment)
                let isWritten = await eventually(within: .seconds(20)) { (try? FileContents.read(dashboard))?.isEmpty == false }
                process.send(SIGTERM)
                #expect(try await process.exitStatus() == 0)
                let log = String(decoding: try FileContents.read(scene.folder.appending("ferry.log")), as: UTF8.self)
                #expect(isWritten, "\(log)")
                #expect(log.split(separator: "Writing the dashboard:").count == 2, "\(log)")
            }
        }
    }
}
