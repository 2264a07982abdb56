internal import FerrySystem
package import SystemPackage

/// The throw-away git directory that an agent may use inside the sandbox. Host git never reads it once it is made.
package enum AgentGit {
    /// Where it and the repository's object stores appear inside the sandbox.
    package struct Guest: Hashable, Sendable {
        package var worktree: String
        package var objects: [String]

        /// `worktree` as in `SandboxPolicy.guestWorktree`; `objects` in the order of `GitRepository.objectStores()`.
        package init(worktree: String, objects: [String]) {
            self.worktree = worktree
            self.objects = objects
        }
    }
}

extension GitRepository {
    /// Makes the git directory anew at `folder`: a branch `work` at `base`, an index that matches it, objects borrowed from the guest's paths.
    /// Throws `GitError`.
    package func createAgentGit(at folder: FilePath, base: CommitID, guest: AgentGit.Guest) async throws {
        let folder = try Self.absolute(folder)
        try await withFileErrors("making the agent's git folder \(folder)") {
            try Directory.removeTree(folder)
            for name in ["refs/heads", "objects/info", "objects/pack", "info"] { try Directory.create(folder.pushing(FilePath(name)), mode: 0o700) }
            let format = base.hex.utf8.count == 64 ? "sha256" : "sha1"
            let files = [
                "HEAD": "ref: refs/heads/work\n", "refs/heads/work": base.hex + "\n",
                "objects/info/alternates": guest.objects.map { $0 + "\n" }.joined(),
                "info/attributes": String(decoding: PinnedAttributes.content, as: UTF8.self),
                "config": configuration(format, guest),
            ]
            for (name, text) in files { try FileContents.write(Array(text.utf8), to: folder.pushing(FilePath(name))) }
            let shallow = layout.gitDirectory.appending("shallow")
            if try FileStatus.ifPresent(shallow) != nil {
                try FileContents.write(FileContents.read(shallow), to: folder.appending("shallow"))
            }
            _ = try await plumbing(["read-tree", base.hex], index: folder.appending("index")).output()
        }
    }

    private func configuration(_ objectFormat: String, _ guest: AgentGit.Guest) -> String {
        """
        [core]
        \trepositoryFormatVersion = 1
        \tbare = false
        \tworktree = \(guest.worktree)
        \tfileMode = true
        \tlogAllRefUpdates = true
        [extensions]
        \tobjectFormat = \(objectFormat)
        [user]
        \tname = Ferry agent
        \temail = agent@localhost
        [gc]
        \tauto = 0
        [maintenance]
        \tauto = false
        [advice]
        \tdetachedHead = false

        """
    }
}
