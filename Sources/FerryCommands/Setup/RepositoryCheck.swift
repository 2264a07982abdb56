internal import FerryModel
internal import FerryPipeline
internal import FerryVault
internal import SystemPackage

/// What only the vault and a repository note together tell.
struct RepositoryCheck: Sendable {
    let vault: FilePath

    /// Why the vault may not lie where it does in this repository; `nil` where it lies outside, or is protected.
    func vaultInside(_ note: RepositoryNote) -> String? {
        guard let fault = note.vaultFault(vault, note: "") else { return nil }
        return "\(fault.what.prefix(1).uppercased())\(fault.what.dropFirst()): \(fault.remedy)."
    }
}
