internal import FerryModel
internal import SystemPackage

/// A folder below a state's, as the index has it. It stays in the table when it is gone from the disk: it may return.
struct IndexedFolder: Sendable {
    /// Relative to the vault.
    let path: FilePath
    let state: FeatureState
    /// The state's own folder is 0.
    let depth: Int
    let parent: Int?
    /// Folders directly below, gone ones too.
    var children: [Int] = []
    /// Places of its notes among the index's records, in the order of their names' bytes.
    var notes: [UInt32] = []
    var device: UInt64 = 0
    /// Other than what `takeChangedFolders` gave last.
    var isChanged = false
    /// Notes that were left open when it was last stored.
    var openNames: Set<FilePath> = []
}
