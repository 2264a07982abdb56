internal import FerryLLM
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

    private struct Result: Sendable {
        let output: ToolOutput
        let seconds: Double
    }

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
            case .unfinished(let call): done = [(call, Result(output: Self.cutOff(call), seconds: 0))]
            case .finish(let call):
                switch finish(call, amongFailures: results.contains(where: \.isError)) {
                case .finished(let outcome):
                    try record(call, Result(output: ToolOutput("(taken)"), seconds: 0))
                    return outcome
                case .askedAgain(let output): done = [(call, Result(output: output, seconds: 0))]
                }
            }
            for (call, result) in done {
                try record(call, result)
                results.append(ToolResult(callID: call.id, content: result.output.text, isError: result.output.isError))
                if let outcome = heed(note(call, result.output), &warnings) { return outcome }
            }
        }
        if let outcome = heed(watch.endTurn(), &warnings) { return outcome }
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

    private mutating func run(_ batch: [ToolCall]) async throws -> [Result] {
        let first = self.calls + 1
        self.calls += batch.count
        report(.running(batch.map(toolBox.summary).joined(separator: " · ")))
        let (toolBox, timeLeft) = (toolBox, timeLeft)
        return try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            for (index, call) in batch.enumerated() {
                group.addTask {
                    let started = BootClock.now
                    let output = try await toolBox.run(call, ToolCallContext(number: first + index, timeLeft: timeLeft))
                    return (index, Result(output: output, seconds: (BootClock.now - started).seconds))
                }
            }
            var results: [Int: Result] = [:]
            for try await (index, result) in group { results[index] = result }
            return batch.indices.compactMap { results[$0] }
        }
    }

    private static func cutOff(_ call: ToolCall) -> ToolOutput {
        let reason = "the output limit was reached while it was being written"
        return ToolOutput("This call of `\(call.name)` was not run: \(reason). Send smaller edits.", isError: true)
    }

    private func record(_ call: ToolCall, _ result: Result) throws {
        try task.transcript.append(
            .result(
                turn: turn, callID: call.id, tool: call.name, summary: toolBox.summary(of: call), text: result.output.text,
                isError: result.output.isError, seconds: result.seconds))
    }

    private mutating func note(_ call: ToolCall, _ output: ToolOutput) -> RepetitionWatch.Verdict {
        handover.note(call: toolBox.summary(of: call), output)
        return watch.note(
            tool: call.name, arguments: toolBox.canonicalArguments(of: call), identity: output.identity, isError: output.isError)
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
