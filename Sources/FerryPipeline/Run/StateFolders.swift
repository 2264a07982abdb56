package import FerryModel
package import FerrySystem
internal import FerryVault
internal import Glibc
package import SystemPackage

/// Where Ferry keeps what is not in the vault: below `$XDG_STATE_HOME/ferry/<vault id>` what it must not lose,
/// below `$XDG_CACHE_HOME/ferry/<vault id>` what it can make again. All folders are 0700.
package struct StateFolders: Hashable, Sendable {
    package let state: FilePath
    package let cache: FilePath

    /// Throws `Errno` when the folders cannot be made.
    package init(
        vaultID: String, state: FilePath = Self.base("XDG_STATE_HOME", ".local/state"), cache: FilePath = Self.base("XDG_CACHE_HOME", ".cache")
    )
        throws
    {
        self.state = state.appending("ferry").appending(vaultID)
        self.cache = cache.appending("ferry").appending(vaultID)
        try Directory.create(self.state, mode: 0o700)
        try Directory.create(self.cache, mode: 0o700)
    }

    package var database: FilePath { state.appending("ferry.db") }
    package var lock: FilePath { state.appending("lock") }
    /// How the service is, for `ferry status`.
    package var health: FilePath { state.appending("health.json") }
    /// The journal of writes into the vault.
    package var writes: FilePath { state.appending("writes") }

    /// This version of a note need not be quiet before it starts (`ferry go`); a service that begins later heeds it, too. Throws `Errno`.
    package func askToGo(_ version: ContentHash) throws {
        try Directory.create(goRequests, mode: 0o700)
        try FileContents.write([UInt8](), to: goRequest(version))
    }

    /// Whether that was asked of this version.
    package func isAskedToGo(_ version: ContentHash) -> Bool { ((try? FileStatus.ifPresent(goRequest(version))) ?? nil) != nil }

    private func goRequest(_ version: ContentHash) -> FilePath { goRequests.appending(version.description) }

    /// What was asked for so, a file for each version of a note.
    var goRequests: FilePath { state.appending("go") }

    /// Removes what a kill cut off: temporaries of writes in the state folder itself, and copies that were to become the seed of a repository's homes.
    /// To be called under the lock. Throws `Errno`.
    package func removeLeftovers() throws {
        for folder in try FileStatus.ifPresent(prepared) == nil ? [] : Directory.folders(of: prepared) {
            let seeds = prepared.appending(folder)
            for entry in try Directory.folders(of: seeds) where entry.string.hasPrefix(RepositoryCache.incoming) {
                try Directory.removeTree(seeds.appending(entry))
            }
        }
        for entry in try Directory.entries(of: state) where entry.name.string.hasPrefix(".ferry-") && entry.kind == .regular {
            try Directory.removeTree(state.appending(entry.name))
        }
    }

    /// Ferry's own git directory for a repository.
    package func gitDirectory(of repository: RepositoryName) -> FilePath {
        state.appending("git").appending(Self.fileName(repository.rawValue))
    }

    /// The two, in words.
    package var places: [DiskSpace.Place] { [.init("Ferry's state", state), .init("Ferry's cache", cache)] }

    /// All that work on a repository for a vault writes to.
    func places(vault: FilePath, _ repository: RepositoryNote) -> [DiskSpace.Place] {
        places + [.init("the vault", vault), .init("the repository \(repository.name)", repository.path)]
    }

    /// What Ferry keeps of all runs, a folder for each feature.
    package var runs: FilePath { state.appending("runs") }

    /// Transcripts in full, logs and long outputs of a run.
    package func run(_ feature: FeatureID, _ run: RunNumber) -> FilePath {
        runs.appending(feature.description).appending("run-\(run)")
    }

    /// What preparing a repository has fetched.
    package func cache(of repository: RepositoryName) -> FilePath { prepared.appending(Self.fileName(repository.rawValue)) }

    /// The same of all repositories, a folder for each.
    var prepared: FilePath { cache.appending("prepared") }

    /// What Ferry can make again of all runs, a folder for each feature.
    package var workspaces: FilePath { cache.appending("work") }

    /// Worktree, git, tmp and home of a run.
    package func workspace(_ feature: FeatureID, _ run: RunNumber) -> FilePath {
        workspaces.appending(feature.description).appending("run-\(run)")
    }

    /// A base folder of the XDG Base Directory specification: the variable where it holds an absolute path, else below the home.
    package static func base(_ variable: String, _ fallback: String) -> FilePath {
        if let value = getenv(variable).map({ FilePath(String(cString: $0)) }), value.isAbsolute { return value }
        return home.appending(fallback)
    }

    package static var home: FilePath {
        if let value = getenv("HOME").map({ FilePath(String(cString: $0)) }), value.isAbsolute { return value }
        return getpwuid(getuid()).map { FilePath(String(cString: $0.pointee.pw_dir)) } ?? "/"
    }

    /// A repository's name as one path component: other bytes than letters, digits, `-`, `_` and `.` as `%` and two digits.
    private static func fileName(_ name: String) -> String {
        var text = ""
        for byte in name.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"): text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%" + String(byte, radix: 16)
            }
        }
        return text
    }
}
