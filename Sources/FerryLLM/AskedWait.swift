package import FerryHTTP
internal import FoundationEssentials

/// For how long the headers of an answer ask to wait.
package enum AskedWait {
    /// `nil` where they do not ask. What a server asks for in words (`retry-after`, `retry-after-ms`) counts; else, with 429, when the limit that is used up
    /// refills. Longer than a day is not believed.
    package static func asked(by response: StreamingResponse) -> Duration? { asked(status: response.status, response.header) }

    /// `header` gives a header's value by its name in lower case. What is a time is compared with the server's own `date`, since the clocks may differ.
    static func asked(status: Int, _ header: (String) -> String?) -> Duration? {
        // LiteLLM prefixes what it passes on.
        func value(_ name: String) -> String? { header(name) ?? header("llm_provider-" + name) }
        let now = value("date").flatMap(instant) ?? .now
        if let text = value("retry-after-ms"), let wait = milliseconds(Double(text) ?? -1) { return wait }
        if let text = value("retry-after") { return seconds(text) ?? instant(text).flatMap { until($0, from: now) } }
        guard status == 429 else { return nil }
        let resets = limits.compactMap { limit -> (wait: Duration, isUsedUp: Bool)? in
            guard let text = value(limit.reset), let wait = refill(text, from: now) else { return nil }
            return (wait, value(limit.remaining).flatMap { Double($0) } == 0)
        }
        // Which of several refills is needed is told by none left; where nothing tells, the first one may do.
        return resets.filter(\.isUsedUp).map(\.wait).max() ?? resets.map(\.wait).min()
    }

    /// Anthropic's reset is a time of day, OpenAI's a length of time.
    private static let limits: [(remaining: String, reset: String)] =
        ["requests", "tokens", "input-tokens", "output-tokens"].map {
            ("anthropic-ratelimit-\($0)-remaining", "anthropic-ratelimit-\($0)-reset")
        } + ["requests", "tokens"].map { ("x-ratelimit-remaining-\($0)", "x-ratelimit-reset-\($0)") }

    private static func refill(_ text: String, from now: Date) -> Duration? {
        // Seconds since 1970, or their thousandths, where it can be nothing else.
        if let number = Double(text), number > 1e9 { return until(Date(timeIntervalSince1970: number > 1e12 ? number / 1000 : number), from: now) }
        return seconds(text) ?? length(text) ?? instant(text).flatMap { until($0, from: now) }
    }

    private static func seconds(_ text: String) -> Duration? { Double(text).flatMap { milliseconds($0 * 1000) } }

    private static func milliseconds(_ value: Double) -> Duration? { (0...86_400_000).contains(value) ? .milliseconds(Int64(value)) : nil }

    /// What is over asks for nothing.
    private static func until(_ instant: Date, from now: Date) -> Duration? {
        let left = instant.timeIntervalSince(now)
        return left > 0 ? milliseconds(left * 1000) : nil
    }

    /// `Thu, 26 Nov 2026 07:28:00 GMT` (RFC 9110, section 5.6.7) or `2026-11-26T07:28:00Z` (RFC 3339).
    private static func instant(_ text: String) -> Date? {
        let text = httpDate(text) ?? text
        return (try? Date(text, strategy: .iso8601)) ?? (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }

    /// A date of HTTP in the form of RFC 3339; `nil` for what is none.
    private static func httpDate(_ text: String) -> String? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT", let month = months.firstIndex(of: String(words[2])) else { return nil }
        return "\(words[3])-\(month < 9 ? "0" : "")\(month + 1)-\(words[1])T\(words[4])Z"
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// As Go writes a length of time: `6m0s`, `1h2m3.5s`, `250ms`.
    static func length(_ text: String) -> Duration? {
        var rest = text[...]
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !($0.isASCII && $0.isNumber || $0 == ".") }
            rest = rest.dropFirst(unit.count)
            guard let number = Double(digits), let scale = units[String(unit)] else { return nil }
            total += number * scale
        }
        return milliseconds(total)
    }

    /// In milliseconds.
    private static let units = ["h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1, "us": 0.001, "µs": 0.001, "ns": 0.000_001]
}
