internal import FerrySystem
internal import FerryTestSupport
internal import FerryWatch
internal import SystemPackage

/// A vault with a watcher on `10_features` and `90_system`, and one that follows it as the service does: it looks where it is told to.
actor WatchedVault {
    nonisolated let root: FilePath
    nonisolated let watcher: VaultWatcher
    /// All changes since the last `forget`.
    private(set) var changes: Set<VaultChange> = []
    /// The files that it has found and that were still there at the last look.
    private(set) var files: Set<FilePath> = []
    private var cookies = 0

    init(_ root: FilePath) throws {
        self.root = root
        watcher = try VaultWatcher(root: root, folders: ["10_features", "90_system"])
        files = Self.filesBelow(root)
    }

    /// Follows the watcher until the fact holds.
    func follow(until fact: (Set<VaultChange>, Set<FilePath>) -> Bool) async {
        if fact(changes, files) { return }
        for await _ in watcher.signals {
            for change in watcher.take() { look(change) }
            if fact(changes, files) { return }
        }
    }

    /// As `follow`, without looking at the files.
    func followOnce(until fact: (Set<VaultChange>) -> Bool) async {
        for await _ in watcher.signals {
            changes.formUnion(watcher.take())
            if fact(changes) { return }
        }
    }

    /// Follows the watcher until all that has happened so far is known: events come in order, so the one of a new file comes last.
    func followAll() async throws {
        cookies += 1
        let cookie = root.appending("90_system/cookie-\(cookies)")
        try touch(cookie)
        // A look at everything answers for single events, which are announced no more then.
        await follow { changes, files in changes.contains(.file(cookie)) || (changes.contains(.everything) && files.contains(cookie)) }
    }

    func forget() { changes = [] }

    /// Announced changes, without the cookies.
    func announced() -> Set<VaultChange> {
        changes.filter { if case .file(let path) = $0 { path.lastComponent?.string.hasPrefix("cookie-") == false } else { true } }
    }

    private func look(_ change: VaultChange) {
        changes.insert(change)
        switch change {
        case .file(let path):
            if (try? FileStatus.ifPresent(path))??.kind == .regular { files.insert(path) } else { files.remove(path) }
        case .folder(let path): files = files.filter { !$0.starts(with: path) }.union(Self.filesBelow(path))
        case .everything, .unreliable: files = Self.filesBelow(root)
        }
    }

    /// The folder and all below it.
    static func foldersBelow(_ folder: FilePath) -> [FilePath] {
        let inner = (try? Directory.entries(of: folder)) ?? []
        return [folder] + inner.filter { $0.kind == .directory }.flatMap { foldersBelow(folder.appending($0.name)) }
    }

    static func filesBelow(_ folder: FilePath) -> Set<FilePath> {
        var files: Set<FilePath> = []
        for entry in (try? Directory.entries(of: folder)) ?? [] {
            let path = folder.appending(entry.name)
            if entry.kind == .directory { files.formUnion(filesBelow(path)) } else { files.insert(path) }
        }
        return files
    }
}

/// Makes or truncates a file, writes and closes it, as a simple editor does.
func touch(_ path: FilePath, _ text: String = "text") throws {
    let file = try FileDescriptor.open(path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite])
    try file.closeAfter { _ = try file.writeAll(text.utf8) }
}

/// rename(2) without replacing.
func move(_ from: FilePath, _ to: FilePath) throws { try Renaming.move(from, to: to) }

@discardableResult
func withWatchedVault<Result>(
    _ files: [String: String] = [:], function: String = #function,
    _ body: (_ vault: WatchedVault, _ planned: FilePath, _ outside: FilePath) async throws -> Result
) async throws -> Result {
    let folders = ["vault/10_features/01_ideas/": "", "vault/10_features/03_planned/": "", "vault/90_system/": "", "outside/": ""]
    return try await withScratch(folders.merging(files) { $1 }, function: function) { scratch in
        let vault = try WatchedVault(scratch.appending("vault"))
        defer { vault.watcher.stop() }
        return try await body(vault, scratch.appending("vault/10_features/03_planned"), scratch.appending("outside"))
    }
}
