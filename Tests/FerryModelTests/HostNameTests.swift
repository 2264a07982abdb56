internal import FerryModel
internal import Testing

struct HostNameTests {
    @Test(arguments: [
        ("pypi.org", "pypi.org"), ("PyPI.Org", "pypi.org"), ("a-1.b.co", "a-1.b.co"), ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("1.1.1.1.in", "1.1.1.1.in"),
    ])
    func `a name is read, in lower case`(_ text: String, _ name: String) {
        #expect(HostName(text)?.text == name)
    }

    @Test(arguments: [
        "", ".", "pypi.org.", ".org", "a..b", "localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "0x7f000001", "a.0x7f", "017700000001",
        "::1", "[::1]", "*.pypi.org", "pypi.org:443", "https://pypi.org", "pypi.org/simple", "user@pypi.org", "pypi.org%00", "pypi.org\u{0}.evil.com",
        "pypi.org ", "-a.org", "a-.org", "pypi_.org", "pypí.org", "ｐypi.org", String(repeating: "a", count: 64) + ".org",
        String(repeating: "a.", count: 127) + "org",
    ])
    func `what is no exact name is none`(_ text: String) {
        #expect(HostName(text) == nil)
    }
}
