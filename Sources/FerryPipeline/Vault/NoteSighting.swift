package import FerryModel
package import FerrySystem
package import SystemPackage

/// A note in a state folder, as a look found it.
package struct NoteSighting: Hashable, Sendable {
    /// Relative to the vault.
    package var path: FilePath
    /// The folder it lies in.
    package var state: FeatureState
    package var hash: ContentHash
    /// The `id` key, where it holds one.
    package var id: FeatureID?
    /// The `status` key, where it holds a state.
    package var status: FeatureState?
    /// Ferry's keys in one line, as `FeatureRecord.keyHistory` has them.
    package var keys: String
    /// Ferry's block in short, as `FeatureRecord.block` has it; `nil` where the note has none.
    package var block: String?
    /// Since anything was last done to the file, by this machine's own clock: a file that came with an old date is as young as its coming.
    package var age: Duration
    /// Nothing to work on yet: empty, `Untitled`, or open in an editor that keeps a lock file.
    package var isUnready: Bool
    /// Where the same file lay at the look before, if it lay elsewhere.
    package var movedFrom: FilePath?
    /// … and in which state, if in another.
    package var cameFrom: FeatureState?
    /// … and nothing was written into it since.
    package var isMovedUnchanged: Bool
    /// `status` held another value at the look before, at the same place.
    package var isStatusEdited: Bool
    /// Ferry has worked on it: it names a branch, or was done.
    package var hasRun: Bool

    package init(
        path: FilePath, state: FeatureState, hash: ContentHash, id: FeatureID? = nil, status: FeatureState? = nil, keys: String = "",
        block: String? = nil, age: Duration, isUnready: Bool = false, movedFrom: FilePath? = nil, cameFrom: FeatureState? = nil,
        isMovedUnchanged: Bool = false, isStatusEdited: Bool = false, hasRun: Bool = false
    ) {
        self.path = path
        self.state = state
        self.hash = hash
        self.id = id
        self.status = status
        self.keys = keys
        self.block = block
        self.age = age
        self.isUnready = isUnready
        self.movedFrom = movedFrom
        self.cameFrom = cameFrom
        self.isMovedUnchanged = isMovedUnchanged
        self.isStatusEdited = isStatusEdited
        self.hasRun = hasRun
    }
}
