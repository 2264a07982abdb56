internal import FerrySystem
internal import Glibc
internal import SystemPackage

/// Where the parts of a user's repository lie. Found by looking at files; no program is run.
struct RepositoryLayout: Hashable, Sendable {
    /// The folder that the user calls the repository, without symbolic links.
    let top: FilePath
    let gitDirectory: FilePath
    let isBare: Bool

    var objects: FilePath { gitDirectory.appending("objects") }

    /// Throws `GitError` with `notARepository`, `notTopFolder` or `unsupported`.
    static func find(_ path: FilePath) throws -> RepositoryLayout {
        guard let top = resolved(path), let status = try? FileStatus(of: top), status.kind == .directory else {
            throw GitError(.notARepository, "\(path) is not a folder.", remedy: "Give the folder of a git repository.")
        }
        guard String(validating: top) != nil else {
            throw GitError(.unsupported, "The path \(top) is not valid UTF-8.", remedy: "Rename the folder.")
        }
        if let found = resolved(top.appending(".git")) {
            return try layout(top: top, dotGit: found)
        }
        if isGitDirectory(top) { return RepositoryLayout(top: top, gitDirectory: top, isBare: true) }
        var above = top
        while above.removeLastComponent() {
            if resolved(above.appending(".git")) != nil {
                throw GitError(.notTopFolder, "\(path) is a folder inside the repository \(above).", remedy: "Give \(above).")
            }
        }
        throw GitError(
            .notARepository, "\(path) is not a git repository.", remedy: "Run `git init` in it and commit something, or give another folder.")
    }

    private static func layout(top: FilePath, dotGit: FilePath) throws -> RepositoryLayout {
        if isGitDirectory(dotGit) { return RepositoryLayout(top: top, gitDirectory: dotGit, isBare: false) }
        guard let target = pointer(in: dotGit, prefix: "gitdir: ", from: top) else {
            throw GitError(
                .notARepository, "\(top.appending(".git")) is no git directory.", remedy: "Look at it with `git -C \(top) status`.")
        }
        if let common = pointer(in: target.appending("commondir"), prefix: "", from: target) {
            let main = common.lastComponent?.string == ".git" ? common.removingLastComponent() : common
            throw GitError(.notTopFolder, "\(top) is a linked worktree of \(main).", remedy: "Give \(main).")
        }
        guard isGitDirectory(target) else {
            throw GitError(
                .notARepository, "\(top.appending(".git")) points to \(target), which is no git directory.", remedy: "Give another folder.")
        }
        return RepositoryLayout(top: top, gitDirectory: target, isBare: false)
    }

    /// The path in a small file of git's, made absolute; `nil` where the file is not there, has another form, or leads nowhere.
    static func pointer(in file: FilePath, prefix: String, from folder: FilePath) -> FilePath? {
        guard let bytes = try? FileContents.read(file, limit: 1 << 16), bytes.starts(with: prefix.utf8) else { return nil }
        let target = String(decoding: bytes.dropFirst(prefix.utf8.count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return resolved(folder.pushing(FilePath(target)))
    }

    static func isGitDirectory(_ path: FilePath) -> Bool {
        ["HEAD", "objects", "refs"].allSatisfy { (try? FileStatus.ifPresent(path.appending($0))).flatMap { $0 } != nil }
    }

    /// realpath(3); `nil` where nothing is there.
    static func resolved(_ path: FilePath) -> FilePath? {
        path.withPlatformString { name in
            guard let found = realpath(name, nil) else { return nil }
            defer { free(found) }
            return FilePath(platformString: found)
        }
    }
}
