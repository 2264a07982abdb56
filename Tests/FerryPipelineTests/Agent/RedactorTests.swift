internal import FerryPipeline
internal import FerrySandbox
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct RedactorTests {
    @Test(arguments: [
        ("key sk-" + "ant-REDACTME0123456789 end", "key [redacted] end"),
        ("ghp_" + "0123456789abcdefghij0123456789abcdef", "[redacted]"),
        ("id=AKIA" + "ABCDEFGHIJKLMNOP;", "id=[redacted];"),
        ("Authorization: Bearer " + "abc.def/ghi+jkl=mno_pqr", "Authorization: [redacted]"),
        ("-----BEGIN RSA PRIVATE " + "KEY-----\nMIIB\nAAAA\n-----END RSA PRIVATE KEY-----\nafter", "[redacted]\nafter"),
        ("-----BEGIN PRIVATE " + "KEY-----\nMIIB cut off", "[redacted]"),
        ("my key is hunter2-hunter2!", "my key is [redacted]!"),
    ])
    func `a secret is taken out and the text around it stays`(input: String, expected: String) {
        #expect(Redactor(values: ["hunter2-hunter2", "short"]).redact(input) == expected)
    }

    @Test(arguments: [
        "task-force-is-a-long-word-with-sk-in-it", "sk-short", "AKIA", "Bearer of bad news",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", "short", "nothing at all: ä",
    ])
    func `what only looks like a secret stays`(input: String) {
        #expect(Redactor(values: ["short"]).redact(input) == input)
    }

    private static let key = "canary-Q7/x+9_abcdefghijklmnopqrstuvwxyz0123456789"

    @Test(arguments: [
        "printf '%s' KEY | base64", "printf 'a%s' KEY | base64", "printf 'ab%s' KEY | base64 -w0", "printf 'token=%s&more=1' KEY | base64 -w20",
        "printf '%s' KEY | od -An -tx1 | tr -d ' \n'", "printf '%s' KEY | od -An -tx1", "printf '%s' KEY | sed 's,/,%2F,;s,+,%2B,'",
        "printf '%s' KEY | fold -w 11", "printf '%s' KEY | fold -w 9 | sed 's/^/\"/;s/$/\" +/'", "printf '%s' KEY | sed 's/./& /g'",
    ])
    func `a known key is found encoded and broken up`(script: String) async throws {
        let line = script.replacing("KEY", with: Self.key)
        let shell = HostProcess(
            "/bin/sh", [Array("-c".utf8), Array(line.utf8)], environment: ["PATH": "/usr/bin:/bin"], directory: "/")
        let text = String(decoding: try await shell.runUnsandboxed().output, as: UTF8.self)
        let redacted = Redactor(values: [Self.key]).redact("before\n" + text + "\nafter")
        let rest = redacted.replacing("before", with: "").replacing("after", with: "").filter { !$0.isWhitespace }
        #expect(text.count > 40 && redacted.contains(Redactor.mark))
        // Of the first and the last group of three bytes a character may depend on what stands beside the key.
        #expect(rest.replacing(Redactor.mark, with: "").count <= (script.contains("more=1") ? 24 : 8), "\(redacted)")
    }

    @Test(arguments: [
        ("git clone https://ann:hunter22@example.org/x.git", "git clone https://[redacted]@example.org/x.git"),
        ("see https://example.org:8080/a@b and ssh://git@host/x", "see https://example.org:8080/a@b and ssh://git@host/x"),
    ])
    func `a password in an address is taken out`(input: String, expected: String) { #expect(Redactor().redact(input) == expected) }

    @Test func `a long text takes no time`() {
        let text = String(repeating: "The quick brown fox jumps over canary-canary; AKIA sk- https://a.b/c eyJ. ", count: 4_000)
        let redactor = Redactor(values: [Self.key, "another-key-of-some-length-1234567890"])
        let time = ContinuousClock().measure { #expect(redactor.redact(text) == text) }
        #expect(time < .seconds(5))
    }
}
