internal import FerryHTTP
internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerryStore
internal import FerrySystem
internal import Synchronization

/// The model of one agent program: its requests come here with a token of their own, are checked, paid and recorded as those of the built-in loop, and go to
/// the provider with the key, which never enters the sandbox.
final class ModelEndpoint: Sendable {
    /// Why the program's work must end.
    enum End: Sendable {
        case parked(BudgetReached)
        case turns(Int)
        case unavailable(ModelError)
        case woundDown
        case failed(any Error)
    }

    struct Book {
        var turn: Int
        /// Calls in a row that gave no answer, for a reason that may pass.
        var failures = 0
        var usage = ModelUsage()
        var spent: Money? = .zero
        /// Of the newest call that gave no answer, unless one came after it.
        var error: ModelError?
        var end: End?
    }

    let model: ProgramModel
    let client: StreamingHTTPClient
    /// No other model comes after this one.
    let isLast: Bool
    /// Calls that were made before.
    let firstTurn: Int
    let task: AgentTask
    /// In the shape of a key, so that it is taken out of records.
    let token = "sk-ferry-" + (0..<4).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
    let activity: Activity
    let book: Mutex<Book>
    private let ended: AsyncStream<Void>
    private let ending: AsyncStream<Void>.Continuation

    init(_ model: ProgramModel, client: StreamingHTTPClient, task: AgentTask, activity: Activity, turn: Int = 0, isLast: Bool = true) {
        self.model = model
        self.client = client
        self.task = task
        self.activity = activity
        self.isLast = isLast
        firstTurn = turn
        book = Mutex(Book(turn: turn))
        (ended, ending) = AsyncStream.makeStream()
    }

    var upstream: ModelUpstream { model.upstream }

    /// So many failures in a row, each tried again by the program, and the next model of the chain is asked.
    static let patience = 6

    /// A request waits so long at the gate of its key. Where it would be longer, the program is ended and goes on with its session when the wait is over: its
    /// own clocks, and those of its stage, do not stand still.
    static let longestHold = Duration.seconds(60)

    /// Tokens of an answer that are usual: money is set aside for as many. A longer one is cut, and goes on in the next.
    static let usualOutput = 32_000

    /// Inside.
    static let baseURL = "http://127.0.0.1:\(SandboxPolicy.guestProxyPort)"

    /// The usual variables, for a program of which nothing is known.
    static func environment(token: String?, model: String?) -> [String: String] {
        guard let token, let model else { return [:] }
        return [
            "ANTHROPIC_BASE_URL": baseURL, "ANTHROPIC_API_KEY": token, "ANTHROPIC_MODEL": model, "OPENAI_BASE_URL": baseURL + "/v1",
            "OPENAI_API_KEY": token, "OPENAI_MODEL": model, "FERRY_MODEL": model,
        ]
    }

    /// Returns once the work must end.
    func untilEnded() async { for await _ in ended {} }

    /// Why the work must end, if it must.
    var endReason: End? { book.withLock { $0.end } }

    /// Model calls of the work so far.
    var turn: Int { book.withLock { $0.turn } }

    /// Why the newest call gave no answer, if it gave none.
    var lastError: ModelError? { book.withLock { $0.error } }

    func end(_ end: End) {
        book.withLock { $0.end = $0.end ?? end }
        ending.finish()
    }

    // MARK: Requests

    func answer(_ request: EndpointRequest, _ answer: EndpointAnswer) async throws {
        guard isAuthorised(request) else { return try await Self.refuse(answer, 401, "The token is not this run's.") }
        let path = String(request.path.prefix { $0 != "?" })
        guard request.method == "POST", let url = upstream.url(for: path) else {
            return try await Self.refuse(answer, 404, "Ferry passes on no \(request.method) \(path.prefix(200)) to \(upstream.name).")
        }
        guard var body = try? JSONValue(parsing: request.body), body.members != nil else {
            return try await Self.refuse(answer, 400, "The body is no JSON object.")
        }
        // The note decides which model is asked, and so what it costs.
        body.set("model", .string(upstream.model))
        // Codex names none.
        if path == "/v1/responses", body["max_output_tokens"]?.int == nil { body.set("max_output_tokens", .int(outputLimit)) }
        let call = Call(path: path, url: url, request: request, body: body)
        if path.hasSuffix("/count_tokens") { return try await pass(call, answer, number: nil, reservation: nil) }
        try await passGate()
        guard let number = admit() else { return try await Self.refuse(answer, 403, "Ferry has ended this work.") }
        let reservation: SpendingReservation
        do {
            reservation = try await task.spending.reserve(most(call), model: upstream.name, call: task.journal.call(ofTurn: number), .onReturn)
        } catch let limit as BudgetReached {
            end(.parked(limit))
            return try await Self.refuse(answer, 403, "Ferry's budget for this work is used up.")
        } catch {
            end(.failed(error))
            throw error
        }
        try await pass(call, answer, number: number, reservation: reservation)
    }

    /// In the time that a comparison takes anyway.
    private func isAuthorised(_ request: EndpointRequest) -> Bool {
        let bearer = request.header("authorization").map { $0.hasPrefix("Bearer ") ? String($0.dropFirst("Bearer ".count)) : $0 }
        return [request.header("x-api-key"), bearer].contains { shown in
            guard let shown, shown.utf8.count == token.utf8.count else { return false }
            return zip(shown.utf8, token.utf8).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
        }
    }

    /// Waits where the provider asked some user of the key to wait. Others may close the gate again meanwhile.
    private func passGate() async throws {
        while endReason == nil, let remaining = upstream.gate.remaining(at: BootClock.now) {
            guard remaining <= Self.longestHold else {
                let message = "The provider of \(upstream.name) asks every user of this key to wait"
                return end(.unavailable(ModelError(.rate, message, retryAfter: remaining).naming(upstream.name)))
            }
            progress(AgentProgress.Phase(.waiting(remaining, model: upstream.name), characters: 0))
            try await Task.sleep(for: remaining)
            // Silence that was asked for.
            activity.note()
        }
    }

    /// The number of a call that may be made.
    private func admit() -> Int? {
        if task.windDown.isAsked { end(.woundDown) }
        let (number, isOver): (Int?, Bool) = book.withLock { book in
            guard book.end == nil else { return (nil, false) }
            guard book.turn < task.limits.turns else { return (nil, true) }
            book.turn += 1
            return (book.turn, false)
        }
        if isOver { end(.turns(task.limits.turns)) }
        return number
    }

    private var outputLimit: Int { min(model.maxOutput, Self.usualOutput) }

    private func most(_ call: Call) -> Money? {
        var usage = ModelUsage()
        let tokens = ContextEstimate.tokens(bytes: call.request.body.count)
        // Estimates of tokens are a fifth off at worst; what is written to a cache may cost more than what is not.
        usage.cacheWrite5m = tokens + tokens / 5
        usage.output = call.outputLimit ?? model.maxOutput
        var fresh = usage
        (fresh.cacheWrite5m, fresh.inputFresh) = (0, usage.cacheWrite5m)
        guard let one = model.price(usage), let other = model.price(fresh) else { return nil }
        return max(one, other)
    }

    /// In a form that both vendors' programs understand.
    static func refuse(_ answer: EndpointAnswer, _ status: Int, _ message: String) async throws {
        let body: JSONValue = [
            "type": "error", "error": ["type": status == 401 ? "authentication_error" : "permission_error", "message": .string("Ferry: " + message)],
        ]
        try await answer.send(status, body.encoded())
    }

    /// One request on its way.
    struct Call: Sendable {
        let path: String
        let url: String
        let request: EndpointRequest
        let body: JSONValue

        var outputLimit: Int? {
            ["max_tokens", "max_completion_tokens", "max_output_tokens"].lazy.compactMap { body[$0]?.int }.first.map { max(0, min($0, 1_000_000)) }
        }
    }
}
