internal import FerryLLM
internal import FerrySandbox

/// How an agent program ended, and what it had said by then.
struct ProgramEnd: Sendable {
    var ending: CommandResult.Ending
    /// The end of what it printed beside its conversation.
    var output: String
    var lastWords: String
    var report: JSONValue?
    var refusal: String?
    /// It was ended because it gave no sign of work for so long.
    var silence: Duration?
    /// It was ended because it went in circles.
    var circles: String?
    /// It was ended because it said more than so many bytes.
    var tooMuchTalk: Int?
    /// What it said of a failure of its own.
    var complaint: String?
    /// It asked its model, or used a tool.
    var didWork = false

    var isFailure: Bool { ending != .exited(0) || complaint != nil }

    /// In words.
    var failure: String {
        let status =
            switch ending {
            case .exited(let code): "it ended with status \(code)"
            case .signalled(let signal): "signal \(signal) ended it"
            case .deadline, .diskLimit, .memoryLimit: "it was ended"
            }
        let words = complaint ?? (output.isEmpty ? nil : output)
        return status + (words.map { ": \($0.suffix(500))" } ?? "")
    }
}
