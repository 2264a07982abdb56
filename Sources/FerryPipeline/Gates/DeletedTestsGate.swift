package import FerryModel

/// Finds tests that a change removes or keeps from running.
///
/// A test that moved to another file of the change, or was renamed (half of its lines stand in a new test), is not gone.
/// Where the feature itself names the test file under `### Files to modify`, removed tests are a warning: they may be the task.
package struct DeletedTestsGate: Gate {
    package let name = "deleted-tests"
    package let purpose = "Finds tests that were removed, and tests that were switched off (skip, only, expected failure)."

    package init() {}

    package func check(_ change: ProposedChange, _ context: GateContext) -> [Finding] {
        let files = change.files.compactMap(TestsOfFile.init)
        let lost = LostTests(files)
        return files.flatMap { file -> [Finding] in
            let gone = lost.tests[file.path] ?? []
            return (gone.isEmpty ? [] : [removed(gone, from: file, context)]) + skipped(in: file, known: lost.knownNames)
        }
    }

    private func removed(_ tests: [TestDialect.Test], from file: TestsOfFile, _ context: GateContext) -> Finding {
        let names = tests.prefix(5).map { "`\($0.name)`" }.joined(separator: ", ") + (tests.count > 5 ? " and \(tests.count - 5) more" : "")
        let what = tests.count == 1 ? "1 test" : "\(tests.count) tests"
        return Finding(
            rule: name, severity: context.names(file.path) ? .warning : .error, path: file.path,
            message: file.isDeleted ? "The test file was deleted with \(what): \(names)." : "\(what) no longer there: \(names).",
            remedy: "Put the tests back and make the code pass them. If the feature takes away what they check, say so in a question.")
    }

    private func skipped(in file: TestsOfFile, known: Set<String>) -> [Finding] {
        file.newSkips.map { skip in
            let test = file.test(of: skip)
            let isNew = test.map { !known.contains($0.name) } ?? file.isNew
            let isDeliberate = skip.isConditional || test.map { !skip.isAttribute && $0.line != skip.line.number } ?? false
            return Finding(
                rule: name, severity: !isNew || skip.isOfAll ? .error : isDeliberate ? .note : .warning, path: file.path, line: skip.line.number,
                message: (skip.isOfAll ? "Tests are" : test.map { "The test `\($0.name)` is" } ?? "Tests are")
                    + " kept from running by `\(skip.spelling)`.",
                remedy: isNew ? "Let the new test run, or leave it out." : "Let the test run again and make the code pass it.")
        }
    }
}
