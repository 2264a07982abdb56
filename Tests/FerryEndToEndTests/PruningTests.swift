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
    /// What old runs have left.
    @Suite(.timeLimit(.minutes(1)))
    struct PruningTests {
        @Test func `what an old run left goes, but for its own note, what a person wrote, its branch, and what the newest run needs`() async throws {
            let answers: [Answer] = [
                .planner(), .coder(run: 1, writes: Hello.farewellWhole), .coder(run: 2, writes: Hello.word("thanks")), .tester(), .reviewer(),
            ]
            try await Scene.with(answers, settings: ["keep_runs": "1"]) { scene in
                try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                #expect(try await scene.runOnce() == .settled)
                let runs = FilePath("40_runs/FR-001")
                try scene.change(runs.appending("FR-001 run-1 diff.md")) { $0 += "\nA word of mine.\n" }
                try scene.edit("Say goodbye", in: .review) { $0 += "\n## Feedback\nSay thanks, too.\n" }
                try scene.move("Say goodbye", .review, .planned)
                let folders = try scene.folders
                let (id, first, second) = (FeatureID(number: 1), RunNumber(1), RunNumber(2))
                try await scene.whileServing({
                    $0.timing.upkeepInterval = .milliseconds(50)
                    $0.timing.snapshotInterval = .milliseconds(200)
                }) {
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    #expect(feature.run == second)
                    let isGone = await eventually { (try? FileStatus.ifPresent(folders.run(id, first))) == .some(nil) }
                    #expect(isGone)
                    let areGone = await eventually {
                        ((try? scene.names(in: scene.vault.pushing(runs))) ?? []).count { $0.hasPrefix("FR-001 run-1") } == 2
                    }
                    #expect(areGone)
                }
                let names = try scene.names(in: scene.vault.pushing(runs))
                #expect(names.filter { $0.hasPrefix("FR-001 run-1") } == ["FR-001 run-1 diff.md", "FR-001 run-1.md"], "\(names)")
                #expect(names.contains("FR-001 run-2 coder.md") || names.contains("FR-001 run-2 code.md"), "\(names)")
                #expect(try FileStatus.ifPresent(folders.workspace(id, first)) == nil)
                #expect(try FileStatus.ifPresent(folders.run(id, second)) != nil && FileStatus.ifPresent(folders.workspace(id, second)) != nil)
                #expect(try scene.names(in: folders.state.appending("snapshots")).count >= 1)
                #expect(try await !scene.git("branch", "--list", "ferry/FR-001-*").isEmpty)
            }
        }

        @Test func `what was fetched for a repository that rests goes with its age, and what a kill left half copied at the next start`()
            async throws
        {
            try await Scene.with { scene in
                let folders = try scene.folders
                let old = timespec(tv_sec: time(nil) - 91 * 86_400, tv_nsec: 0)
                let seeds = ["hello", "gone", "fresh"].map { folders.cache(of: RepositoryName($0)) }
                for seed in seeds { try FerryTestSupport.write(["home-1/a": "a"], below: seed) }
                try FerryTestSupport.write(["incoming-7/a": "a"], below: seeds[2])
                for seed in seeds.dropLast() { #expect(utimensat(AT_FDCWD, seed.string, [old, old], 0) == 0) }
                let requests = [ContentHash(of: [1]), ContentHash(of: [2])]
                for request in requests { try folders.askToGo(request) }
                let forgotten = folders.state.appending("go").appending(requests[0].description)
                #expect(utimensat(AT_FDCWD, forgotten.string, [old, old], 0) == 0)
                try await scene.whileServing({ $0.timing.upkeepInterval = .milliseconds(50) }) {
                    let isGone = await eventually {
                        seeds.dropLast().allSatisfy { (try? FileStatus.ifPresent($0)) == .some(nil) } && !folders.isAskedToGo(requests[0])
                    }
                    #expect(isGone)
                }
                // A repository without a note may get it back.
                #expect(try scene.names(in: seeds[2]) == ["home-1"])
                #expect(folders.isAskedToGo(requests[1]))
            }
        }
    }
}
