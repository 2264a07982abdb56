internal import FerrySystem
internal import SystemPackage

extension GitRepository {
    /// Throws `GitError.unsupported` where the tree of `commit` needs what Ferry does not do: submodules, and filters that
    /// keep other bytes in git than on the disk (LFS, git-crypt, …). Asked before a feature starts from that commit.
    package func requireSupported(_ commit: CommitID) async throws {
        let inspection = try await inspect(commit)
        if inspection.usesSubmodules {
            throw GitError(
                .unsupported, "The repository \(path) uses submodules (at \(commit.short)).",
                remedy:
                    "Ferry takes no submodules: they bring in code that no diff shows. Make a branch that holds their files instead of their links "
                    + "(git rm --cached PATH .gitmodules, remove PATH/.git, git add PATH), and name it as `base` in the note of the repository.")
        }
        if let filter = inspection.changingFilters.first {
            throw GitError(
                .unsupported, "Files of the repository \(path) go through the filter “\(filter)” (.gitattributes at \(commit.short)).",
                remedy: "Ferry runs no filters, so it would work on other bytes than you. Make a branch that holds the files themselves "
                    + "(take `filter=\(filter)` out of .gitattributes, git add --renormalize .), and name it as `base` in the note of the repository."
            )
        }
    }

    func inspect(_ commit: CommitID) async throws -> (usesSubmodules: Bool, filters: [String], changingFilters: [String]) {
        let entries = try await entries(of: commit.hex)
        let submodules = entries.contains { $0.mode == .submodule || $0.path == ".gitmodules" }
        var lines: [UInt8] = []
        for entry in entries where entry.path.lastComponent?.string == ".gitattributes" && entry.mode != .link {
            lines += try await plumbing(["cat-file", "blob", entry.object], limit: 1 << 20).output() + [UInt8(ascii: "\n")]
        }
        let own = layout.gitDirectory.appending("info").appending("attributes")
        if let bytes = try? FileContents.read(own, limit: 1 << 20) { lines += bytes }
        let filters = Self.filters(in: lines)
        return (submodules, filters, try await changing(filters))
    }

    /// The names in `filter=NAME` of attribute lines, sorted.
    static func filters(in attributes: [UInt8]) -> [String] {
        var names: Set<String> = []
        for line in attributes.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            let words = line.split(whereSeparator: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") })
            guard let first = words.first, first.first != UInt8(ascii: "#") else { continue }
            for word in words.dropFirst() where word.starts(with: "filter=".utf8) {
                names.insert(String(decoding: word.dropFirst("filter=".utf8.count), as: UTF8.self))
            }
        }
        return names.sorted()
    }

    /// Those that change what a checkout writes: the known ones, and all for which the user has a program.
    private func changing(_ filters: [String]) async throws -> [String] {
        guard !filters.isEmpty else { return [] }
        let settings = try await configuration().settings
        return filters.filter { filter in
            ["lfs", "git-crypt"].contains(filter)
                || settings.contains { ["filter.\(filter).smudge", "filter.\(filter).process"].contains($0.key) && !["", "cat"].contains($0.value) }
        }
    }

    func requireSupported(_ configuration: RepositoryConfiguration) throws {
        for (key, value) in configuration.settings {
            if key == "extensions.partialclone" || (key.hasPrefix("remote.") && (key.hasSuffix(".promisor") || key.hasSuffix(".partialclonefilter")))
            {
                throw GitError(
                    .unsupported, "The repository \(path) is a partial clone: some of its objects are elsewhere (setting \(key)).",
                    remedy: "Clone it whole: git clone URL DIR, without --filter.")
            }
            if key == "extensions.compatobjectformat" {
                throw GitError(
                    .unsupported, "The repository \(path) keeps two object formats (setting \(key)).", remedy: "Take a repository with one.")
            }
            if key == "core.worktree", RepositoryLayout.resolved(layout.gitDirectory.pushing(FilePath(value))) != layout.top {
                throw GitError(
                    .unsupported, "The repository \(path) has its files elsewhere (setting core.worktree = \(value)).",
                    remedy: "Unset it: git -C \(path) config --unset core.worktree.")
            }
        }
    }

    /// As git calls it, by the name of a commit of the repository. Throws `GitError.noCommits`.
    func objectFormat() async throws -> String {
        var name = try await references("for-each-ref", "--count=1", "--format=%(objectname)", "refs/heads/").output()
        if name.isEmpty {
            let answer = try await references("rev-parse", "--quiet", "--verify", "HEAD^{commit}").run()
            guard answer.status == 0 else {
                throw GitError(.noCommits, "The repository \(path) has no commits yet.", remedy: "Commit something first: git add -A && git commit.")
            }
            name = answer.output
        }
        // 40 digits, or 64 (git's hash-function-transition).
        return String(decoding: name, as: UTF8.self).trimmingLineEnd.utf8.count > 40 ? "sha256" : "sha1"
    }
}
