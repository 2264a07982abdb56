internal import FerryLLM
internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

/// What to send: a head, pieces of body, and how it goes on after them.
struct WirePlan: Sendable {
    enum Ending: Sendable {
        case finish
        /// Nothing more, on an open connection.
        case hold
        case pings(String, every: Duration)
    }
    let request: Int
    let status: Int
    let headers: [(name: String, value: String)]
    let pieces: [[UInt8]]
    let ending: Ending
}

/// The server's memory: checks requests, asks the script, keeps the log. Shared by all connections.
final class WireBook: Sendable {
    private struct State {
        var log = WireLog()
        var history = WireHistory()
        var connections: [ObjectIdentifier: any Channel] = [:]
        var watchers: [AsyncStream<WireLog>.Continuation] = []
        /// By path: what the server tells of its models.
        var pages: [String: (status: Int, body: [UInt8])] = [:]
    }
    private let state = Mutex(State())
    private let key: String?
    private let pieceSize: Int?
    private let script: WireScript

    init(key: String?, pieceSize: Int?, script: @escaping WireScript) {
        self.key = key
        self.pieceSize = pieceSize
        self.script = script
    }

    var log: WireLog { state.withLock { $0.log } }

    /// The log now, and after each change.
    func changes() -> AsyncStream<WireLog> {
        let (stream, continuation) = AsyncStream.makeStream(of: WireLog.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { state in
            continuation.yield(state.log)
            state.watchers.append(continuation)
        }
        return stream
    }

    private func update(_ change: (inout State) -> Void) {
        state.withLock { state in
            change(&state)
            for watcher in state.watchers { watcher.yield(state.log) }
        }
    }

    func opened(_ channel: any Channel) { state.withLock { $0.connections[ObjectIdentifier(channel)] = channel } }
    func closed(_ channel: any Channel) { state.withLock { _ = $0.connections.removeValue(forKey: ObjectIdentifier(channel)) } }
    func hungUp(_ request: Int) { update { $0.log.hangUps.append(request) } }
    func answered(_ request: Int) { update { $0.log.answered.append(request) } }

    func closeConnections() async {
        for channel in state.withLock({ Array($0.connections.values) }) { try? await channel.close() }
        state.withLock { state in state.watchers.forEach { $0.finish() } }
    }

    func offer(_ body: [UInt8], at path: String, status: Int) { state.withLock { $0.pages[path] = (status, body) } }

    /// A page for whoever has the key; in no log.
    private func page(_ path: String, _ headers: [(name: String, value: String)]) -> WirePlan? {
        guard let page = state.withLock({ $0.pages[path] }) else { return nil }
        let isLetIn = key.map { key in headers.contains { $0.value == key || $0.value == "Bearer \(key)" } } ?? true
        let content = [(name: "content-type", value: "application/json")]
        return WirePlan(request: 0, status: isLetIn ? page.status : 401, headers: content, pieces: [isLetIn ? page.body : []], ending: .finish)
    }

    /// Takes a request into the log and says what to send.
    func plan(path: String, headers: [(name: String, value: String)], body: [UInt8]) async -> WirePlan {
        if let page = page(path, headers) { return page }
        let json = (try? JSONValue(parsing: body)) ?? .null
        let (request, refusal) = admit(path: path, headers: headers, raw: body, json: json)
        if let refusal { return refusal }
        do {
            let reply = try await script(request)
            return plan(reply, to: request)
        } catch is CancellationError {
            // The client hung up while the script waited; nobody reads this.
            return WirePlan(request: request.number, status: 499, headers: [], pieces: [], ending: .finish)
        } catch {
            return refuse(request, status: 400, ["the test's script threw: \(error)"])
        }
    }

    private func admit(
        path: String, headers: [(name: String, value: String)], raw: [UInt8], json: JSONValue
    ) -> (request: WireRequest, refusal: WirePlan?) {
        let wire = Wire(path: path)
        let (request, history) = state.withLock { state in
            let number = state.log.requests.count + 1
            let request = WireRequest(number: number, wire: wire ?? .openAI, path: path, headers: headers, rawBody: raw, body: json)
            state.log.requests.append(request)
            for watcher in state.watchers { watcher.yield(state.log) }
            return (request, state.history)
        }
        guard let wire else {
            return (request, refuse(request, status: 404, ["no such path: \(path)"]))
        }
        if let key, request.header(wire.keyHeader.name) != wire.keyHeader.prefix + key {
            return (request, refuse(request, status: 401, ["the key is missing or wrong"]))
        }
        var complaints = wire.complaints(about: request)
        if request.header("content-type") != "application/json" { complaints.append("content-type: must be application/json") }
        complaints += history.complaints(about: request)
        return (request, complaints.isEmpty ? nil : refuse(request, status: 400, complaints))
    }

    private func refuse(_ request: WireRequest, status: Int, _ complaints: [String]) -> WirePlan {
        update { $0.log.refusals.append(WireLog.Refusal(request: request.number, complaints: complaints)) }
        let type = [401: "authentication_error", 404: "not_found_error"][status] ?? "invalid_request_error"
        return plan(.status(status, type: type, message: complaints.joined(separator: "; ")), to: request)
    }

    private func plan(_ reply: WireReply, to request: WireRequest) -> WirePlan {
        switch reply.content {
        case .raw(let status, let headers, let body):
            return WirePlan(request: request.number, status: status, headers: headers, pieces: cut(body), ending: .finish)
        case .fault(let fault):
            let (status, headers, body) = fault.rendered(in: request.wire)
            return WirePlan(request: request.number, status: status, headers: headers, pieces: cut(body), ending: .finish)
        case .answer(let turn, let ending):
            return plan(turn, ending, to: request)
        }
    }

    private func plan(_ turn: ScriptedTurn, _ ending: WireReply.Ending, to request: WireRequest) -> WirePlan {
        let usage = turn.usage ?? Self.usage(turn, request)
        let wire = request.wire
        let speech = wire.speech(turn, usage: usage, for: request)
        let events = speech.events()
        let name = wire.requestIDHeader.map { [(name: $0, value: "req_\(request.number)")] } ?? []
        let headers = wire.answerHeaders + name
        func plan(_ events: some Sequence<String>, _ ending: WirePlan.Ending) -> WirePlan {
            let pieces = pieceSize == nil ? events.map { Array($0.utf8) } : cut(events.flatMap { Array($0.utf8) })
            return WirePlan(request: request.number, status: 200, headers: headers, pieces: pieces, ending: ending)
        }
        switch ending {
        case .whole:
            state.withLock { $0.history.note(turn, ids: speech.ids, to: request) }
            return plan(events, .finish)
        case .silence(let count): return plan(events.prefix(count), .hold)
        case .pings(let count, let interval):
            return plan(events.prefix(count), .pings(wire.ping, every: interval))
        case .cut(let count): return plan(events.prefix(count), .finish)
        case .error(let count, let type): return plan(events.prefix(count) + [wire.error(type: type)], .finish)
        }
    }

    private func cut(_ bytes: [UInt8]) -> [[UInt8]] {
        guard let pieceSize else { return [bytes] }
        return stride(from: 0, to: bytes.count, by: pieceSize).map { Array(bytes[$0..<min($0 + pieceSize, bytes.count)]) }
    }

    private static func usage(_ turn: ScriptedTurn, _ request: WireRequest) -> ModelUsage {
        var usage = ModelUsage()
        usage.inputFresh = request.rawBody.count / 4 + 1
        usage.output = (turn.text.utf8.count + turn.thinking.utf8.count + turn.calls.reduce(0) { $0 + $1.arguments.utf8.count }) / 4 + 1
        return usage
    }
}
