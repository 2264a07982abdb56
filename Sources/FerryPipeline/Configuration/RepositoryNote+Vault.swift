internal import FerryModel
internal import FerrySystem
package import FerryVault
internal import Glibc
package import SystemPackage

/// Reading a repository note, and where a vault lies in a repository, if it does.
extension RepositoryNote {
    /// The vault's path in the repository; `nil` where it lies outside. Links are followed.
    package func place(of vault: FilePath) -> FilePath? {
        guard !path.isEmpty else { return nil }
        var inner = Self.resolved(vault)
        return inner.removePrefix(Self.resolved(path)) ? inner : nil
    }

    /// Why the vault may not lie where it does, as a fault of the note; `nil` where it lies outside, or is protected as a whole.
    package func vaultFault(_ vault: FilePath, note: String) -> NoteFault? {
        guard let inner = place(of: vault) else { return nil }
        if !inner.isEmpty, protected.contains(where: { $0.matches(inner.string) }) { return nil }
        return NoteFault(
            path: note, line: nil, what: "the vault lies inside this repository (\(vault) in \(path)), where a feature could change it",
            remedy: inner.isEmpty ? "move the vault out" : "write `protected: [\(inner)]` in this note, or move the vault out",
            rule: .vaultInRepository)
    }

    /// Reads a note. Where a disk that it names does not answer within `patience`, it goes by the names of the folders alone (`isOnSilentDisk` tells);
    /// nothing is begun there before it answers.
    package static func reading(
        _ bytes: NoteBytes, path: String, _ offLimits: OffLimits, patience: Duration = Timing().diskAnswer
    ) async -> RepositoryNote {
        let byNames = RepositoryNote(bytes, path: path, offLimits: offLimits.byNames)
        // Each by its own name: a folder of tools that does not answer is not the repository.
        for toolchain in byNames.toolchains {
            guard (try? await UncertainDisk.ask(toolchain, within: patience) { try? FileStatus.ifPresent(toolchain) }) != nil else { return byNames }
        }
        let whole = try? await UncertainDisk.ask(byNames.path, within: patience) { RepositoryNote(bytes, path: path, offLimits: offLimits) }
        return whole ?? byNames
    }

    /// A disk that the note names did not answer when it was last asked, the repository's or one with tools.
    package var isOnSilentDisk: Bool { ([path] + toolchains).contains(where: UncertainDisk.isSilent) }

    private static func resolved(_ path: FilePath) -> FilePath {
        guard let real = path.withPlatformString({ realpath($0, nil) }) else { return path.lexicallyNormalized() }
        defer { free(real) }
        return FilePath(platformString: real)
    }
}
