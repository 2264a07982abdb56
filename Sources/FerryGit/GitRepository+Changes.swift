internal import SystemPackage

extension GitRepository {
    /// What differs between two commits, sorted by path. Attributes of the tree hide nothing.
    package func changes(from old: CommitID, to new: CommitID) async throws -> [FileChange] {
        let output = try await plumbing(Self.diffTree + ["--raw", "--numstat", "-z", "--end-of-options", old.hex, new.hex]).output()
        let (raw, rest) = Self.parseRaw(output)
        var counts: [FilePath: (Int?, Int?)] = [:]
        for line in rest.split(separator: 0) {
            let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            counts[FilePath(bytes: parts[2])] = (Int(String(decoding: parts[0], as: UTF8.self)), Int(String(decoding: parts[1], as: UTF8.self)))
        }
        return raw.compactMap { change in
            guard let kind = FileChange.Kind(rawValue: change.letter) else { return nil }
            let (added, deleted) = counts[change.path] ?? (0, 0)
            return FileChange(
                path: change.path, kind: kind, oldMode: change.oldMode, newMode: change.newMode, addedLines: added, deletedLines: deleted)
        }
    }

    /// The whole difference as text, binary files too, cut after `limit` bytes.
    package func diff(from old: CommitID, to new: CommitID, limit: Int = 4 << 20) async throws -> DiffText {
        try await diff(old.hex, new.hex, limit: limit)
    }

    /// As above, to a tree that no commit holds yet.
    package func diff(from old: CommitID, to new: TreeID, limit: Int) async throws -> DiffText {
        try await diff(old.hex, new.hex, limit: limit)
    }

    private func diff(_ old: String, _ new: String, limit: Int) async throws -> DiffText {
        let command = plumbing(
            Self.diffTree + [
                "--patch", "--text", "--no-color", "--unified=3", "--src-prefix=a/", "--dst-prefix=b/", "--end-of-options", old, new,
            ],
            limit: limit)
        let answer = try await command.run()
        guard answer.status == 0 || answer.isTruncated else { throw command.failure(answer) }
        return DiffText(bytes: answer.output, isTruncated: answer.isTruncated)
    }

    struct RawChange {
        let oldMode: FileMode
        let newMode: FileMode
        let newObject: String
        let letter: String
        let path: FilePath
    }

    func rawChanges(from old: String, to new: String) async throws -> [RawChange] {
        Self.parseRaw(try await plumbing(Self.diffTree + ["--raw", "-z", "--end-of-options", old, new]).output()).changes
    }

    private static let diffTree = ["diff-tree", "-r", "--no-ext-diff", "--no-textconv", "--no-renames", "--full-index"]

    /// Reads `:100644 100755 OLD NEW M` NUL path NUL, as often as it comes; the rest is what follows.
    private static func parseRaw(_ output: [UInt8]) -> (changes: [RawChange], rest: ArraySlice<UInt8>) {
        var changes: [RawChange] = []
        var rest = output[...]
        while rest.first == UInt8(ascii: ":"), let end = rest.firstIndex(of: 0), let pathEnd = rest[(end + 1)...].firstIndex(of: 0) {
            let words = String(decoding: rest[..<end].dropFirst(), as: UTF8.self).split(separator: " ")
            if words.count == 5 {
                let path = FilePath(bytes: rest[(end + 1)..<pathEnd])
                changes.append(
                    RawChange(
                        oldMode: FileMode(words[0]), newMode: FileMode(words[1]), newObject: String(words[3]), letter: String(words[4]), path: path))
            }
            rest = rest[(pathEnd + 1)...]
        }
        return (changes, rest)
    }
}
