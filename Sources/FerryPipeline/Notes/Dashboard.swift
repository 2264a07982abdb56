package import FerryModel
package import FerryStore
package import FerryVault
package import SystemPackage

/// The dashboard note: faults, what waits for a person, what is under way, money. Written whole by Ferry; a pure text of what it is given.
package struct Dashboard: Sendable {
    package var features: [FeatureRecord] = []
    package var stages: [FeatureID: String] = [:]
    /// What each queued feature waits for.
    package var waits: [FeatureID: String] = [:]
    /// Faults of the surroundings: they hold work up and block no feature.
    package var holds: [String] = []
    package var faults: [NoteFault] = []
    /// Notes that cannot be written or taken up, with the reason.
    package var noteFaults: [FilePath: String] = [:]
    package var conflicts: [FilePath: String] = [:]
    package var today = SpendingTotal()
    package var dayLimit: Money = .zero
    package var isStopped = false
    package init() {}

    /// The note as Markdown.
    package func render() -> String {
        var lines = ["# Dashboard", "", "Written by Ferry; what you write here is replaced.", ""]
        if isStopped { lines += ["> [!warning] Stopped", "> `90_system/STOP.md` is there: nothing starts. Delete it to go on.", ""] }
        lines += section("Health", holds.map { "- \(InertText.inline($0, limit: 1000))" }, none: "All is well.")
        lines += section(
            "Faults in notes",
            faults.map { "- \(InertText.inline($0.description, limit: 1000))" }
                + noteFaults.sorted { $0.key.string < $1.key.string }.map {
                    "- \(InertText.code($0.key.string)): \(InertText.inline($0.value, limit: 1000))"
                }
                + conflicts.sorted { $0.key.string < $1.key.string }.map {
                    "- \(InertText.code($0.key.string)) is a conflict copy of \(InertText.code($0.value)); it is never run. Take over what you need and delete it."
                },
            none: "None.")
        lines += section("Waits for you", rows([.review, .blocked]) { $0.waitsFor ?? "decide: approve, or ask for changes" }, none: "Nothing.")
        lines += section("Under way", rows([.inProgress]) { stages[$0.id] ?? $0.waitsFor ?? "waits" }, none: "Nothing.")
        lines += section("Queue", rows([.planned]) { $0.waitsFor ?? waits[$0.id] ?? "starts next" }, none: "Empty.")
        lines += ["## Money", "", "Today (UTC): \(RunNotes.cost(today)) of \(dayLimit) USD.", ""]
        return lines.joined(separator: "\n")
    }

    private func section(_ title: String, _ lines: [String], none: String) -> [String] {
        ["## \(title)", ""] + (lines.isEmpty ? [none] : lines) + [""]
    }

    private func rows(_ states: Set<FeatureState>, _ what: (FeatureRecord) -> String) -> [String] {
        features.filter { feature in feature.isPresent && (feature.state.map(states.contains) ?? false) }.map {
            "- \($0.id) [[\(InertText.inline($0.path.stem ?? ""))]]: \(InertText.inline(what($0), limit: 300))"
        }
    }
}
