internal import Synchronization

/// Whether an answer has begun: a second one may not be sent into it.
final class AnswerState: Sendable {
    private let begun = Atomic(false)
    var hasBegun: Bool { begun.load(ordering: .acquiring) }
    func begin() { begun.store(true, ordering: .releasing) }
}
