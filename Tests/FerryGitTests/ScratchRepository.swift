@testable internal import FerryGit
internal import FerryModel
internal import FerrySystem
internal import Glibc
internal import SystemPackage
internal import Testing

/// A user's repository in a folder of its own, driven by plain git through a shell, with what Ferry keeps beside it.
struct ScratchRepository {
    let root: FilePath
    var repo: FilePath { root.appending("repo") }
    var state: FilePath { root.appending("state") }
    var worktreeFolder: FilePath { root.appending("trees").appending("work") }

    /// Makes a repository with these files in one commit on `main`, and removes it all afterwards (not with `FERRY_KEEP_SCRATCH=1`).
    static func with(
        _ files: [String: String] = ["a.txt": "one\n"], initialise: String = "git init -q -b main", _ body: (ScratchRepository) async throws -> Void
    ) async throws {
        let temporary = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let root = try #require(RepositoryLayout.resolved(FilePath(temporary))).appending("ferry-git-\(UInt64.random(in: .min ... .max))")
        let scratch = ScratchRepository(root: root)
        defer { if getenv("FERRY_KEEP_SCRATCH") == nil { try? Directory.removeTree(root) } }
        try Directory.create(scratch.repo)
        try Directory.create(root.appending("home"))
        try await scratch.sh(initialise)
        for (name, text) in files { try scratch.write(text, "repo/" + name) }
        if !files.isEmpty { try await scratch.sh("git add -A && git commit -q -m first") }
        try await body(scratch)
    }

    /// Runs a script in the repository as its owner would, with `$ROOT` and `$WT`; fails the test if it fails. Returns its output.
    @discardableResult func sh(_ script: String, in folder: String = "repo") async throws -> String {
        let environment = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": root.appending("home").string, "ROOT": root.string, "WT": worktreeFolder.string,
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "User", "GIT_AUTHOR_EMAIL": "u@x", "GIT_COMMITTER_NAME": "User",
            "GIT_COMMITTER_EMAIL": "u@x", "LC_ALL": "C",
        ]
        let command = GitCommand(
            program: "/bin/sh", arguments: ["-euc", "cd \"$ROOT/\(folder)\"\n" + script], environment: environment, deadline: .seconds(50))
        let answer = try await command.run()
        try #require(answer.status == 0, "\(script)\n\(String(decoding: answer.errors, as: UTF8.self))")
        return String(decoding: answer.output, as: UTF8.self).trimmingLineEnd
    }

    func open() async throws -> GitRepository { try await GitRepository.open(path: repo, privateDirectory: state) }

    /// The repository as Ferry sees it, with a worktree of `main`.
    func worktree() async throws -> (GitRepository, Worktree, CommitID) {
        let repository = try await open()
        let base = try await repository.baseTip(main)
        return (repository, try await repository.createWorktree(at: worktreeFolder, from: base), base)
    }

    /// Snapshot and commit of the worktree; a refusal fails the test.
    func commit(_ repository: GitRepository, _ worktree: Worktree, base: CommitID, time: Int64 = 1000) async throws -> CommitID {
        let outcome = try await repository.snapshot(worktree, base: base)
        guard case .tree(let tree) = outcome else { throw Unexpected(what: "\(outcome)") }
        return try await repository.commit(tree, parents: [base], message: message, time: CommitTime(secondsSince1970: time))
    }

    func write(_ text: String, _ path: String, mode: UInt16 = 0o644) throws {
        let file = root.pushing(FilePath(path))
        try Directory.create(file.removingLastComponent())
        try FileContents.write(Array(text.utf8), to: file, mode: mode)
    }

    func read(_ path: String) -> String? {
        (try? FileContents.read(root.pushing(FilePath(path)))).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether an attack left its sign (`$ROOT/fired`); wipes it.
    func fired() throws -> Bool {
        let sign = root.appending("fired")
        defer { try? Directory.removeTree(sign) }
        return try FileStatus.ifPresent(sign) != nil
    }
}

struct Unexpected: Error { let what: String }

let main = BranchName.named("main")
let feature = BranchName.feature(FeatureID(number: 1), title: "Try")
let message = CommitMessage(subject: "Change", feature: FeatureID(number: 1), run: RunNumber(1), vault: "v1")
let someTime = CommitTime(secondsSince1970: 1_700_000_000)

extension BranchName {
    /// For literals in tests.
    static func named(_ name: String) -> BranchName {
        guard let branch = BranchName(name) else { preconditionFailure("\(name) is no branch name") }
        return branch
    }
}
