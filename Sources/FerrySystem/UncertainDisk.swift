internal import Synchronization
package import SystemPackage

/// Questions to a disk that may never answer: a share whose server is gone, a device that hangs. Nobody but a thread of its own waits for it.
package enum UncertainDisk {
    /// Places with a question that was given up and still has no answer.
    private static let silent = Mutex<Set<FilePath>>([])

    /// What `body` returns, which asks the disk at `place`; `nil` where that takes longer than `limit`, and at once while an earlier question about this place
    /// has no answer yet, so that no threads pile up. Throws what `body` throws, and `CancellationError`.
    package static func ask<Answer: Sendable>(
        _ place: FilePath, within limit: Duration, _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer? {
        guard !isSilent(place) else { return nil }
        let question = Question<Answer>()
        let timer = Task {
            try await Task.sleep(awake: limit)
            silent.withLock { if question.end(.success(nil)) { $0.insert(place) } }
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard question.begin(continuation) else { return }
                onOwnThread {
                    let answer = Result { try Optional(body()) }
                    silent.withLock { if !question.end(answer) { $0.remove(place) } }
                }
            }
        } onCancel: {
            question.end(.failure(CancellationError()))
        }
    }

    /// Whether the disk at `place` did not answer when it was last asked, and has not since.
    package static func isSilent(_ place: FilePath) -> Bool { silent.withLock { $0.contains(place) } }

    /// Who asks, until the first answer.
    private final class Question<Answer: Sendable>: Sendable {
        private enum State {
            case new
            case asked(CheckedContinuation<Answer?, any Error>)
            case over
        }
        private let state = Mutex(State.new)

        /// Returns whether it is still to be asked.
        func begin(_ continuation: CheckedContinuation<Answer?, any Error>) -> Bool {
            let isOver = state.withLock { state in
                if case .over = state { return true }
                state = .asked(continuation)
                return false
            }
            if isOver { continuation.resume(throwing: CancellationError()) }
            return !isOver
        }

        /// Returns whether this is the answer that counts.
        @discardableResult
        func end(_ answer: Result<Answer?, any Error>) -> Bool {
            let asker: CheckedContinuation<Answer?, any Error>? = state.withLock { state in
                defer { state = .over }
                if case .asked(let continuation) = state { return continuation }
                return nil
            }
            asker?.resume(with: answer)
            return asker != nil
        }
    }
}
