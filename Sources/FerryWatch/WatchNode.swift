internal import SystemPackage

/// A watched folder.
struct WatchNode: Sendable {
    /// The watch of the folder that it lies in; `nil` for the vault's own, and for one that has left its place (`WatchTree.strays`).
    var parent: Int32?
    var name: FilePath.Component
    var children: [FilePath.Component: Int32] = [:]
    /// Something in it or below may have no watch: an event could not be followed up where the folder was thought to be.
    var isSuspect = false
}
