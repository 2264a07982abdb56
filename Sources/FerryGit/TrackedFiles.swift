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

    /// Those of the paths that are not known to be in the index.
    func unknown(among paths: [FilePath]) -> [FilePath] {
        let untold = paths.filter { known[$0] == nil }
        return paths.filter { known[$0] == false } + (first?.absent(among: untold) ?? untold)
    }

    /// A file that has gone is forgotten: when it comes back it may be one that `.gitignore` excludes.
    mutating func set(_ path: FilePath, _ isTracked: Bool) { known[path] = isTracked }
}
