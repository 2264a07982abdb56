internal import FerryPipeline
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
}
