package import FerryGit
internal import SystemPackage

extension ProposedChange {
    /// What differs between two commits, with both sides of every file, read by Ferry's git alone. Throws `GitError`.
    package init(from base: CommitID, to head: CommitID, in git: GitRepository) async throws {
        var files: [ChangedFile] = []
        for change in try await git.changes(from: base, to: head) {
            files.append(
                ChangedFile(
                    pathBytes: Self.bytes(of: change.path), kind: ChangedFile.Kind(change.kind),
                    before: try await Self.content(change.path, change.oldMode, in: base, git),
                    after: try await Self.content(change.path, change.newMode, in: head, git), oldMode: change.oldMode.number,
                    newMode: change.newMode.number, addedLines: change.addedLines ?? 0, deletedLines: change.deletedLines ?? 0))
        }
        self.init(files)
    }

    private static func content(_ path: FilePath, _ mode: FerryGit.FileMode, in commit: CommitID, _ git: GitRepository) async throws -> FileContent {
        switch mode {
        case .absent: return .absent
        case .submodule: return .text(SourceText([]))
        case .regular, .executable, .link: break
        }
        do {
            return FileContent(try await git.fileContents(path, in: commit))
        } catch let error as GitError where error.code == .fileTooLarge {
            return .tooLong(bytes: FileContent.longestText)
        }
    }

    private static func bytes(of path: FilePath) -> [UInt8] {
        path.withPlatformString { name in Array(UnsafeBufferPointer(start: name, count: path.length).map { UInt8(bitPattern: $0) }) }
    }
}

extension ChangedFile.Kind {
    init(_ kind: FileChange.Kind) {
        self =
            switch kind {
            case .added: .added
            case .modified: .modified
            case .deleted: .deleted
            case .typeChanged: .typeChanged
            }
    }
}

extension FerryGit.FileMode {
    /// As `ChangedFile.Mode` has it.
    fileprivate var number: UInt32 { UInt32(rawValue, radix: 8) ?? 0 }
}
