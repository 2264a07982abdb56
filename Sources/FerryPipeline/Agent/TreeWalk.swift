internal import FerrySystem
internal import SystemPackage

/// The paths of a worktree in byte order, without following links, up to a bound.
struct TreeWalk: Sendable {
    static let limit = 50_000
    /// Deeper folders are left out.
    private static let deepest = 64

    /// Regular files and links below `folder`.
    private(set) var files: [FilePath] = []
    /// Whether the bound was reached, so that there are more.
    private(set) var isCut = false

    /// Throws `CancellationError`, or `Errno` where `folder` itself cannot be listed; an unreadable folder below it is passed over.
    init(_ tree: ConfinedFiles, from folder: FilePath) async throws {
        try await visit(tree, folder, try tree.entries(of: folder), depth: 0)
    }

    private mutating func visit(_ tree: ConfinedFiles, _ folder: FilePath, _ entries: [Directory.Entry], depth: Int) async throws {
        try Task.checkCancellation()
        // A large tree must not hold one of the few threads of the pool.
        await Task.yield()
        for entry in entries {
            let path = folder.appending(entry.name)
            let kind = try entry.kind ?? tree.status(of: path)?.kind
            switch kind {
            case .directory:
                guard depth < Self.deepest, let inner = try? tree.entries(of: path) else { continue }
                try await visit(tree, path, inner, depth: depth + 1)
            case .regular, .link:
                guard files.count < Self.limit else { return isCut = true }
                files.append(path)
            case .other, nil: break
            }
            if isCut { return }
        }
    }
}
