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
            let isNew = test.map { !known.contains($0.name) } ?? false
            return Finding(
                rule: name, severity: isNew ? .warning : .error, path: file.path, line: skip.line.number,
                message: (test.map { "The test `\($0.name)` is" } ?? "Tests are") + " kept from running by `\(skip.spelling)`.",
                remedy: isNew ? "Let the new test run, or leave it out." : "Let the test run again and make the code pass it.")
        }
    }
}

/// The tests of one changed file on both sides.
private struct TestsOfFile {
    struct Skip {
        let line: SourceText.Line
        let spelling: String
        /// Stands before its test, as attributes and decorators do.
        let isAttribute: Bool
    }

    let path: String
    let isDeleted: Bool
    let before: [TestDialect.Test]
    let after: [TestDialect.Test]
    /// Lines that switch tests off, unless the file held as many before.
    let newSkips: [Skip]

    init?(_ file: ChangedFile) {
        guard let dialect = TestDialect(path: file.path) else { return nil }
        path = file.path
        isDeleted = file.after == .absent
        before = file.before.text.map(dialect.tests) ?? []
        after = file.after.text.map(dialect.tests) ?? []
        let lines = file.newLines
        let skips = lines.compactMap { line in
            dialect.skip(in: line.bytes).map { spelling in
                let start = line.bytes.trimmed.first
                return Skip(line: line, spelling: spelling, isAttribute: start == UInt8(ascii: "@") || start == UInt8(ascii: "#"))
            }
        }
        let earlier = file.before.text?.lines.count { dialect.skip(in: $0) != nil } ?? 0
        let now = file.after.text?.lines.count { dialect.skip(in: $0) != nil } ?? 0
        newSkips = now > earlier ? skips : []
    }

    func test(of skip: Skip) -> TestDialect.Test? {
        skip.isAttribute ? after.first { $0.line >= skip.line.number } : after.last { $0.line <= skip.line.number }
    }
}

/// Which tests are on neither side's other files: gone, not moved and not renamed.
private struct LostTests {
    /// By the path that they stood in.
    let tests: [String: [TestDialect.Test]]
    /// The names of all tests before the change.
    let knownNames: Set<String>

    /// Above this, a rewrite of whole suites is not searched for renamed tests.
    private static let mostPairs = 100_000

    init(_ files: [TestsOfFile]) {
        knownNames = Set(files.flatMap { $0.before.map(\.name) })
        var added: [TestDialect.Test] = []
        var removed: [(path: String, test: TestDialect.Test)] = []
        for file in files {
            let (old, new) = Self.unmatched(file.before, file.after) { $0.name == $1.name }
            removed += old.map { (file.path, $0) }
            added += new
        }
        let (unmoved, unclaimed) = Self.unmatched(removed, added) { $0.test.name == $1.name }
        let isComparable = unmoved.count * unclaimed.count <= Self.mostPairs
        let gone = isComparable ? Self.unmatched(unmoved, unclaimed) { Self.isSimilar($0.test, $1) }.0 : unmoved
        tests = Dictionary(grouping: gone, by: \.path).mapValues { $0.map(\.test) }
    }

    /// Pairs each element of one list with at most one of the other; returns what stays alone on both sides.
    private static func unmatched<Left, Right>(
        _ left: [Left], _ right: [Right], by match: (Left, Right) -> Bool
    ) -> ([Left], [Right]) {
        var rest = right
        let alone = left.filter { element in
            guard let index = rest.firstIndex(where: { match(element, $0) }) else { return true }
            rest.remove(at: index)
            return false
        }
        return (alone, rest)
    }

    /// Half of the longer one's lines stand in the other too. The first line, which holds the name, counts only where it is all there is.
    private static func isSimilar(_ left: TestDialect.Test, _ right: TestDialect.Test) -> Bool {
        guard left.body.count > 1, right.body.count > 1 else { return left.unnamedStart == right.unnamedStart }
        var counts: [ArraySlice<UInt8>: Int] = [:]
        for line in left.body.dropFirst() { counts[line, default: 0] += 1 }
        let shared = right.body.dropFirst().count { line in
            guard let count = counts[line], count > 0 else { return false }
            counts[line] = count - 1
            return true
        }
        return shared * 2 >= max(left.body.count, right.body.count) - 1
    }
}
