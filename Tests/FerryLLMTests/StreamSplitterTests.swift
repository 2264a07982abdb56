@testable internal import FerryLLM
internal import Testing

struct StreamSplitterTests {
    @Test(arguments: [1, 2, 3, 100])
    func `lines are events, wherever the pieces end, and blank ones are none`(size: Int) {
        var splitter = StreamSplitter(.lines)
        let bytes = Array("{\"a\":1}\n\r\n \n{\"b\":2}\r\n{\"c\"".utf8)
        var events: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            events += splitter.receive(Array(bytes[start..<min(start + size, bytes.count)])).map { String(decoding: $0.data, as: UTF8.self) }
        }
        #expect(events == ["{\"a\":1}", "{\"b\":2}\r"])
        #expect(splitter.finish().map { String(decoding: $0.data, as: UTF8.self) } == "{\"c\"")
        #expect(splitter.finish() == nil)
    }
}
