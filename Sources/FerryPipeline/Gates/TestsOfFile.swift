/// The tests of one changed file on both sides.
struct TestsOfFile {
    struct Skip {
        let line: SourceText.Line
        let spelling: String
        /// Stands before its test, as attributes and decorators do.
        let isAttribute: Bool
        /// All tests of the package, not one.
        var isOfAll = false
        /// `skipif`, `XCTSkipUnless`, `@DisabledOnOs`, `//go:build`: runs elsewhere.
        let isConditional: Bool
    }

    let path: String
    let isDeleted: Bool
    let isNew: Bool
    let before: [TestDialect.Test]
    let after: [TestDialect.Test]
    /// Lines that switch tests off, unless the file held as many before.
    let newSkips: [Skip]

    init?(_ file: ChangedFile) {
        guard let dialect = TestDialect(path: file.path) else { return nil }
        path = file.path
        isDeleted = file.after == .absent
        isNew = file.before == .absent
        before = file.before.text.map(dialect.tests) ?? []
        after = file.after.text.map(dialect.tests) ?? []
        let lines = file.newLines
        let skips = lines.compactMap { line in
            dialect.skip(in: line.bytes).map { spelling in
                let start = line.bytes.trimmed.first
                let text = line.bytes.text.lowercased()
                return Skip(
                    line: line, spelling: spelling, isAttribute: start == UInt8(ascii: "@") || start == UInt8(ascii: "#"),
                    isConditional: ["skipif", "skipunless", "disabledon", "enabledif", "disabledif", "go:build", "+build"].contains(
                        where: text.contains))
            }
        }
        let earlier = file.before.text?.lines.count { dialect.skip(in: $0) != nil } ?? 0
        let now = file.after.text?.lines.count { dialect.skip(in: $0) != nil } ?? 0
        var added = now > earlier ? skips : []
        if let main = file.after.text.flatMap(dialect.emptyMain), file.before.text.flatMap(dialect.emptyMain) == nil {
            added.append(Skip(line: main, spelling: "TestMain without Run", isAttribute: false, isOfAll: true, isConditional: false))
        }
        newSkips = added
    }

    func test(of skip: Skip) -> TestDialect.Test? {
        skip.isAttribute ? after.first { $0.line >= skip.line.number } : after.last { $0.line <= skip.line.number }
    }
}
