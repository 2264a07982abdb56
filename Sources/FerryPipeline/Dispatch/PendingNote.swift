internal import FerrySystem

/// A note that waits to be written.
struct PendingNote {
    var notBefore: Duration
    var attempt = 0
    /// No change of state: it may wait.
    var isCosmetic = false
    /// When it was asked for.
    var since = BootClock.now
}
