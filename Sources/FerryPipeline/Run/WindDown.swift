internal import Synchronization

/// Asks work to come to an end by itself: nothing new is begun, and what is under way is finished. Set once, for the rest of the process.
package final class WindDown: Sendable {
    private let asked = Atomic(false)

    package init() {}

    /// Whether it was asked.
    package var isAsked: Bool { asked.load(ordering: .acquiring) }
    /// From any thread; more than once is the same.
    package func ask() { asked.store(true, ordering: .releasing) }

    /// To be called where nothing is half done. Throws `CancellationError` once it was asked: the work goes on from here at the next start.
    package func check() throws { if isAsked { throw CancellationError() } }
}
