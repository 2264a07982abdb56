/// What keeps a history right, by name. The sweep takes one away and wants to see the suite fail.
enum Guard: String, CaseIterable, Sendable {
    /// The end of an attempt is stored only under its claim.
    case fence
    /// A step that is on record is not done again.
    case journal
    /// A start puts back what the process before it held.
    case release
    /// A merge asks git first whether it has happened.
    case askGit
    /// A branch is moved only from where it was looked at.
    case compareAndSwap
    /// Dependants wait until the feature is done, not until it was approved.
    case dependency
    /// A slot is free when the attempt is gone, not when it is told to end.
    case slot
    /// Money is reserved before a call.
    case reserve
    /// A call is settled however it ended.
    case settle
    /// What has failed is tried again.
    case retry
    /// The breaker lets one try when its wait is over.
    case probe
    /// A note is written only over what was read.
    case noteCompare
    /// A note that lies in planned is dispatched once.
    case dispatchOnce
    /// The stop is told to the queue.
    case stop
    /// What a stop has ended goes back into the queue, also where the stop was taken back before that end.
    case putBack
    /// At a start the approved merges are taken up.
    case takeUp
}

/// What a history found wrong.
struct Violation: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// The process is gone, and all that it had in memory.
struct Killed: Error {}

/// A call of the disk, git or the sandbox that failed.
struct CallFailed: Error {}
