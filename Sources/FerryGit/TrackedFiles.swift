internal import SystemPackage

/// Which files of a worktree are known to be in its index. Of all others it is only not known.
struct TrackedFiles: Sendable {
    /// All that was seen then, but for what `known` says.
    private let first: WorktreeSight?
    private var known: [FilePath: Bool] = [:]

    /// Nothing is known.
    init() { first = nil }

    /// All files that were seen are in the index, as right after a checkout.
    init(all sight: WorktreeSight) { first = sight }

    func contains(_ path: FilePath) -> Bool { known[path] ?? first?.contains(path) ?? false }

    /// A file that has gone is forgotten: when it comes back it may be one that `.gitignore` excludes.
    mutating func set(_ path: FilePath, _ isTracked: Bool) { known[path] = isTracked }
}
