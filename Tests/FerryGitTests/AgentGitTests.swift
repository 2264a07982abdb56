@testable internal import FerryGit
internal import FerryModel
internal import FerrySystem
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1))) struct AgentGitTests {
    /// Runs a script as an agent would, with git at the guest's paths.
    private func inside(_ scratch: ScratchRepository, _ script: String, objects: [FilePath]) async throws -> String {
        let stores = objects.enumerated().map { "--ro-bind \($1) /ferry/objects\($0 == 0 ? "" : "-\($0)")" }.joined(separator: " ")
        return try await scratch.sh(
            """
            : > $WT/.git; echo 'gitdir: /ferry/git' > $ROOT/dotgit
            exec bwrap --unshare-all --die-with-parent --clearenv --setenv PATH /usr/bin:/bin --setenv HOME /tmp --tmpfs / --ro-bind /usr /usr \
              --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --proc /proc --dev /dev --tmpfs /tmp \
              --bind $WT /work --ro-bind $ROOT/dotgit /work/.git --bind $ROOT/agentgit /ferry/git \(stores) --chdir /work sh -euc '\(script)' 2>&1
            """)
    }

    @Test(arguments: [false, true])
    func `inside the sandbox git status is clean and commits work, and nothing of them is outside`(shared: Bool) async throws {
        try await ScratchRepository.with(["a.txt": "one\n", ".gitattributes": "*.txt text eol=crlf\n"]) { scratch in
            if shared {
                try await scratch.sh(
                    "git clone -q --shared . $ROOT/other; mv $ROOT/repo $ROOT/origin; mv $ROOT/other $ROOT/repo; echo $ROOT/origin/.git/objects > $ROOT/repo/.git/objects/info/alternates"
                )
            }
            let (repository, worktree, base) = try await scratch.worktree()
            let stores = try repository.objectStores()
            let guest = AgentGit.Guest(worktree: "/work", objects: stores.indices.map { "/ferry/objects" + ($0 == 0 ? "" : "-\($0)") })
            try await repository.createAgentGit(at: scratch.root.appending("agentgit"), base: base, guest: guest)
            let seen = try await inside(
                scratch,
                "git status --porcelain; git log --oneline | wc -l; echo two > b.txt; git add -A; git commit -qm mine; git stash -q; git log -1 --format=%an; git diff --stat HEAD~1",
                objects: stores)
            #expect(
                seen.split(separator: "\n").filter { !$0.contains("alternate") && !$0.contains("object directory") } == [
                    "1", "Ferry agent", " b.txt | 1 +", " 1 file changed, 1 insertion(+)",
                ])
            let commit = try await scratch.commit(repository, worktree, base: base)
            #expect(try await repository.changes(from: base, to: commit).map(\.path) == ["b.txt"])
            #expect(try await scratch.sh("git branch --list | wc -l; git fsck --no-dangling") == "1")
            try await repository.createAgentGit(at: scratch.root.appending("agentgit"), base: commit, guest: guest)
            #expect(
                try await inside(scratch, "git status --porcelain; git log --format=%an -1", objects: stores).split(separator: "\n").last == "Ferry")
        }
    }

    @Test func `what the agent puts into its git directory reaches no host git`() async throws {
        try await ScratchRepository.with { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            let stores = try repository.objectStores()
            try await repository.createAgentGit(
                at: scratch.root.appending("agentgit"), base: base, guest: AgentGit.Guest(worktree: "/work", objects: ["/ferry/objects"]))
            _ = try await inside(
                scratch,
                "git config core.fsmonitor /work/evil; git config filter.x.clean /work/evil; echo \"* filter=x\" > .gitattributes; printf \"#!/bin/sh\\n: > /work/fired\\ncat\\n\" > evil; chmod +x evil; cp evil /ferry/git/hooks 2>/dev/null || true; git status; rm -f fired",
                objects: stores)
            let commit = try await scratch.commit(repository, worktree, base: base)
            try await repository.export(commit, to: scratch.root.appending("out"))
            #expect(scratch.read("trees/work/fired") == nil && scratch.read("out/fired") == nil)
            #expect(try await repository.listFiles(commit).map(\.path) == [".gitattributes", "a.txt", "evil"])
        }
    }
}
