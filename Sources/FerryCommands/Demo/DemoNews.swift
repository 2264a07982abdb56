internal import FerryModel
internal import FerryPipeline
internal import FerryStore

/// What the service tells the demo. One consumer.
final class DemoNews: Sendable {
    private let changes: AsyncStream<FeatureRecord>
    private let changed: AsyncStream<FeatureRecord>.Continuation
    private let looks: AsyncStream<Void>
    private let looked: AsyncStream<Void>.Continuation

    init() {
        (changes, changed) = AsyncStream.makeStream()
        (looks, looked) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Has the service tell, besides whoever is told already.
    func follow(_ hooks: inout PipelineHooks) {
        let others = hooks.didChange
        hooks.didChange = { [changed] feature in
            changed.yield(feature)
            await others?(feature)
        }
        hooks.didLook = { [looked] in looked.yield() }
    }

    /// Returns when the service has looked at the vault.
    func look() async throws {
        for await _ in looks { return }
        throw CancellationError()
    }

    /// The next news that fits. Throws `CommandError` when none comes in time.
    func change(within limit: Duration, where fits: @escaping @Sendable (FeatureRecord) -> Bool) async throws -> FeatureRecord {
        try await withThrowingTaskGroup(of: FeatureRecord.self) { group in
            group.addTask { [changes] in
                for await feature in changes where fits(feature) { return feature }
                throw CancellationError()
            }
            group.addTask {
                try await Task.sleep(for: limit)
                throw CommandError(
                    .failed, "The feature did not get on within \(limit.components.seconds) s.",
                    remedy: "`ferry doctor` says whether this machine lacks something.")
            }
            defer { group.cancelAll() }
            guard let feature = try await group.next() else { throw CancellationError() }
            return feature
        }
    }
}
