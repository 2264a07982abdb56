internal import FerrySystem
internal import SystemPackage

/// A folder of the user's in which a branch is checked out: the main one or a linked worktree. Read from git's files.
struct Checkout: Hashable, Sendable {
    let folder: FilePath
    /// `.git`, or `.git/worktrees/NAME`.
    let gitDirectory: FilePath

    /// What is under way there, in words (`a merge`); `nil` when nothing is.
    func operation() throws -> String? {
        for (name, words) in Self.operations where try FileStatus.ifPresent(gitDirectory.appending(name)) != nil { return words }
        return nil
    }

    private static let operations = [
        ("MERGE_HEAD", "a merge"), ("rebase-merge", "a rebase"), ("rebase-apply", "a rebase"), ("CHERRY_PICK_HEAD", "a cherry-pick"),
        ("REVERT_HEAD", "a revert"), ("BISECT_LOG", "a bisect"), ("sequencer", "a sequence of picks"),
    ]

    /// Whether a rebase or bisect there began from the branch; then HEAD does not name it.
    func holds(_ branch: BranchName) -> Bool {
        for name in ["rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"] {
            guard let bytes = try? FileContents.read(gitDirectory.pushing(FilePath(name)), limit: 4096) else { continue }
            let text = String(decoding: bytes, as: UTF8.self).trimmingLineEnd
            if text == branch.reference || text == branch.rawValue { return true }
        }
        return false
    }
}

extension GitRepository {
    /// All checkouts of the user's that are there, the main one first.
    func checkouts() throws -> [Checkout] {
        var checkouts = layout.isBare ? [] : [Checkout(folder: layout.top, gitDirectory: layout.gitDirectory)]
        let linked = layout.gitDirectory.appending("worktrees")
        guard try FileStatus.ifPresent(linked)?.kind == .directory else { return checkouts }
        for entry in try Directory.entries(of: linked) {
            let gitDirectory = linked.appending(entry.name)
            // A worktree whose folder is gone is no checkout any more (`git worktree prune` forgets it).
            guard let dotGit = RepositoryLayout.pointer(in: gitDirectory.appending("gitdir"), prefix: "", from: gitDirectory) else { continue }
            checkouts.append(Checkout(folder: dotGit.removingLastComponent(), gitDirectory: gitDirectory))
        }
        return checkouts
    }

    /// The branch that HEAD names in a git directory of the user's, whether it is there or not; `nil` when HEAD is a commit.
    func headBranch(of gitDirectory: FilePath) async throws -> BranchName? {
        let command = references("symbolic-ref", "--quiet", "HEAD", gitDirectory: gitDirectory)
        let answer = try await command.run()
        guard answer.status <= 1 else { throw command.failure(answer) }
        let name = String(decoding: answer.output, as: UTF8.self).trimmingLineEnd
        return name.hasPrefix("refs/heads/") ? BranchName(name.dropFirst("refs/heads/".count)) : nil
    }

    /// A command that reads or writes the files of a user's checkout: hooks off, and every filter and driver that the
    /// configuration defines made to do nothing, whatever attributes name it.
    func command(in checkout: Checkout, _ arguments: [String], input: [UInt8] = []) async throws -> GitCommand {
        let settings = GitEnvironment.overrides + GitEnvironment.neutralising(try await configuration().settings.map(\.key))
        var environment = GitEnvironment.base
        environment["GIT_DIR"] = checkout.gitDirectory.string
        environment["GIT_WORK_TREE"] = checkout.folder.string
        environment.merge(GitEnvironment.variables(for: settings)) { $1 }
        return GitCommand(program: program.executable, arguments: arguments, environment: environment, input: input)
    }

    /// Tracked files of the checkout that differ from its HEAD, in the index or on the disk.
    func dirtyFiles(in checkout: Checkout) async throws -> [FilePath] {
        let output = try await command(
            in: checkout, ["status", "--porcelain=v2", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames", "--no-ahead-behind"]
        ).output()
        return output.split(separator: 0).compactMap { line in
            // `1 XY sub mH mI mW hH hI path`, `u XY sub m1 m2 m3 mW h1 h2 h3 path` (git-status(1), porcelain format 2).
            let fields = line.first == UInt8(ascii: "u") ? 10 : 8
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: fields)
            return parts.count == fields + 1 ? FilePath(bytes: parts[fields]) : nil
        }
    }
}
