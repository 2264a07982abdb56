internal import Glibc
package import SystemPackage

/// Folders that a repository note may not name: a home, `/`, the vault, Ferry's own folders, and whatever holds one of them.
package struct OffLimits: Hashable, Sendable {
    private let home: FilePath
    /// Nothing at, above or below these.
    private let closed: [FilePath]
    /// Where not, no disk is asked.
    private var followsLinks = true

    /// All paths are absolute. `ferry`: state, cache and configuration of Ferry itself.
    package init(home: FilePath, vault: FilePath, ferry: [FilePath]) {
        self.home = Self.resolved(home)
        closed = ([vault] + ferry).map(Self.resolved)
    }

    /// The same, going by the names alone: for folders on a disk that does not answer.
    package var byNames: OffLimits {
        var limits = self
        limits.followsLinks = false
        return limits
    }

    /// An absolute path, `~` filled in; `nil` for a relative one.
    func absolute(_ text: String) -> FilePath? {
        if text == "~" { return home }
        if text.hasPrefix("~/") { return home.appending(String(text.dropFirst(2))).lexicallyNormalized() }
        let path = FilePath(text)
        return path.isAbsolute && !text.utf8.contains(0) ? path.lexicallyNormalized() : nil
    }

    /// Why the folder may not be used, as the end of a sentence; `nil` if it may. Links are followed, so that none leads past this.
    ///
    /// `vaultMayLieInside`: a repository may hold the vault if the vault is a protected path there, which others check.
    func reason(against path: FilePath, vaultMayLieInside: Bool) -> String? {
        let path = followsLinks ? Self.resolved(path) : path.lexicallyNormalized()
        if path.components.isEmpty { return "is the whole file system" }
        if path == home { return "is a home folder" }
        if home.starts(with: path) || path == "/home" { return "holds home folders" }
        if path.removingLastComponent() == "/home" || path == "/root" { return "is a home folder" }
        for (index, folder) in closed.enumerated() {
            let name = index == 0 ? "the vault" : "Ferry's own folder \(folder)"
            if path == folder { return "is \(name)" }
            if path.starts(with: folder) { return "lies in \(name)" }
            if folder.starts(with: path), index > 0 || !vaultMayLieInside { return "holds \(name)" }
        }
        return nil
    }

    /// Without links; a path that is not there only lexically.
    private static func resolved(_ path: FilePath) -> FilePath {
        guard let real = path.withPlatformString({ realpath($0, nil) }) else { return path.lexicallyNormalized() }
        defer { free(real) }
        return FilePath(platformString: real)
    }
}
