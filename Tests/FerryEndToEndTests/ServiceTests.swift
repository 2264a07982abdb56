internal import FerryModel
internal import FerryPipeline
internal import FerryService
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import Synchronization
internal import SystemPackage
internal import Testing

@testable internal import FerryCommands

extension EndToEnd {
    /// `ferry run` under a service manager.
    @Suite(.timeLimit(.minutes(2)))
    struct ServiceTests {
        private let name = "Say goodbye"

        /// A service whose manager is the listener, with a watchdog of two seconds.
        private func serve(_ scene: Scene, _ arguments: [String] = [], _ others: [String: String] = [:]) throws -> (FerryProcess, NotifyListener) {
            let socket = scene.folder.appending("notify-\(UInt16.random(in: .min ... .max))").string
            let listener = try NotifyListener(socket)
            let environment = ["NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "2000000"].merging(others) { $1 }
            let process = try FerryProcess(["run", "--vault", scene.vault.string, "--allow-root"] + arguments, in: scene, environment: environment)
            return (process, listener)
        }

        private func status(_ scene: Scene) async throws -> StatusReport { try await FeatureReader(scene.view()).status() }

        @Test func `a service says when it is ready and how it is, and finishes a turn before it stops`() async throws {
            let gate = Gate()
            let answers: [Answer] = [
                .planner(), Answer.coder(writes: Hello.farewellWhole).held(by: gate), .tester(), .reviewer(),
            ]
            try await Scene.with(answers) { scene in
                try scene.write(Hello.farewell, name, in: .planned)
                let (process, listener) = try serve(scene)
                try await gate.reached()
                #expect(await eventually { listener.lines("STATUS=1 at work").count > 0 })
                // The job was queued by the look before which it is not ready.
                #expect(listener.lines("READY=1").count == 1)
                #expect(try text(scene.vault.pushing(VaultLayout().serving)).contains("machine: "))
                #expect(try await eventually { try await status(scene).service?.atWork == ["FR-001": "code"] })
                let report = try await status(scene)
                let service = try #require(report.service)
                #expect(service.isLive && service.isReady && service.isManaged && service.watcher == "events")
                #expect(service.disk.allSatisfy { ($0.freeBytes ?? 0) > 0 })
                #expect(service.isOldProgram == false && report.isServed)

                // A process that stands still says nothing, whatever its timers do afterwards.
                process.send(SIGSTOP)
                let before = listener.lines("WATCHDOG=1").count
                #expect(await !eventually(within: .milliseconds(1500)) { listener.lines("WATCHDOG=1").count > before + 1 })
                process.send(SIGCONT)
                #expect(await eventually { listener.lines("WATCHDOG=1").count > before + 2 })

                process.send(SIGTERM)
                #expect(await eventually { listener.lines("STOPPING=1").count == 1 })
                #expect(await eventually { listener.lines("STATUS=stopping; 1 at work").count > 0 })
                #expect(process.isRunning)
                gate.open()
                #expect(try await process.exitStatus() == 0)
                #expect(scene.turns == ["planner 1", "coder 1"])
                #expect(try FileStatus.ifPresent(scene.vault.pushing(VaultLayout().serving)) == nil)
                let after = try await status(scene)
                #expect(after.service == nil && !after.isServed && after.lastService == nil)
                #expect(try await scene.reading { try await $0.openJobs().count } == 1)
                // The files of that turn were written, and no attempt was used: it goes on in the same run.
                try await scene.whileServing {
                    let feature = try await scene.note(name, reaches: .review)
                    #expect(feature.run == RunNumber(1))
                }
                #expect(scene.prompts("planner").count == 1)
            }
        }

        @Test func `a second signal stops at once, and what was under way goes on`() async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), Answer.coder(writes: Hello.farewellWhole).held(by: gate), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                try scene.write(Hello.farewell, name, in: .planned)
                let (process, listener) = try serve(scene)
                try await gate.reached()
                process.send(SIGTERM)
                #expect(await eventually { listener.lines("STOPPING=1").count == 1 })
                process.send(SIGINT)
                #expect(try await process.exitStatus(within: .seconds(5)) == 0)
                gate.open()
                try await scene.whileServing {
                    let feature = try await scene.note(name, reaches: .review)
                    #expect(feature.run == RunNumber(1))
                }
            }
        }

        @Test func `a signal that comes while Ferry opens its database ends it when that is done, and a second one at once`() async throws {
            try await Scene.with { scene in
                let go = scene.folder.appending("go")
                for signals in [[SIGTERM], [SIGTERM, SIGINT]] {
                    let trace = scene.folder.appending("trace-\(signals.count)")
                    let environment = ["FERRY_FAILPOINTS": "start.beforeIntent=wait(\(go))", "FERRY_FAILPOINT_TRACE": trace.string]
                    let (process, listener) = try serve(scene, [], environment)
                    #expect(await eventually { (try? text(trace).contains("start.beforeIntent")) == true })
                    for signal in signals {
                        process.send(signal)
                        try await Task.sleep(for: .milliseconds(200))
                    }
                    #expect(process.isRunning == (signals.count == 1))
                    try FileContents.write([], to: go)
                    #expect(try await process.exitStatus() == (signals.count == 1 ? 0 : 128 + SIGINT))
                    #expect(listener.lines("READY=1").isEmpty)
                    #expect(unlink(go.string) == 0)
                }
            }
        }

        @Test func `a kill is told of, and what it left is tidied`() async throws {
            try await Scene.with { scene in
                let socket = "@ferry-test-\(UInt32.random(in: .min ... .max))"
                let (process, _) = try serve(scene)
                #expect(try await eventually { try await status(scene).service?.isReady == true })
                process.kill()
                let leftover = try scene.folders.state.appending(".ferry-1234")
                try FileContents.write([1], to: leftover)
                #expect(try await status(scene).lastService?.contains("ended without stopping") == true)
                let (again, listener) = try serve(scene, [], ["NOTIFY_SOCKET": socket])
                #expect(try await eventually { try await status(scene).service?.isReady == true })
                #expect(listener.messages.isEmpty && again.isRunning)
                #expect(try FileStatus.ifPresent(leftover) == nil)
                let events = try await scene.reading { try await $0.events(limit: 20).map(\.text) } ?? []
                #expect(events.contains { $0.hasPrefix("the service before (process ") })
            }
        }

        private final class Flag: Sendable { let isUp = Atomic(false) }

        @Test func `a loop that hangs feeds no watchdog, though its timers go on`() async throws {
            try await Scene.with { scene in
                let name = "@ferry-test-\(UInt32.random(in: .min ... .max))"
                let listener = try NotifyListener(name)
                let (gate, hangs) = (Gate(), Flag())
                try await scene.whileServing { options in
                    options.notices = ServiceNotices(environment: ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "400000"])
                    options.hooks.didLook = { if hangs.isUp.load(ordering: .acquiring) { try? await gate.pass() } }
                } _: {
                    #expect(await eventually { listener.lines("WATCHDOG=1").count > 2 })
                    hangs.isUp.store(true, ordering: .releasing)
                    try scene.write("# An idea", "Idea", in: .ideas)
                    try await gate.reached()
                    let fed = listener.lines("WATCHDOG=1").count
                    // One answer may have been on its way.
                    #expect(await !eventually(within: .seconds(1)) { listener.lines("WATCHDOG=1").count > fed + 1 })
                    gate.open()
                    #expect(await eventually { listener.lines("WATCHDOG=1").count > fed + 1 })
                }
            }
        }

        @Test func `what only a person can mend ends with 78, and what mends itself is waited for`() async throws {
            try await Scene.with { scene in
                let settings = scene.vault.pushing(VaultLayout().settings)
                let whole = try text(settings)
                try FileContents.write(Array(whole.replacing(/vault_id:.*\n/, with: "").utf8), to: settings)
                let (broken, _) = try serve(scene)
                #expect(try await broken.exitStatus() == 78)
                #expect(try text(scene.folder.appending("ferry.log")).contains("has no `vault_id`"))
                // Not mounted yet.
                let elsewhere = scene.folder.appending("elsewhere")
                try FileContents.write(Array(whole.utf8), to: settings)
                try scene.rename(scene.vault, elsewhere)
                let (process, listener) = try serve(scene)
                #expect(await eventually { listener.lines("STATUS=The vault").count > 0 })
                #expect(listener.lines("EXTEND_TIMEOUT_USEC=").count > 0 && listener.lines("READY").isEmpty)
                try scene.rename(elsewhere, scene.vault)
                #expect(await eventually { listener.lines("READY=1").count == 1 })
                process.send(SIGTERM)
                #expect(try await process.exitStatus() == 0)
            }
        }

        @Test func `folders that it cannot make yet are waited for, and named`() async throws {
            try await Scene.with { scene in
                let state = scene.stateHome.appending("ferry")
                try Directory.create(scene.stateHome)
                try Directory.removeTree(state)
                try FileContents.write([], to: state)
                let (process, listener) = try serve(scene)
                #expect(await eventually { listener.lines("STATUS=Ferry's folders in \(state)").count > 0 })
                try Directory.removeTree(state)
                #expect(await eventually(within: .seconds(20)) { listener.lines("READY=1").count == 1 })
                process.send(SIGTERM)
                #expect(try await process.exitStatus() == 0)
            }
        }

        @Test func `what the health file says comes soon after what it tells of`() async throws {
            let gate = Gate()
            let answers: [Answer] = [.planner(), Answer.coder(writes: Hello.farewellWhole).held(by: gate), .tester(), .reviewer()]
            try await Scene.with(answers) { scene in
                try scene.write(Hello.farewell, name, in: .planned)
                // Without a watchdog a beat comes every 20 s.
                let process = try FerryProcess(["run", "--vault", scene.vault.string, "--allow-root"], in: scene)
                try await gate.reached()
                #expect(try await eventually(within: .seconds(8)) { try await status(scene).service?.atWork == ["FR-001": "code"] })
                gate.open()
                try await scene.note(name, reaches: .review)
                #expect(try await eventually(within: .seconds(8)) { try await status(scene).service?.status.contains("1 to decide") == true })
                process.send(SIGTERM)
                #expect(try await process.exitStatus() == 0)
            }
        }

        @Test func `asked to stop while it waits for its own folders, it stops`() async throws {
            try await Scene.with { scene in
                let (first, _) = try serve(scene)
                #expect(try await eventually { try await status(scene).service?.isReady == true })
                // The terminal is closed.
                first.send(SIGHUP)
                #expect(try await first.exitStatus() == 0)
                let state = try scene.folders.state
                #expect(chmod(state.string, 0o500) == 0)
                defer { _ = chmod(state.string, 0o700) }
                let (process, listener) = try serve(scene)
                #expect(await eventually { listener.lines("EXTEND_TIMEOUT_USEC=").count > 0 })
                process.send(SIGTERM)
                #expect(try await process.exitStatus() == 0)
            }
        }

        // MARK: Another machine

        private func notice(since: String, seen: String) -> [UInt8] {
            Array("---\nmachine: 0123456789abcdef\nhost: tower\nboot: b\nsince: \(since)\nseen: \(seen)\n---\n".utf8)
        }

        @Test func `a vault that another machine serves is left to it, unless it is taken over`() async throws {
            try await Scene.with { scene in
                let path = scene.vault.pushing(VaultLayout().serving)
                let now = Store.now
                try FileContents.write(notice(since: now, seen: now), to: path)
                let (process, _) = try serve(scene)
                #expect(try await process.exitStatus() == 78)
                let log = try text(scene.folder.appending("ferry.log"))
                #expect(log.contains("Ferry on tower serves this vault") && log.contains("--takeover"))
                #expect(try FileContents.read(path) == notice(since: now, seen: now))

                try await scene.whileServing {
                    $0.takesOver = true
                } _: {
                    #expect(await eventually { (try? text(path).contains("host: tower")) == false })
                    // A stale copy that a sync tool brings back is not heeded.
                    try FileContents.write(notice(since: "2026-01-01T00:00:00Z", seen: now), to: path)
                    try scene.write("# An idea", "Idea", in: .planned)
                    #expect(try await eventually { try await scene.record("Idea") != nil })
                }
                // Long unseen.
                try FileContents.write(notice(since: "2026-01-01T00:00:00Z", seen: "2026-01-02T00:00:00Z"), to: path)
                try await scene.whileServing { #expect(await eventually { (try? text(path).contains("host: tower")) == false }) }
            }
        }

        @Test func `another Ferry of this machine with another state folder is turned away, and may take the vault over`() async throws {
            try await Scene.with { scene in
                let path = scene.vault.pushing(VaultLayout().serving)
                let (first, _) = try serve(scene)
                #expect(await eventually { (try? text(path).contains("process: ")) == true })
                let elsewhere = [
                    "XDG_STATE_HOME": scene.folder.appending("state-2").string, "XDG_CACHE_HOME": scene.folder.appending("cache-2").string,
                ]
                let (second, _) = try serve(scene, [], elsewhere)
                #expect(try await second.exitStatus() == 78)
                #expect(try text(scene.folder.appending("ferry.log")).contains("with another state folder, serves this vault"))
                #expect(first.isRunning)
                let (third, _) = try serve(scene, ["--takeover"], elsewhere)
                #expect(try await first.exitStatus() == 78)
                #expect(third.isRunning)
                #expect(try text(path).contains("process: "))
                // What a kill leaves is nobody's.
                third.kill()
                let (fourth, listener) = try serve(scene)
                #expect(await eventually { listener.lines("READY=1").count == 1 })
                fourth.send(SIGTERM)
                #expect(try await fourth.exitStatus() == 0)
            }
        }

        @Test func `a machine from which the vault is taken over stops, and does not fight`() async throws {
            try await Scene.with { scene in
                let path = scene.vault.pushing(VaultLayout().serving)
                let later = notice(since: "2099-01-01T00:00:00Z", seen: "2099-01-01T00:00:00Z")
                let (process, listener) = try serve(scene)
                #expect(await eventually { listener.lines("READY=1").count == 1 && (try? FileStatus(of: path)) != nil })
                try FileContents.write(later, to: path)
                #expect(try await process.exitStatus() == 78)
                #expect(try FileContents.read(path) == later)
                #expect(try text(scene.folder.appending("ferry.log")).contains("Ferry on tower has taken this vault over"))
            }
        }
    }
}
