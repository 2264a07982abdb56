internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerrySystem
internal import FerryVault

extension AgentRun {
    /// Calls that run side by side at most.
    private static let width = 8

    /// Calls of one turn that are dealt with together.
    private enum Batch {
        case run([ToolCall])
        case finish(ToolCall)
        /// The output limit was reached while this call was being written.
        case unfinished(ToolCall)
    }

    private typealias Result = ToolCallRecord

    /// What is said of a call that was under way when Ferry was interrupted.
    static let interrupted = ToolOutput(
        "Interrupted: Ferry was stopped while this call ran, and goes on here. How far it came is not known. The files of the worktree are as they were "
            + "before the call; files that .gitignore excludes may be gone, and /tmp and the home folder may hold parts of its work. "
            + "Look at what there is before you make it again.", isError: true)

    /// Runs the calls of one turn and makes their results, in the order of the calls, the next message.
    /// `isCut`: the output limit was reached, so the last call is unfinished and is never run.
    mutating func carryOut(_ turnCalls: [ToolCall], isCut: Bool) async throws -> AgentOutcome? {
        textOnlyTurns = 0
        var results: [ToolResult] = []
        var warnings: [String] = []
        for batch in batches(of: turnCalls, isCut: isCut) {
            guard timeLeft > .zero else { return .stopped(.time(task.limits.time)) }
            let done: [(ToolCall, Result)]
            switch batch {
            case .run(let calls): done = Array(zip(calls, try await run(calls)))
            case .unfinished(let call): done = [(call, Result(output: Self.cutOff(call)))]
            case .finish(let call):
                switch finish(call, amongFailures: results.contains(where: \.isError)) {
                case .finished(let outcome):
                    try record(call, Result(output: ToolOutput("(taken)")))
                    return outcome
                case .askedAgain(let output): done = [(call, Result(output: output))]
                }
            }
            for (call, result) in done {
                let output = result.output ?? Self.interrupted
                try record(call, result)
                try await failpoint(.toolAfterDone)
                results.append(ToolResult(callID: call.id, content: toolBox.fenced(call, output), isError: output.isError))
                for verdict in note(call, output) { if let outcome = heed(verdict, &warnings) { return outcome } }
            }
        }
        for verdict in [watch.endTurn(), changes.endTurn(state: checkpoint)] { if let outcome = heed(verdict, &warnings) { return outcome } }
        next = UserMessage(text: warnings.isEmpty ? nil : warnings.joined(separator: "\n\n"), results: results)
        return nil
    }

    /// Neighbours that only read are one batch; every other call is its own.
    private func batches(of calls: [ToolCall], isCut: Bool) -> [Batch] {
        var batches: [Batch] = []
        for (index, call) in calls.enumerated() {
            if isCut, index == calls.count - 1 {
                batches.append(.unfinished(call))
            } else if call.name == ToolBox.finish {
                batches.append(.finish(call))
            } else if toolBox.onlyReads(call), case .run(let before)? = batches.last, before.count < Self.width,
                before.allSatisfy(toolBox.onlyReads)
            {
                batches[batches.count - 1] = .run(before + [call])
            } else {
                batches.append(.run([call]))
            }
        }
        return batches
    }

    /// Runs calls side by side, or answers them as before an interruption. One that may write and was under way then is not run again.
    private mutating func run(_ batch: [ToolCall]) async throws -> [Result] {
        try await failpoint(.toolBeforeIntent)
        let first = self.calls + 1
        self.calls += batch.count
        let mayWrite = !batch.allSatisfy(toolBox.onlyReads)
        let known = batch.indices.map { task.journal.toolCall(first + $0, turn: turn) }
        var results = known.compactMap { $0?.output == nil ? nil : $0 }
        if results.count == batch.count {
            try await runAgain(batch, first: first, then: results)
            for result in results { toolBox.restoreFiles(result.files) }
            if mayWrite, task.workspace.mayWrite, results[0].output != Self.interrupted {
                unkept = results[0].checkpoint == nil ? unkept + batch.map(toolBox.summary) : []
            }
        } else {
            try goOn()
            if mayWrite, known.contains(where: { $0 != nil }) {
                results = [Result(output: Self.interrupted)]
            } else {
                results = try await reallyRun(batch, first: first, mayWrite: mayWrite)
            }
            try await failpoint(.toolBeforeDone)
            try await task.journal.finish(Dictionary(uniqueKeysWithValues: zip(first..., results)), turn: turn)
        }
        checkpoint = results[0].checkpoint ?? checkpoint
        clocks.resume(at: BootClock.now, after: results.map(\.duration).max() ?? .zero)
        return results
    }

    private mutating func reallyRun(_ batch: [ToolCall], first: Int, mayWrite: Bool) async throws -> [Result] {
        report(.running(batch.map(toolBox.summary).joined(separator: " · ")))
        let numbers = Array(first..<(first + batch.count))
        try await task.journal.begin(Dictionary(uniqueKeysWithValues: zip(numbers, batch.map(\.name))), turn: turn, mayWrite: mayWrite)
        try await failpoint(.toolAfterIntent)
        let (toolBox, timeLeft, clock) = (toolBox, timeLeft, task.clock)
        var results: [Result]
        do {
            results = try await withThrowingTaskGroup(of: (Int, Result).self) { group in
                for (index, call) in batch.enumerated() {
                    group.addTask {
                        let started = clock.now
                        let output = try await toolBox.run(call, ToolCallContext(number: first + index, timeLeft: timeLeft))
                        return (index, Result(output: output, duration: .milliseconds((clock.now - started).milliseconds)))
                    }
                }
                var results: [Int: Result] = [:]
                for try await (index, result) in group { results[index] = result }
                return batch.indices.compactMap { results[$0] }
            }
        } catch let error as SandboxError {
            try await task.journal.withdraw(numbers, turn: turn)
            throw error
        }
        try await failpoint(.toolAfterEffect)
        results[0].files = toolBox.takeFileNews()
        if mayWrite { results[0].checkpoint = try await task.checkpoint() }
        return results
    }

    private static func cutOff(_ call: ToolCall) -> ToolOutput {
        let reason = "the output limit was reached while it was being written"
        return ToolOutput("This call of `\(call.name)` was not run: \(reason). Send smaller edits.", isError: true)
    }

    private func record(_ call: ToolCall, _ result: Result) throws {
        let output = result.output ?? Self.interrupted
        try tell(
            .result(
                turn: turn, callID: call.id, tool: call.name, summary: toolBox.summary(of: call), text: output.text, isError: output.isError,
                seconds: result.duration.seconds))
    }

    private mutating func note(_ call: ToolCall, _ output: ToolOutput) -> [RepetitionWatch.Verdict] {
        handover.note(call: toolBox.summary(of: call), output)
        var verdicts = [
            watch.note(tool: call.name, arguments: toolBox.canonicalArguments(of: call), identity: output.identity, isError: output.isError)
        ]
        if let tests = output.tests {
            if let checkpoint, tests.failed <= best?.failing ?? .max { best = (tests.failed, checkpoint) }
            // A runner that names none is known by how many failed.
            let names = tests.failures.isEmpty && tests.failed > 0 ? ["\(tests.failed)"] : tests.failures
            verdicts.append(changes.noteTests(failed: names, state: checkpoint))
        }
        return verdicts
    }

    private func heed(_ verdict: RepetitionWatch.Verdict, _ warnings: inout [String]) -> AgentOutcome? {
        switch verdict {
        case .fine: return nil
        case .warning(let text):
            warnings.append(text)
            return nil
        case .stuck(let reason): return .stopped(.stuck(reason))
        }
    }
}

extension AgentRun {
    private enum Finish {
        case finished(AgentOutcome)
        case askedAgain(ToolOutput)
    }

    /// A call of `finish`: the report is taken only if it fits, and not beside calls that failed, whose results the agent has not seen.
    private mutating func finish(_ call: ToolCall, amongFailures: Bool) -> Finish {
        if amongFailures {
            return .askedAgain(ToolOutput("Another call of this turn failed. Look at its result, then call `finish` again.", isError: true))
        }
        let problems: [String]
        do {
            let report = try JSONValue(parsing: call.arguments.isEmpty ? "{}" : call.arguments)
            problems = task.report.problems(of: report)
            if problems.isEmpty { return .finished(.finished(report)) }
        } catch {
            problems = ["it is \(error)"]
        }
        misfitReports += 1
        if misfitReports > Self.reminders { return .finished(.stopped(.invalidReport(problems))) }
        let list = SafeText.make(Self.list(problems))
        return .askedAgain(ToolOutput("The report does not fit:\n\(list)\nCall `finish` again with the whole report, mended.", isError: true))
    }
}
