internal import FerryModel
internal import FerrySystem
internal import SystemPackage

/// The note, in Ferry's git directory, that a branch of the user's is being moved, with the checkout they have of it: there from before the first touch until the branch is set.
struct MoveNote: Hashable, Sendable {
    let branch: BranchName
    /// `nil` for a branch that is made.
    let old: CommitID?
    let new: CommitID
    let checkout: Checkout?

    private static func file(_ branch: BranchName, in directory: PrivateGitDirectory) -> FilePath {
        directory.moves.appending(ContentHash(of: Array(branch.rawValue.utf8)).description)
    }

    /// Fields end in NUL: a path may hold anything else.
    func write(in directory: PrivateGitDirectory) throws {
        var fields = [Array(branch.rawValue.utf8), Array((old?.hex ?? "none").utf8), Array(new.hex.utf8)]
        if let checkout { fields += [checkout.folder.bytes, checkout.gitDirectory.bytes] }
        try FileContents.write(fields.flatMap { $0 + [0] }, to: Self.file(branch, in: directory))
    }

    /// The note with the time it was written, in nanoseconds since 1970.
    static func read(_ branch: BranchName, in directory: PrivateGitDirectory) throws -> (note: MoveNote, written: Int64)? {
        try read(file(branch, in: directory))
    }

    static func all(in directory: PrivateGitDirectory) throws -> [MoveNote] {
        try Directory.entries(of: directory.moves).compactMap { try read(directory.moves.appending($0.name))?.note }
    }

    static func remove(_ branch: BranchName, in directory: PrivateGitDirectory) throws {
        try Directory.removeTree(file(branch, in: directory))
    }

    private static func read(_ file: FilePath) throws -> (note: MoveNote, written: Int64)? {
        guard let status = try FileStatus.ifPresent(file) else { return nil }
        let fields = try FileContents.read(file, limit: 1 << 16).split(separator: 0)
        guard fields.count == 3 || fields.count == 5, let branch = BranchName(String(decoding: fields[0], as: UTF8.self)),
            let new = CommitID(String(decoding: fields[2], as: UTF8.self))
        else { return nil }
        let old = CommitID(String(decoding: fields[1], as: UTF8.self))
        let checkout = fields.count == 5 ? Checkout(folder: FilePath(bytes: fields[3]), gitDirectory: FilePath(bytes: fields[4])) : nil
        return (MoveNote(branch: branch, old: old, new: new, checkout: checkout), status.modified)
    }
}
