internal import FerryLLM
internal import FerrySandbox
internal import FerryVault

/// The built-in agent: asks the model, runs the tools it calls, and so on until it calls `finish` or a bound is reached.
package struct AgentLoop: AgentBackend {
    private let model: AgentModel

    package init(_ model: AgentModel) { self.model = model }

    package var modelName: String? { model.model.name }

    package func run(_ task: AgentTask) async throws -> AgentOutcome {
        guard let network = task.network else { return try await work(task) }
        return try await network.with(.agents, task.workspace.policy) { policy in
            var task = task
            task.workspace.policy = policy
            return try await work(task)
        }
    }

    private func work(_ task: AgentTask) async throws -> AgentOutcome {
        var run = try await AgentRun(task, model)
        do {
            let outcome = try await run.outcome()
            if case .stopped(.stuck(let reason)) = outcome { try await run.noteStop(reason) }
            try run.end(outcome.summary)
            return outcome
        } catch let error as SandboxError {
            let outcome = AgentOutcome.sandboxFailed(error)
            try run.end(outcome.summary)
            return outcome
        } catch is CancellationError {
            try run.end("cancelled")
            throw CancellationError()
        }
    }
}

extension AgentOutcome {
    /// One line for the record.
    package var summary: String {
        switch self {
        case .finished: "finished"
        case .stopped(let reason): "stopped: \(reason)"
        case .parked(let limit): "parked: \(limit)"
        case .unavailable(let error): "the model is unavailable: \(error)"
        case .sandboxFailed(let error): "nothing can be run: \(error)"
        }
    }
}
