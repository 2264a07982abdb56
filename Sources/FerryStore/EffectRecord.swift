/// Something that a run does to the world: begun before it is done, ended after. One that was begun and has not ended is not assumed to have
/// happened or not: whoever goes on asks the world.
package struct EffectRecord: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable {
        /// The first message of an agent's conversation, with all that is sent along.
        case conversation
        case modelCall
        /// A tool call that may change the worktree.
        case writingCall
        /// A tool call that only reads, and may be made again.
        case readingCall
        /// The session of an agent program of somebody else's, by which it can go on. It stands below the call that the program's work is.
        case session
        /// How an agent's stage was stopped, and to which state it was put back.
        case stop
        case branch
        case merge
    }
    /// Unique in the run, the same whenever it is tried: `phase-1/code/0/turn-3`. What stands before a slash is the part that it belongs to.
    package var key: String
    package var kind: Kind
    /// What is to be done; read only by what wrote it.
    package var request: String
    /// What came of it; `nil` where the end was not seen.
    package var result: String?
    /// The object of git that holds the worktree as it was afterwards.
    package var checkpoint: String?

    package init(key: String, kind: Kind, request: String, result: String? = nil, checkpoint: String? = nil) {
        self.key = key
        self.kind = kind
        self.request = request
        self.result = result
        self.checkpoint = checkpoint
    }
}
