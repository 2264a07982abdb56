/// How the body of an answer is cut into events.
enum StreamFraming: Sendable {
    case serverSentEvents
    /// One JSON text on each line.
    case lines

    /// The media types that say so, the usual one first.
    var mediaTypes: [String] {
        switch self {
        case .serverSentEvents: ["text/event-stream"]
        case .lines: ["application/x-ndjson", "application/jsonl", "application/x-jsonlines"]
        }
    }
}

/// Cuts a body into events. Pieces may end at any byte.
struct StreamSplitter: Sendable {
    private let framing: StreamFraming
    private var events = ServerSentEvents()
    private var line: [UInt8] = []

    init(_ framing: StreamFraming) { self.framing = framing }

    /// Takes a piece, and returns the events that it completes.
    mutating func receive(_ piece: [UInt8]) -> [ServerSentEvents.Event] {
        guard framing == .lines else { return events.receive(piece) }
        var found: [ServerSentEvents.Event] = []
        var rest = piece[...]
        while let end = rest.firstIndex(of: 0x0A) {
            line += rest[..<end]
            rest = rest[(end + 1)...]
            if let event = endLine() { found.append(event) }
        }
        line += rest
        return found
    }

    /// At the end of the body: an event whose end a sloppy server left out. It may be cut.
    mutating func finish() -> ServerSentEvents.Event? { framing == .lines ? endLine() : events.finish() }

    private mutating func endLine() -> ServerSentEvents.Event? {
        defer { line.removeAll(keepingCapacity: true) }
        guard line.contains(where: { $0 > 0x20 }) else { return nil }
        return ServerSentEvents.Event(name: "message", data: line)
    }
}
