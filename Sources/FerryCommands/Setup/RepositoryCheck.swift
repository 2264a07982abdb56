internal import FerryModel
internal import FerryVault
internal import SystemPackage

/// What only the vault and a repository note together tell.
struct RepositoryCheck: Sendable {
    let vault: FilePath

    /// Why the vault may not lie where it does in this repository; `nil` where it lies outside, or is protected.
    func vaultInside(_ note: RepositoryNote) -> String? {
        var inner = WorkingFolder.resolved(vault)
        guard !note.path.isEmpty, inner.removePrefix(WorkingFolder.resolved(note.path)) else { return nil }
        if !inner.isEmpty, note.protected.contains(where: { $0.matches(inner.string) }) { return nil }
        return "The vault lies inside this repository (\(inner)), where a feature could change it. Add it to `protected`, or move it out."
    }
}
