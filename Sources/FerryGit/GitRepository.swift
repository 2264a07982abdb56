internal import FerryModel
internal import FerrySystem
package import SystemPackage

/// A user's repository as Ferry uses it. All host-side git goes through this type.
///
/// Snapshots, commits, diffs, exports and merges run in Ferry's private git directory, which shares only the objects with
/// the user's. The user's own git directory is used for branches, and to move a clean checkout forward. See docs/decisions/0004.
package struct GitRepository: Sendable {
    /// The top folder, without symbolic links.
    package let path: FilePath
    package let program: GitProgram
    let layout: RepositoryLayout
    let privateDirectory: PrivateGitDirectory

    /// Opens the repository whose top folder is `path` (a bare one too) and makes or mends Ferry's git directory for it.
    ///
    /// `privateDirectory` lies below Ferry's state folder and belongs to this repository alone; `program` is found when not given.
    /// A disk that does not answer within `patience` counts as one that will not.
    /// Throws `GitError`: `notARepository`, `notTopFolder`, `noCommits`, `unsupported`, `gitMissing`, `gitTooOld`, `failed`, `endless`.
    package static func open(
        path: FilePath, privateDirectory: FilePath, program: GitProgram? = nil, patience: Duration = Timing().diskAnswer
    ) async throws -> GitRepository {
        guard let layout = try await UncertainDisk.ask(path, within: patience, { try RepositoryLayout.find(path) }) else {
            throw GitError(
                .endless, "The disk with \(path) does not answer.", remedy: "See whether it is mounted and its server is there; Ferry tries again.")
        }
        let found: GitProgram
        if let program { found = program } else { found = try await GitProgram.find() }
        let repository = GitRepository(
            path: layout.top, program: found, layout: layout, privateDirectory: PrivateGitDirectory(path: try absolute(privateDirectory)))
        var configuration = try await repository.configuration()
        try repository.requireSupported(configuration)
        let format: String
        if let known = configuration.objectFormat {
            format = known
        } else {
            format = try await repository.objectFormat()
            configuration.objectFormat = format
            configuration.keep(for: layout.gitDirectory)
        }
        do { try repository.privateDirectory.prepare(objectFormat: format) } catch let error as Errno {
            throw GitError(.failed, "Ferry's git folder \(privateDirectory) cannot be made: \(error).", remedy: "Make the state folder writable.")
        }
        return repository
    }

    /// The object stores: the repository's own, then its alternates, as absolute paths. A sandbox needs all of them.
    package func objectStores() throws -> [FilePath] {
        var stores = [layout.objects]
        var next = 0
        while next < stores.count, stores.count < 32 {
            let listing = stores[next].appending("info").appending("alternates")
            if try FileStatus.ifPresent(listing) != nil {
                for line in try FileContents.read(listing, limit: 1 << 20).split(separator: UInt8(ascii: "\n")) where line.first != UInt8(ascii: "#")
                {
                    let store = stores[next].pushing(FilePath(String(decoding: line, as: UTF8.self)))
                    if let store = RepositoryLayout.resolved(store), !stores.contains(store) { stores.append(store) }
                }
            }
            next += 1
        }
        return stores
    }

    // MARK: Commands

    /// A command in Ferry's private git directory. Neither the user's configuration nor that of a worktree can reach it.
    func plumbing(
        _ arguments: [String], index: FilePath? = nil, workTree: FilePath? = nil, variables: [String: String] = [:], input: [UInt8] = [],
        limit: Int = 256 << 20
    ) -> GitCommand {
        var environment = GitEnvironment.base.merging(variables) { $1 }
        environment["GIT_DIR"] = privateDirectory.path.string
        environment["GIT_OBJECT_DIRECTORY"] = layout.objects.string
        environment["GIT_SHALLOW_FILE"] = layout.gitDirectory.appending("shallow").string
        environment["GIT_INDEX_FILE"] = (index ?? privateDirectory.path.appending("no-index")).string
        if let workTree { environment["GIT_WORK_TREE"] = workTree.string }
        return GitCommand(
            program: program.executable, arguments: arguments, environment: environment, input: input, outputLimit: limit)
    }

    /// A command about branches or settings in the user's own git directory, without hooks. It touches no file of a checkout.
    func references(_ arguments: String..., gitDirectory: FilePath? = nil, input: [UInt8] = []) -> GitCommand {
        var environment = GitEnvironment.base
        environment["GIT_DIR"] = (gitDirectory ?? layout.gitDirectory).string
        environment.merge(GitEnvironment.variables(for: GitEnvironment.overrides)) { $1 }
        return GitCommand(program: program.executable, arguments: arguments, environment: environment, input: input)
    }

    /// Runs `body` with the path of an index file that is not there yet, and removes it afterwards.
    func withIndex<Result>(_ body: (FilePath) async throws -> Result) async throws -> Result {
        let index = privateDirectory.indexes.appending("index-\(UInt64.random(in: .min ... .max))")
        defer {
            try? Directory.removeTree(index)
            try? Directory.removeTree(FilePath(index.string + ".lock"))
        }
        return try await body(index)
    }

    /// Puts on the disk what git has made in the repository, objects and branches: git syncs their content (`GitEnvironment.synced`), and not the folders that
    /// name them. What Ferry's database says of them afterwards outlives a loss of power, on whatever disk the database is.
    func keepNames() async throws {
        try await withFileErrors("keeping what is new in \(layout.objects)") {
            // As git calls its own half-made objects, which its maintenance takes away.
            try await waiting { [layout] in try Directory.syncNames(below: layout.objects, prefix: "tmp_obj_ferry") }
        }
    }

    /// What waits for the disk, on a thread of its own.
    func waiting(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            onOwnThread { done.resume(with: Result { try body() }) }
        }
    }

    /// The settings of the user's git directory.
    func configuration() async throws -> RepositoryConfiguration {
        try await RepositoryConfiguration.read(of: layout.gitDirectory) { try await references("config", "--list", "-z").output() }
    }

    static func absolute(_ path: FilePath) throws -> FilePath {
        guard path.isAbsolute, String(validating: path) != nil else {
            throw GitError(.failed, "\(path) is no absolute path in UTF-8.", remedy: "Give the whole path.")
        }
        return path.lexicallyNormalized()
    }
}

extension String {
    var trimmingLineEnd: String { hasSuffix("\n") ? String(dropLast()) : self }
}
