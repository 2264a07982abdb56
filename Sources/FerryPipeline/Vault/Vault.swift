internal import FerrySystem
package import FerryVault
package import SystemPackage

/// A vault that was found: where it is, who it is, and which folder is for what.
package struct Vault: Hashable, Sendable {
    package let root: FilePath
    /// Random, made by `ferry init`; a copy of the vault has the same.
    package let id: String
    package let layout: VaultLayout
    /// The setting `property_prefix`, as it was when the vault was found.
    package let propertyPrefix: String

    /// Reads the settings note. Throws `VaultError` of kind `unavailable` where there is no vault, or none with an id.
    package static func open(_ root: FilePath) throws -> Vault {
        let settings = VaultLayout().settings
        let bytes: [UInt8]
        do { bytes = try FileContents.read(root.pushing(settings), limit: NoteBytes.sizeLimit) } catch {
            throw VaultError(
                .unavailable, "There is no vault at \(root) (no \(settings))",
                remedy: "make one with `ferry init \(root)`, or name yours with --vault or FERRY_VAULT")
        }
        let note = SettingsNote(NoteBytes(bytes), path: settings.string)
        guard let id = note.vaultID else {
            if let fault = note.faults.first {
                throw VaultError(
                    .unavailable, "The settings of the vault at \(root) cannot be read: \(fault)", remedy: "mend the note, then start again")
            }
            throw VaultError(.unavailable, "The vault at \(root) has no `vault_id` in \(settings)", remedy: "run `ferry init \(root)`, which adds it")
        }
        return Vault(root: root, id: id, layout: note.layout, propertyPrefix: note.propertyPrefix)
    }

    /// What repository notes may not name.
    package func offLimits(home: FilePath, ferry: [FilePath]) -> OffLimits { OffLimits(home: home, vault: root, ferry: ferry) }
}
