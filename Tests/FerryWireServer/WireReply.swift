package import FerryLLM

/// What the server does with a request that passed its checks.
package struct WireReply: Sendable {
    enum Ending: Hashable, Sendable {
        case whole
        /// After so many events, silence on an open connection.
        case silence(after: Int)
        /// After so many events, only signs of life, as often as this.
        case pings(after: Int, every: Duration)
        /// After so many events, the end of the body.
        case cut(after: Int)
        /// After so many events, the wire's own event for an error.
        case error(after: Int, type: String)
    }

    enum Content: Sendable {
        case answer(ScriptedTurn, Ending)
        case fault(WireFault)
        case raw(status: Int, headers: [(name: String, value: String)], body: [UInt8])
    }

    let content: Content

    /// A whole answer in the wire of the request.
    package static func answer(_ turn: ScriptedTurn) -> WireReply { WireReply(content: .answer(turn, .whole)) }
    /// A whole answer of nothing but text.
    package static func text(_ text: String) -> WireReply { answer(ScriptedTurn(text: text)) }
    /// A whole answer that calls tools.
    package static func calls(_ calls: ScriptedTurn.Call..., text: String = "") -> WireReply { answer(ScriptedTurn(text: text, calls: calls)) }

    package static func silent(after events: Int, of turn: ScriptedTurn) -> WireReply { WireReply(content: .answer(turn, .silence(after: events))) }
    package static func pinging(after events: Int, of turn: ScriptedTurn, every interval: Duration) -> WireReply {
        WireReply(content: .answer(turn, .pings(after: events, every: interval)))
    }
    package static func cut(after events: Int, of turn: ScriptedTurn) -> WireReply { WireReply(content: .answer(turn, .cut(after: events))) }
    /// `type`: `overloaded_error`, `server_error`, …
    package static func failing(after events: Int, of turn: ScriptedTurn, type: String) -> WireReply {
        WireReply(content: .answer(turn, .error(after: events, type: type)))
    }

    /// A status with a body in the shape of the request's wire. `type` and `code` go into the error.
    package static func status(
        _ status: Int, type: String = "fault", code: JSONValue = .null, message: String = "a scripted fault",
        headers: [(name: String, value: String)] = []
    ) -> WireReply {
        WireReply(content: .fault(WireFault(status: status, type: type, code: code, message: message, headers: headers)))
    }

    /// An event stream of exactly these bytes.
    package static func stream(_ text: String) -> WireReply {
        raw(status: 200, headers: [(name: "content-type", value: "text/event-stream")], body: Array(text.utf8))
    }

    package static func raw(status: Int, headers: [(name: String, value: String)], body: [UInt8]) -> WireReply {
        WireReply(content: .raw(status: status, headers: headers, body: body))
    }
}
