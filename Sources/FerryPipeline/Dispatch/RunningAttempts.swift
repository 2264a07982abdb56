internal import FerryModel
internal import Synchronization

/// What is at work beside the dispatcher, an attempt or a merge for each feature. Whoever must end it need not wait for the dispatcher.
final class RunningAttempts: Sendable {
    private let tasks = Mutex<[FeatureID: Task<Void, Never>]>([:])

    subscript(feature: FeatureID) -> Task<Void, Never>? {
        get { tasks.withLock { $0[feature] } }
        set { tasks.withLock { $0[feature] = newValue } }
    }

    var features: [FeatureID] { tasks.withLock { Array($0.keys) } }

    var isEmpty: Bool { tasks.withLock(\.isEmpty) }

    func cancelAll() { for task in tasks.withLock({ Array($0.values) }) { task.cancel() } }
}
