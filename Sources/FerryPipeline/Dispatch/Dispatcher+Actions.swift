internal import FerryModel
internal import FerryStore
internal import FerrySystem

/// What `DispatchState` has decided is begun and ended here, each thing once.
extension Dispatcher {
    func carryOut(_ action: DispatchState.Action, in group: inout DiscardingTaskGroup) async {
        switch action {
        case .cancel(let feature):
            if let attempt = attempts[feature] { return attempt.cancel() }
            // Owed and never begun; there is nobody else who would say that it has ended.
            if state.runningFeatures.contains(feature), !isEnding(feature) { notify(.attemptEnded(feature, .cancelled, nil)) }
        case .start(let feature):
            // Owed once: what an error kept from being carried out is asked for again.
            // Under the emergency stop it stays owed, whether or not a look has seen the note.
            guard attempts[feature] == nil, state.runningFeatures.contains(feature), !desk.isStopped, !isShuttingDown,
                await hasSpace(for: feature)
            else { return }
            let prepared = await attempt(at: feature)
            launch(feature, in: &group) { [self] in
                switch prepared {
                case .ready(let attempt, let claim): notify(.attemptEnded(feature, await attempt.perform(), claim))
                case .ended(let end, let claim): notify(.attemptEnded(feature, end, claim))
                }
            }
        case .merge(let feature):
            guard attempts[feature] == nil, state.mergingFeatures.contains(feature), !desk.isStopped, !isShuttingDown else { return }
            if let repository = repository(of: feature) { await recover(repository) }
            let merge = await merge(of: feature)
            launch(feature, in: &group) { [self] in
                switch merge {
                case .ready(let attempt): notify(.mergeEnded(feature, await attempt.perform()))
                case .ended(let end): notify(.mergeEnded(feature, end))
                }
            }
        }
    }

    private func launch(_ feature: FeatureID, in group: inout DiscardingTaskGroup, _ body: @escaping @Sendable () async -> Void) {
        // A child of a group cannot be cancelled by itself; this task can, and the group waits for it.
        let task = Task { await body() }
        attempts[feature] = task
        group.addTask {
            await withTaskCancellationHandler {
                await task.value
            } onCancel: {
                task.cancel()
            }
        }
    }

    /// Its attempt is over, and what came of it is still to be stored.
    func isEnding(_ feature: FeatureID) -> Bool {
        unhandled.contains { if case .attemptEnded(feature, _, _) = $0 { true } else { false } }
    }

    /// What has been decided and is not under way, because an error came between.
    var owed: [DispatchState.Action] {
        let ending = Set(
            unhandled.compactMap { event -> FeatureID? in
                switch event {
                case .attemptEnded(let feature, _, _), .mergeEnded(let feature, _): feature
                case .vaultChanged, .tick, .beat, .glance, .news, .windDown, .shutDown: nil
                }
            })
        let starts = state.runningFeatures.subtracting(ending).sorted().map(DispatchState.Action.start)
        return starts + state.mergingFeatures.subtracting(ending).sorted().map(DispatchState.Action.merge)
    }
}
