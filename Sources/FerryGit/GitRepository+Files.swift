internal import FerrySystem
package import SystemPackage

extension GitRepository {
    /// Every file of a commit, sorted by path as git sorts.
    package func listFiles(_ commit: CommitID) async throws -> [TreeEntry] { try await entries(of: commit.hex) }

    func entries(of treeish: String) async throws -> [TreeEntry] {
        try await plumbing(["ls-tree", "-r", "-z", "-l", "--full-tree", treeish]).output().split(separator: 0).compactMap { line in
            guard let tab = line.firstIndex(of: UInt8(ascii: "\t")) else { return nil }
            let words = String(decoding: line[..<tab], as: UTF8.self).split(separator: " ")
            guard words.count == 4 else { return nil }
            return TreeEntry(
                path: FilePath(bytes: line[line.index(after: tab)...]), mode: FileMode(words[0]), size: Int(words[3]) ?? 0, object: String(words[2]))
        }
    }

    /// The bytes of one file of a commit (of a link: its target).
    /// Throws `GitError`: `fileMissing`, `fileTooLarge` above `limit` bytes.
    package func fileContents(_ path: FilePath, in commit: CommitID, limit: Int = 16 << 20) async throws -> [UInt8] {
        let question = Array("\(commit.hex):".utf8) + path.bytes + [0]
        let missing = GitError(.fileMissing, "There is no file \(path) in \(commit.short).", remedy: "Look at the list of its files.")
        // `commit:./x` would be read as relative to a folder.
        guard path.isRelative, !path.isEmpty, path.components.allSatisfy({ $0.kind == .regular }) else { throw missing }
        let answer = try await plumbing(["cat-file", "--batch", "-z"], input: question, limit: limit + 256).output()
        guard let end = answer.firstIndex(of: UInt8(ascii: "\n")) else { throw missing }
        let words = String(decoding: answer[..<end], as: UTF8.self).split(separator: " ")
        guard words.count == 3, words[1] == "blob", let size = Int(words[2]) else { throw missing }
        let content = answer[(end + 1)...].prefix(size)
        guard size <= limit, content.count == size else {
            throw GitError(
                .fileTooLarge, "\(path) in \(commit.short) has \(size) bytes; the limit is \(limit).", remedy: "Read a part of it in a checkout.")
        }
        return Array(content)
    }

    /// Writes exactly the files of a commit into a folder that is empty or not there; no `.git`, no filter, no attribute.
    package func export(_ commit: CommitID, to folder: FilePath) async throws {
        let folder = try Self.absolute(folder)
        try await withFileErrors("exporting \(commit.short) to \(folder)") {
            try Directory.create(folder, mode: 0o700)
            guard try Directory.entries(of: folder).isEmpty else {
                throw GitError(.failed, "\(folder) is not empty.", remedy: "Give a new folder.")
            }
        }
        try await withIndex { try await checkOut(commit.hex, into: folder, index: $0) }
    }

    /// The folder is there and empty; the index is not there, and afterwards knows the files that were written.
    func checkOut(_ treeish: String, into folder: FilePath, index: FilePath) async throws {
        _ = try await plumbing(["read-tree", treeish], index: index).output()
        _ = try await plumbing(["checkout-index", "--all", "--force", "--quiet", "--index"], index: index, workTree: folder).output()
    }

    /// Turns what the file system says into a `GitError`.
    func withFileErrors<Result>(_ action: String, _ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let error as Errno {
            throw GitError(.failed, "\(action) failed: \(error).", remedy: "Look at the disk and the folder's rights; Ferry tries again.")
        }
    }
}
