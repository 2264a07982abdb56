internal import FerryHTTP
internal import FerryLLM
internal import FerryModel
internal import FerrySystem
internal import Synchronization

extension ModelEndpoint {
    /// Sends a request on, and its answer back as it comes. Where it is a call that is paid (`number`), it is settled and recorded, whatever happens.
    func pass(_ call: Call, _ answer: EndpointAnswer, number: Int?, reservation: SpendingReservation?) async throws {
        let began = BootClock.now
        let meter = CallMeter()
        progress(.asking(characters: 0))
        let post = HTTPPost(url: call.url, host: upstream.endpoint.hostAndPort, headers: headers(call), body: call.body.encoded())
        do {
            try await client.post(post) { response in try await self.relay(response, call, answer, meter) }
        } catch let failure as HTTPFailure {
            meter.note(ModelError(failure.code == .stalled ? .stalled : .network, failure.message, remedy: failure.remedy).naming(upstream.name))
            await settle(meter, number, reservation, began)
            if !answer.hasBegun { try await Self.refuse(answer, 502, failure.message) }
            throw failure
        } catch {
            await settle(meter, number, reservation, began)
            throw error
        }
        await settle(meter, number, reservation, began)
    }

    private func headers(_ call: Call) -> [(name: String, value: String)] {
        let passed = ["accept", "anthropic-beta", "anthropic-version", "openai-beta"].compactMap { name in
            call.request.header(name).map { (name: name, value: $0) }
        }
        return [(name: "content-type", value: "application/json"), (name: "user-agent", value: "ferry/0.1")] + passed + upstream.authorization
    }

    private func relay(_ response: StreamingResponse, _ call: Call, _ answer: EndpointAnswer, _ meter: CallMeter) async throws {
        // What the program's own retries go by.
        let extra = ["retry-after", "retry-after-ms", "x-should-retry"].compactMap { name in response.header(name).map { (name: name, value: $0) } }
        let type = response.header("content-type") ?? "application/json"
        guard response.status == 200 else {
            let body = try await response.beginning(limit: 1 << 20)
            let error = upstream.error(status: response.status, body: body, retryAfter: AskedWait.asked(by: response))
            meter.note(error)
            if error.kind == .rate { closeGate(error) }
            // Nothing that the program could try again would mend these.
            if error.kind == .authentication || error.kind == .quota || error.kind == .unknownModel { end(.unavailable(error)) }
            return try await answer.send(response.status, type: type, headers: extra, body)
        }
        let isStream = type.lowercased().hasPrefix("text/event-stream")
        meter.begin(ModelTap(upstream, path: call.path, isStream: isStream, requestSize: call.request.body.count))
        if isStream { try await answer.begin(200, type: type, headers: extra) }
        var whole: [UInt8] = []
        if isStream {
            try await response.forEachPieceInTurn { piece in
                if meter.receive(piece) {
                    response.noteContent()
                    self.activity.note()
                }
                try await answer.write(piece)
            }
            try await answer.finish()
        } else {
            try await response.forEachPiece { piece in
                whole += piece
                return true
            }
            meter.receive(whole)
            try await answer.send(200, type: type, headers: extra, whole)
        }
    }

    /// All who use the key wait, this program as well: its next request finds the gate closed.
    private func closeGate(_ error: ModelError) {
        let failures = book.withLock { $0.failures } + 1
        let wait = RetryPolicy().wait(after: error, failures: failures, waited: .zero, jitter: .random(in: 0...1)) ?? error.retryAfter ?? .zero
        upstream.gate.close(until: BootClock.now + wait)
        if wait > Self.longestHold { end(.unavailable(error)) }
    }

    private func settle(_ meter: CallMeter, _ number: Int?, _ reservation: SpendingReservation?, _ began: Duration) async {
        guard let number, let reservation else { return }
        let result = meter.result
        var usage = result.usage ?? ModelUsage()
        var cost: Money? = usage == ModelUsage() ? .zero : model.price(usage)
        if result.usage == nil, result.mayHaveCost {
            // What nobody knows counts in full.
            cost = reservation.amount
            usage.isEstimated = true
        }
        await task.spending.settle(reservation, usage: usage, cost: cost)
        let failures = book.withLock { book in
            book.usage = book.usage + usage
            book.spent = book.spent.flatMap { spent in cost.map { spent + $0 } }
            book.error = result.error
            book.failures = result.error == nil ? 0 : book.failures + 1
            return book.failures
        }
        activity.note()
        if let error = result.error, error.isTransient, !isLast, failures >= Self.patience { end(.unavailable(error)) }
        do { try record(result, number, usage, cost, seconds: (BootClock.now - began).seconds) } catch { end(.failed(error)) }
    }

    private func record(_ result: CallMeter.Result, _ number: Int, _ usage: ModelUsage, _ cost: Money?, seconds: Double) throws {
        if let error = result.error {
            try task.transcript.append(.failed(turn: number, reason: "\(error)", usage: usage, cost: cost))
        } else if result.isComplete {
            let answer = result.response
            try task.transcript.append(
                .answered(
                    turn: number, answer?.message ?? AssistantMessage(blocks: []), stop: answer?.stop ?? .done, usage: usage, cost: cost,
                    seconds: seconds, requestID: answer?.requestID))
        } else {
            try task.transcript.append(.failed(turn: number, reason: "the answer was cut off", usage: usage, cost: cost))
        }
    }

    func progress(_ phase: AgentProgress.Phase) {
        let book = book.withLock { $0 }
        task.progress(
            AgentProgress(
                role: task.role, phase: phase, turn: book.turn, turns: task.limits.turns, input: book.usage.input, output: book.usage.output,
                cost: book.spent, elapsed: activity.elapsed))
    }
}

/// What comes of one call.
final class CallMeter: Sendable {
    struct Result: Sendable {
        var error: ModelError?
        var usage: ModelUsage?
        var response: ModelResponse?
        var isComplete = false
        /// It was not refused before anything came of it.
        var mayHaveCost = true
    }
    private let state = Mutex<(tap: ModelTap?, error: ModelError?)>((nil, nil))

    func begin(_ tap: ModelTap) { state.withLock { $0.tap = tap } }
    @discardableResult
    func receive(_ piece: [UInt8]) -> Bool { state.withLock { $0.tap?.receive(piece) ?? true } }
    func note(_ error: ModelError) { state.withLock { $0.error = error } }

    var result: Result {
        state.withLock { state in
            guard let tap = state.tap else { return Result(error: state.error, mayHaveCost: state.error == nil) }
            let failure = tap.isComplete ? nil : tap.failure
            return Result(
                error: state.error ?? failure, usage: tap.usage, response: tap.response, isComplete: tap.isComplete, mayHaveCost: failure == nil)
        }
    }
}
