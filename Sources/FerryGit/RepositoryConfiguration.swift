internal import FerrySystem
internal import Synchronization
internal import SystemPackage

/// The settings of a user's git directory, as git lists them: includes followed, in order. A run of a feature asks for them many times; git is asked anew once
/// their files are other ones.
struct RepositoryConfiguration: Sendable {
    let settings: [(key: String, value: String)]
    /// The kind of the repository's object names, as git calls it; `nil` until a commit has told it.
    var objectFormat: String?

    /// What the files were when git read them.
    private let stamps: [FileStamp?]

    /// What is known of the git directory as long as its files are what they were, or what `list`, which asks git, says. `now` as in `FileTimes`.
    static func read(of gitDirectory: FilePath, now: Int64 = FileTimes.now, list: () async throws -> [UInt8]) async throws -> RepositoryConfiguration
    {
        // Taken before git reads: what changes meanwhile is seen the next time.
        let stamps = stamps(of: gitDirectory, now: now)
        if let stamps, let known = known.withLock({ $0[gitDirectory] }), known.stamps == stamps { return known }
        let settings = try await list().split(separator: 0).map { entry in
            let parts = entry.split(separator: UInt8(ascii: "\n"), maxSplits: 1, omittingEmptySubsequences: false)
            return (key: String(decoding: parts[0], as: UTF8.self), value: parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : "true")
        }
        let configuration = RepositoryConfiguration(settings: settings, stamps: stamps ?? [])
        // Files elsewhere are not watched.
        if stamps != nil, !settings.contains(where: { $0.key.hasPrefix("include.") || $0.key.hasPrefix("includeif.") }) {
            configuration.keep(for: gitDirectory)
        }
        return configuration
    }

    /// Remembers what was found out, if the settings themselves are remembered.
    func keep(for gitDirectory: FilePath) {
        guard !stamps.isEmpty else { return }
        Self.known.withLock { $0[gitDirectory] = self }
    }

    private init(settings: [(key: String, value: String)], stamps: [FileStamp?]) {
        self.settings = settings
        self.stamps = stamps
    }

    private static let known = Mutex<[FilePath: RepositoryConfiguration]>([:])

    /// Of all files that git reads settings from in Ferry's environment; `nil` where a change could go by unseen.
    private static func stamps(of gitDirectory: FilePath, now: Int64) -> [FileStamp?]? {
        var stamps: [FileStamp?] = []
        for name in ["config", "config.worktree"] {
            guard let status = try? FileStatus.ifPresent(gitDirectory.appending(name)) else {
                stamps.append(nil)
                continue
            }
            guard status.kind == .regular, status.changed < now - coarsest else { return nil }
            stamps.append(FileStamp(status))
        }
        return stamps
    }

    /// Nanoseconds within which two changes may leave the same stamp: FAT counts in steps of two seconds.
    private static let coarsest: Int64 = 2_000_000_000
}
