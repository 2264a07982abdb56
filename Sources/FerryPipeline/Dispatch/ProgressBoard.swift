package import FerryModel
internal import Synchronization

/// What the agents are doing right now, for the live display and `ferry status`. In memory; nothing depends on it.
package final class ProgressBoard: Sendable {
    package struct Entry: Hashable, Sendable {
        package var feature: FeatureID
        package var stage: String
        package var agent: AgentProgress?
    }
    private let entries = Mutex<[FeatureID: Entry]>([:])
    /// One element when something changed since the last one was taken. Of each agent that is answered it is many a second.
    package let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation
    /// One element when a feature has come to another stage since the last one was taken.
    package let stages: AsyncStream<Void>
    private let staged: AsyncStream<Void>.Continuation

    package init() {
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        (stages, staged) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    package var current: [Entry] { entries.withLock { $0.values.sorted { $0.feature < $1.feature } } }

    /// Says what a feature is doing now, in place of what was said before.
    package func set(_ feature: FeatureID, stage: String, agent: AgentProgress? = nil) {
        let entry = Entry(feature: feature, stage: stage, agent: agent)
        let before = entries.withLock { $0.updateValue(entry, forKey: feature) }
        changed.yield()
        if before?.stage != stage { staged.yield() }
    }

    /// The feature is doing nothing any more.
    package func clear(_ feature: FeatureID) {
        entries.withLock { $0[feature] = nil }
        changed.yield()
    }
}
