internal import FerryLLM
internal import FerryModel

@testable internal import FerryPipeline

/// What came of one fault.
struct FaultRow: Sendable {
    let fault: ModelFault
    let end: ModelFault.End
    /// That reached the server.
    let requests: Int
    let took: Duration
    /// All that was booked; `nil` where a price was unknown.
    let cost: Money?
    /// In the words of the table.
    let did: String

    init(
        _ fault: ModelFault, _ outcome: AgentOutcome, requests: Int, took: Duration, _ entries: [TranscriptEntry],
        _ settled: [(usage: ModelUsage, cost: Money?)]
    ) {
        self.fault = fault
        self.requests = requests
        self.took = took
        cost = settled.reduce(Money?.some(.zero)) { sum, one in sum.flatMap { sum in one.cost.map { sum + $0 } } }
        switch outcome {
        case .finished: end = .finished
        case .unavailable: end = .unavailable
        case .stopped, .parked, .sandboxFailed: end = .stopped
        }
        did = Self.story(fault, outcome, entries)
    }

    private static func story(_ fault: ModelFault, _ outcome: AgentOutcome, _ entries: [TranscriptEntry]) -> String {
        var failures: [String] = []
        var told: [String] = []
        var conversations = 0
        for entry in entries {
            switch entry.event {
            case .began: conversations += 1
            case .failed(_, let reason, _, _): failures.append(plain(reason))
            case .result(_, _, _, _, let text, true, _): told.append(plain(text))
            case .result(_, _, _, _, let text, false, _): if let line = lineOfCut(in: text) { told.append(line) }
            case .said(let text): if let line = reminder(in: text) { told.append(line) }
            case .answered, .ended, .resumed: break
            }
        }
        var parts: [String] = []
        if let reason = failures.first {
            // The last failure was followed by something else than another try of the same.
            let isLast = isUnavailable(outcome) || conversations > 1 || fault.hasFallback
            let again = failures.count - (isLast ? 1 : 0)
            parts.append(reason)
            if again > 0 { parts.append("Asked again \(again == 1 ? "once" : "\(again) times")") }
            if fault.hasFallback { parts.append("The next model of the chain was asked") }
        }
        if conversations > 1 { parts.append("Went on in a fresh conversation, with a hand-over note") }
        var seen: Set<String> = []
        parts += told.filter { seen.insert($0).inserted }.prefix(2).map { "Told the model: “\($0)”" }
        parts.append(ending(outcome))
        return parts.joined(separator: ". ")
    }

    private static func isUnavailable(_ outcome: AgentOutcome) -> Bool { if case .unavailable = outcome { true } else { false } }

    private static func ending(_ outcome: AgentOutcome) -> String {
        switch outcome {
        case .finished: return "Finished"
        case .unavailable(let error):
            let wait =
                switch error.faultClass {
                case .rate: "the job waits as long as is asked, and the breaker opens"
                case .infrastructure: "the job waits, and is tried again by itself"
                case .quota: "the job waits; tried again every 15 minutes"
                case .configuration: "the job waits for a mended setting"
                default: "the job waits"
                }
            return "Stopped: \(wait)"
        default: return plain(outcome.summary).prefix(1).uppercased() + plain(outcome.summary).dropFirst()
        }
    }

    private static func lineOfCut(in text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix("[…") }.map { plain(String($0)) }
    }

    private static func reminder(in text: String) -> String? {
        text.hasPrefix("You called no tool") || text.contains("This same call of") ? plain(text) : nil
    }

    /// One line without what differs from machine to machine; the first two sentences.
    private static func plain(_ text: String) -> String {
        var line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        line = line.replacing(/127\.0\.0\.1(:\d+)?/, with: "the server").replacing("|", with: "/")
        return line.count > 220 ? String(line.prefix(217)) + "…" : line
    }
}
