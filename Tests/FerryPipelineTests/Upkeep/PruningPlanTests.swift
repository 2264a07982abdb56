internal import FerryModel
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

struct PruningPlanTests {
    private func folder(_ feature: Int, _ run: Int, days: Int = 0, megabytes: Int64 = 1, _ kind: PruningPlan.Folder.Kind = .record)
        -> PruningPlan.Folder
    {
        .init(
            kind: kind, feature: FeatureID(number: feature), run: RunNumber(run), path: FilePath("/\(kind)/\(feature)/run-\(run)"),
            age: .seconds(days * 86_400), bytes: megabytes << 20)
    }

    private func plan(runs: Int = 20, days: Int = 90, megabytes: Int64 = 1000, needed: [Int: Int] = [:]) -> PruningPlan {
        PruningPlan(
            keepRuns: runs, keepAge: .seconds(days * 86_400), keepBytes: megabytes << 20,
            needed: Dictionary(uniqueKeysWithValues: needed.map { (FeatureID(number: $0.key), RunNumber($0.value)) }))
    }

    @Test func `of a feature the newest runs are kept`() {
        let folders = (1...5).map { folder(1, $0) }
        #expect(plan(runs: 2).removed(of: folders) == Array(folders[0...2]))
        // Its newest run has left nothing yet.
        #expect(plan(runs: 2, needed: [1: 6]).removed(of: folders) == Array(folders[0...3]))
    }

    @Test func `of what is merged the worktrees go, and the texts stay`() {
        let folders = [folder(1, 1), folder(1, 1, .workspace), folder(2, 1, .workspace)]
        var plan = plan(needed: [2: 1])
        plan.merged = [FeatureID(number: 1)]
        #expect(plan.removed(of: folders) == [folders[1]])
    }

    @Test func `a run that has begun since it was planned keeps its worktree`() {
        let folders = [folder(1, 1, .workspace), folder(1, 2, .workspace), folder(2, 1, .workspace), folder(2, 2, megabytes: 50, .workspace)]
        var plan = plan(megabytes: 1, needed: [1: 1])
        plan.merged = [FeatureID(number: 2)]
        plan.newest = [FeatureID(number: 1): RunNumber(1), FeatureID(number: 2): RunNumber(1)]
        #expect(plan.removed(of: folders) == [folders[2]])
    }

    @Test func `what is old goes, but for features that wait or are at work`() {
        let folders = [folder(1, 1, days: 91), folder(2, 1, days: 91), folder(3, 1, days: 89)]
        #expect(plan(needed: [2: 1]).removed(of: folders) == [folders[0]])
    }

    @Test func `above the size what rests goes, the oldest first, until it fits, and what is needed counts and stays`() {
        let folders = [folder(1, 1, days: 3, megabytes: 40), folder(2, 1, days: 2, megabytes: 40), folder(3, 1, days: 1, megabytes: 40)]
        #expect(plan(megabytes: 90).removed(of: folders) == [folders[0]])
        #expect(plan(megabytes: 50).removed(of: folders) == Array(folders[0...1]))
        #expect(plan(megabytes: 50, needed: [1: 1]).removed(of: folders) == Array(folders[1...2]))
        #expect(plan(megabytes: 1, needed: [1: 1, 2: 1, 3: 1]).removed(of: folders).isEmpty)
    }

    @Test func `the worktree of a run that another followed goes, its transcripts stay`() {
        let folders = [folder(1, 1, .workspace), folder(1, 1), folder(1, 2, .workspace)]
        #expect(plan(needed: [1: 2]).removed(of: folders) == [folders[0]])
    }
}
