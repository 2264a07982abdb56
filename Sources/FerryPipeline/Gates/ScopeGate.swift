package import FerryModel

/// Keeps a change within the files that its feature names.
///
/// `### Files not to touch` always counts. Where `### Files to modify` names any file, it is the whole list, except that a new test file
/// may come with it: a tester may add tests without the person having foreseen their names, yet not alter tests that are there.
package struct ScopeGate: Gate {
    package let name = "scope"
    package let purpose = "Keeps a change within `### Files to modify` and away from `### Files not to touch`. New test files may accompany it."

    package init() {}

    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        change.files.compactMap { file in
            if let pattern = context.filesNotToTouch.first(where: { $0.matches(file.path) }) {
                return finding(
                    file, "\(file.kind.verb) though `\(pattern)` stands under `### Files not to touch`.",
                    "Restore this file to its state at the base.")
            }
            guard !context.filesToModify.isEmpty, !context.names(file.path) else { return nil }
            if file.kind == .added, TestFile.isTest(file.path) { return nil }
            return finding(
                file, "\(file.kind.verb) though it is not named under `### Files to modify`.",
                "Undo this part of the change; if the feature cannot be done without it, ask a question that says why.")
        }
    }

    private func finding(_ file: ChangedFile, _ message: String, _ remedy: String) -> Finding {
        Finding(rule: name, severity: .error, path: file.path, message: "The file was " + message, remedy: remedy)
    }
}

extension ChangedFile.Kind {
    /// In messages: the file was … .
    var verb: String {
        switch self {
        case .added: "added"
        case .modified: "changed"
        case .deleted: "deleted"
        case .typeChanged: "turned into a file of another type"
        }
    }
}
