internal import Testing

@testable internal import FerryLLM

/// How long headers ask to wait, in the forms of the vendors.
@Suite struct AskedWaitTests {
    private static let date = "Thu, 26 Nov 2026 07:28:00 GMT"

    private static func asked(_ headers: [String: String], status: Int = 429) -> Duration? {
        let headers = headers.merging(["date": date]) { $1 }
        return AskedWait.asked(status: status) { headers[$0] }
    }

    @Test(
        arguments: [
            ("7", Duration.seconds(7)), ("1.5", .milliseconds(1500)), ("0", .zero), ("Thu, 26 Nov 2026 07:28:30 GMT", .seconds(30)),
            // The other forms of RFC 9110 are written by nobody any more.
            ("Thu, 26 Nov 2026 07:27:30 GMT", nil), ("-1", nil), ("soon", nil), ("86401", nil), ("Fri, 27 Nov 2027 07:28:00 GMT", nil), ("", nil),
        ] as [(String, Duration?)])
    func `retry-after is seconds, or a date that is compared with the server's own`(_ text: String, _ wait: Duration?) {
        #expect(Self.asked(["retry-after": text]) == wait)
        #expect(Self.asked(["retry-after": text], status: 503) == wait)
        #expect(Self.asked(["llm_provider-retry-after": text]) == wait)
    }

    @Test func `milliseconds count before seconds, and both before a reset`() {
        let reset = ["x-ratelimit-reset-requests": "6m0s", "retry-after": "7", "retry-after-ms": "250"]
        #expect(Self.asked(reset) == .milliseconds(250))
        #expect(Self.asked(reset.filter { $0.key != "retry-after-ms" }) == .seconds(7))
    }

    @Test(
        arguments: [
            ("6m0s", Duration.seconds(360)), ("1s", .seconds(1)), ("250ms", .milliseconds(250)), ("1h2m3.5s", .milliseconds(3_723_500)),
            ("12", .seconds(12)),
            ("1795678110", .seconds(30)), ("1795678110000", .seconds(30)), ("2m", .seconds(120)), ("m", nil), ("6x", nil), ("1s junk", nil),
        ] as [(String, Duration?)])
    func `OpenAI's reset is a length of time`(_ text: String, _ wait: Duration?) {
        #expect(Self.asked(["x-ratelimit-reset-tokens": text]) == wait)
    }

    @Test func `Anthropic's reset is a time`() {
        #expect(Self.asked(["anthropic-ratelimit-requests-reset": "2026-11-26T07:28:30Z"]) == .seconds(30))
        #expect(Self.asked(["anthropic-ratelimit-requests-reset": "2026-11-26T07:28:30.5Z"]) == .milliseconds(30_500))
        #expect(Self.asked(["anthropic-ratelimit-requests-reset": "2026-11-26T08:29:00+01:00"]) == .seconds(60))
        #expect(Self.asked(["anthropic-ratelimit-requests-reset": "2026-11-26T07:00:00Z"]) == nil, "it is over")
    }

    @Test func `of several limits the one that is used up tells, and where none says so the first to refill`() {
        let both = ["x-ratelimit-reset-requests": "1s", "x-ratelimit-reset-tokens": "40s"]
        #expect(Self.asked(both) == .seconds(1))
        #expect(Self.asked(both.merging(["x-ratelimit-remaining-tokens": "0", "x-ratelimit-remaining-requests": "99"]) { $1 }) == .seconds(40))
    }

    @Test func `a reset is no wait where nothing was refused for it`() {
        #expect(Self.asked(["anthropic-ratelimit-requests-reset": "2026-11-26T07:28:30Z"], status: 529) == nil)
        #expect(Self.asked([:]) == nil)
    }
}
