/// What Google's services say beside an error's code, in its `details`: google.rpc.RetryInfo, QuotaFailure and ErrorInfo.
struct GoogleErrorDetails {
    /// From RetryInfo, which stands in for a header.
    private(set) var retryAfter: Duration?
    /// A quota of a whole day is used up: waiting for minutes does not mend it.
    private(set) var isDailyQuota = false
    /// Of ErrorInfo, such as API_KEY_INVALID.
    private(set) var reasons: [String] = []

    init(_ error: JSONValue) {
        for detail in error["details"]?.array ?? [] {
            if let delay = detail["retryDelay"]?.string { retryAfter = Self.duration(delay) }
            if let reason = detail["reason"]?.string { reasons.append(reason) }
            for violation in detail["violations"]?.array ?? [] where violation["quotaId"]?.string?.contains("PerDay") == true {
                isDailyQuota = true
            }
        }
    }

    /// `34.4s`, the form of google.protobuf.Duration in JSON.
    private static func duration(_ text: String) -> Duration? {
        guard text.hasSuffix("s"), let seconds = Double(text.dropLast()), (0...86_400).contains(seconds) else { return nil }
        return .milliseconds(Int64((seconds * 1000).rounded(.up)))
    }
}
