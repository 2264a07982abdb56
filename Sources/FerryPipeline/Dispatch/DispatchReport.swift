internal import FerryModel

/// How the dispatcher is, as it says itself after a pass of its loop.
package struct DispatchReport: Hashable, Sendable, Codable {
    /// Features with a live attempt, and what each is doing.
    package var atWork: [String: String] = [:]
    /// Queued features that have not begun.
    package var queued = 0
    package var merging = 0
    /// Features that wait for a person: to be decided, and blocked.
    package var inReview = 0
    package var blocked = 0
    package var isStopped = false
    /// It begins nothing any more and ends when what is under way has ended.
    package var isStopping = false
    /// The vault has been looked at, and what was decided is carried out.
    package var hasLooked = false
    /// Why the vault is not there.
    package var absence: String?
    /// Why its events cannot be relied upon, so that it is looked at every few seconds instead.
    package var unreliability: String?
    /// Why nothing can be stored now.
    package var storage: String?
    /// Faults that hold up everything, or all features of a repository.
    package var holds: [String] = []
    /// What is wrong with models and providers, by their names.
    package var models: [String: String] = [:]

    package init() {}

    /// The queue in a line, for a service manager.
    package var line: String {
        var parts = ["\(atWork.count) at work", "\(queued) queued"]
        if merging > 0 { parts.append("\(merging) merging") }
        if inReview > 0 { parts.append("\(inReview) to decide") }
        if blocked > 0 { parts.append("\(blocked) blocked") }
        let faults = [absence, storage].compactMap { $0 } + holds + models.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
        var head: [String] = []
        if isStopping { head.append("stopping") }
        if isStopped { head.append("stopped by STOP.md") }
        if let fault = faults.first { head.append(fault + (faults.count > 1 ? " (and \(faults.count - 1) more)" : "")) }
        return (head + [parts.joined(separator: ", ")]).joined(separator: "; ")
    }
}
