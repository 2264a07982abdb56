package import FerryModel
package import FerrySystem
package import SystemPackage

/// A note in a state folder, as a look found it.
package struct NoteSighting: Hashable, Sendable {
    /// Relative to the vault.
    package var path: FilePath
    /// The folder it lies in.
    package var state: FeatureState
    package var inode: UInt64
    package var hash: ContentHash
    /// The `id` key, where it holds one.
    package var id: FeatureID?
    /// The `status` key, where it holds a state.
    package var status: FeatureState?
    /// Ferry's keys in one line, as `FeatureRecord.keyHistory` has them.
    package var keys: String
    /// Since the content was last written, by the file's own time.
    package var age: Duration
    /// Nothing to work on yet: empty, `Untitled`, or open in an editor that keeps a lock file.
    package var isUnready: Bool

    package init(
        path: FilePath, state: FeatureState, inode: UInt64, hash: ContentHash, id: FeatureID? = nil, status: FeatureState? = nil,
        keys: String = "", age: Duration, isUnready: Bool = false
    ) {
        self.path = path
        self.state = state
        self.inode = inode
        self.hash = hash
        self.id = id
        self.status = status
        self.keys = keys
        self.age = age
        self.isUnready = isUnready
    }
}
