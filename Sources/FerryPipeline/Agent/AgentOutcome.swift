package import FerryLLM
package import FerrySandbox

/// How an agent's work ended. Only a machine that cannot keep the record (no space) and a cancelled task are thrown.
package enum AgentOutcome: Hashable, Sendable {
    /// The agent gave its report, and the report fits its schema.
    case finished(JSONValue)
    /// The agent did not get there; another attempt, or a person, may.
    case stopped(AgentStop)
    /// A limit of money was reached before the next call; the feature asks, or waits.
    case parked(BudgetReached)
    /// The model cannot be had now, or at all (key, quota, provider). Not the feature's fault.
    case unavailable(ModelError)
    /// Nothing can be run contained on this machine now. Not the feature's fault.
    case sandboxFailed(SandboxError)
}

/// Why an agent was stopped without a report.
package enum AgentStop: Hashable, Sendable, CustomStringConvertible {
    /// All turns were used; the number is the limit.
    case turns(Int)
    /// All the time was used; this is the limit.
    case time(Duration)
    /// It repeated itself, or only sent calls that failed; the text says which.
    case stuck(String)
    /// It stopped calling tools and gave no report, although it was asked for one.
    case noReport
    /// Its report did not fit the schema, also when it was asked again; the problems of the last one, each with its place.
    case invalidReport([String])
    /// An agent program of somebody else's ended without a report; the text says how.
    case program(String)
    /// The provider or the model refused the task; what it said about that.
    case refused(String?)

    package var description: String {
        switch self {
        case .turns(let limit): "it used all \(limit) turns (`max_turns`) without a report"
        case .time(let limit): "it used all its time (`max_minutes`: \(limit.components.seconds / 60)) without a report"
        case .stuck(let reason): "it was stuck: \(reason)"
        case .noReport: "it ended without a report, also when it was asked for one"
        case .invalidReport(let problems): "its report does not fit: \(problems.joined(separator: "; "))"
        case .program(let reason): "its program gave no report: \(reason)"
        case .refused(let detail): "the model refused the task" + (detail.map { ": \($0)" } ?? "")
        }
    }
}
