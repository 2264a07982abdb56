internal import Synchronization

/// How often each conversation was given the errors of its turns. This is all that playing a script remembers.
package final class ScriptedErrors: Sendable {
    private let counts = Mutex<[String: Int]>([:])

    package init() {}

    /// The turn's error, as long as it was not given as often as the script says. Asking counts.
    package func due(_ turn: ScriptedTurn, at place: ModelScript.Place, firstUserText: String) -> ModelError? {
        guard let error = turn.error, let limit = turn.errorCount else { return turn.error }
        return counts.withLock { counts in
            let key = "\(place.entry) \(place.turn) \(firstUserText)"
            counts[key, default: 0] += 1
            return counts[key, default: 0] <= limit ? error : nil
        }
    }
}
