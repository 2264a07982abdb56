internal import FerryGit
internal import FerryModel
internal import SystemPackage

/// Keeps the states of a worktree as a run does after each change: for `Benchmarks/checkpoint_cost.py`.
///
/// `FerryCheckpointBench REPOSITORY FOLDER FILE SAMPLES` makes a worktree of `main` in FOLDER, and for each sample writes another text to FILE in it and
/// prints in microseconds what keeping that took.
@main
enum FerryCheckpointBench {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5, let samples = Int(arguments[4]), let main = BranchName("main") else {
            return print("usage: FerryCheckpointBench REPOSITORY FOLDER FILE SAMPLES")
        }
        let folder = FilePath(arguments[2])
        let repository = try await GitRepository.open(path: FilePath(arguments[1]), privateDirectory: folder.appending("git"))
        guard let base = try await repository.tip(of: main) else { return print("there is no main") }
        let worktree = try await repository.createWorktree(at: folder.appending("worktree"), from: base)
        let checkpoints = WorktreeCheckpoints(of: worktree, in: repository, feature: FeatureID(number: 1), run: RunNumber(1))
        try await checkpoints.adopt(try await repository.tree(of: base))
        let clock = ContinuousClock()
        for sample in 0..<samples {
            let file = try FileDescriptor.open(
                worktree.folder.pushing(FilePath(arguments[3])), .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
            _ = try file.closeAfter { try file.writeAll("sample \(sample)\n".utf8) }
            let began = clock.now
            guard case .tree = try await checkpoints.take() else { return print("it was refused") }
            print(Int64((clock.now - began) / .microseconds(1)))
        }
    }
}
