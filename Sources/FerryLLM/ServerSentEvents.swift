/// Splits a byte stream into server-sent events (WHATWG HTML, section 9.2). Pieces may end at any byte.
package struct ServerSentEvents: Sendable {
    package struct Event: Hashable, Sendable {
        /// `message` where the stream names none.
        package var name: String
        /// The data lines, joined by line feeds.
        package var data: [UInt8]
    }

    private var line: [UInt8] = []
    private var name = ""
    private var data: [UInt8]?
    private var lastWasReturn = false
    private var isFirstLine = true

    package init() {}

    /// Takes a piece, and returns the events that it completes.
    package mutating func receive(_ piece: some Sequence<UInt8>) -> [Event] {
        var events: [Event] = []
        for byte in piece {
            switch byte {
            case 0x0A where lastWasReturn:
                lastWasReturn = false
            case 0x0A, 0x0D:
                lastWasReturn = byte == 0x0D
                if let event = endLine() { events.append(event) }
            default:
                lastWasReturn = false
                line.append(byte)
            }
        }
        return events
    }

    /// At the end of the stream: the event whose closing blank line a sloppy server left out. It may be cut.
    package mutating func finish() -> Event? { endLine() ?? endEvent() }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
        isFirstLine = false
        guard !line.isEmpty else { return endEvent() }
        let field = line.prefix { $0 != UInt8(ascii: ":") }
        var value = line[field.endIndex...].dropFirst()
        if value.first == 0x20 { value.removeFirst() }
        if field.elementsEqual("data".utf8) {
            data = data.map { $0 + [0x0A] + value } ?? Array(value)
        } else if field.elementsEqual("event".utf8) {
            name = String(decoding: value, as: UTF8.self)
        }
        return nil
    }

    private mutating func endEvent() -> Event? {
        defer {
            data = nil
            name = ""
        }
        return data.map { Event(name: name.isEmpty ? "message" : name, data: $0) }
    }
}
