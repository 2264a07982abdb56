@testable internal import FerryLLM
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct ServerSentEventsTests {
    private func events(_ text: String) -> [ServerSentEvents.Event] {
        var decoder = ServerSentEvents()
        return decoder.receive(text.utf8)
    }

    private func event(_ data: String, _ name: String = "message") -> ServerSentEvents.Event {
        ServerSentEvents.Event(name: name, data: Array(data.utf8))
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func `each kind of line end serves`(end: String) {
        let text = ["event: ping", "data: {}", "", "data: a", "data: b", "", ""].joined(separator: end)
        #expect(events(text) == [event("{}", "ping"), event("a\nb")])
    }

    @Test func `comments, unknown fields and events without data are passed over`() {
        #expect(events(": keep-alive\n\nid: 1\nretry: 5\n\nevent: x\n\nwhatever\ndata: y\n\n") == [event("y")])
    }

    @Test func `one blank after the colon belongs to the field, further ones to the value`() {
        #expect(events("data:a\n\ndata:  b\n\ndata\n\n") == [event("a"), event(" b"), event("")])
    }

    @Test func `a byte order mark at the start is passed over`() {
        #expect(events("\u{FEFF}data: a\n\n") == [event("a")])
    }

    @Test func `an event comes with its blank line and not before`() {
        var decoder = ServerSentEvents()
        #expect(decoder.receive("data: a\n".utf8) == [])
        #expect(decoder.receive("\n".utf8) == [event("a")])
        #expect(decoder.finish() == nil)
    }

    @Test func `what the end of the stream leaves open is given at the end`() {
        var decoder = ServerSentEvents()
        #expect(decoder.receive("data: a\n\ndata: [DONE]".utf8) == [event("a")])
        #expect(decoder.finish() == event("[DONE]"))
    }

    @Test func `pieces may end at any byte`() {
        let text = "\u{FEFF}event: α\r\ndata: {\"é\":\r\ndata:1}\r\n\r\n: c\r\rdata: x\n\nevent: z\ndata:\r\n\r\ndata: 😀\r\r"
        let whole = events(text)
        #expect(whole.count == 4)
        let bytes = Array(text.utf8)
        for size in 1...bytes.count {
            var decoder = ServerSentEvents()
            let parts = stride(from: 0, to: bytes.count, by: size).flatMap { decoder.receive(bytes[$0..<min($0 + size, bytes.count)]) }
            #expect(parts == whole, "pieces of \(size)")
        }
    }
}
