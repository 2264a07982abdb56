@testable internal import FerryLLM
internal import Testing

struct EndpointTests {
    @Test(arguments: [
        ("https://api.anthropic.com", "api.anthropic.com", 443, ""), ("https://API.OpenAI.com/v1/", "api.openai.com", 443, "/v1"),
        ("HTTPS://a.example:8443/x/y", "a.example", 8443, "/x/y"), ("http://127.0.0.1:11434/v1", "127.0.0.1", 11434, "/v1"),
        ("http://localhost:4000", "localhost", 4000, ""), ("http://[::1]:9/v1", "::1", 9, "/v1"), ("http://127.1.2.3", "127.1.2.3", 80, ""),
    ])
    func `an address has its parts`(text: String, host: String, port: Int, path: String) throws {
        let endpoint = try Endpoint(text)
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
        #expect(endpoint.path == path)
    }

    @Test(arguments: [
        "", "api.openai.com", "ftp://a.example", "https://", "https:///v1", "https://user:pw@a.example", "https://a.example/?q=1",
        "https://a.example/#x",
        "https://a b.example", "https://a.example:0", "https://a.example:99999", "https://a.example:x", "https://a.example\\@b.example",
        "https://é.example",
        "https://a.example/\nx", "https://[::1", "https://a..b/\u{7F}",
    ])
    func `an address that could be misread is refused with a remedy`(text: String) {
        let error = #expect(throws: ModelError.self) { try Endpoint(text) }
        #expect(error?.kind == .configuration)
        #expect(error?.remedy != nil)
    }

    @Test(arguments: [
        "http://api.openai.com", "http://10.0.0.5:11434", "http://localhost.evil.example", "http://127.0.0.1.evil.example", "http://127.0.0.256",
        "http://0.0.0.0:80", "http://0x7f000001", "http://[::2]",
    ])
    func `http to anything but this machine is refused`(text: String) {
        let error = #expect(throws: ModelError.self) { try Endpoint(text) }
        #expect(error?.description.contains("unencrypted") == true)
    }
}
