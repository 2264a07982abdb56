/// How one language's test runners find tests, and how tests are kept from running. Line by line, by the usual spellings.
struct TestDialect: Sendable {
    /// A test as it stands in a file.
    struct Test: Hashable, Sendable {
        let name: String
        /// From 1.
        let line: Int
        /// Its lines up to the next test, trimmed, without empty ones; what tells a renamed test from a new one.
        let body: [ArraySlice<UInt8>]

        /// The first line without the test's name.
        var unnamedStart: [UInt8] {
            let first = Array(body.first ?? [])
            let own = Array((name.split(separator: ".").last.map(String.init) ?? name).utf8)
            guard let range = first.firstRange(of: own) else { return first }
            return Array(first[..<range.lowerBound] + first[range.upperBound...])
        }
    }

    enum Language: Sendable { case go, java, javaScript, python, rust, swift }

    let language: Language
    let isTestFile: Bool

    /// `nil` for a file in which no known runner looks for tests.
    init?(path: String) {
        let suffixes: [(String, Language)] = [
            (".go", .go), (".java", .java), (".kt", .java), (".groovy", .java), (".js", .javaScript), (".jsx", .javaScript), (".mjs", .javaScript),
            (".cjs", .javaScript), (".ts", .javaScript), (".tsx", .javaScript), (".mts", .javaScript), (".py", .python), (".rs", .rust),
            (".swift", .swift),
        ]
        guard let language = suffixes.first(where: { path.hasSuffix($0.0) })?.1 else { return nil }
        self.language = language
        isTestFile = language == .go ? TestFile.isOfGo(path) : TestFile.isTest(path)
        // In these languages a test looks like any function, so the file's name decides. Rust and Java mark each test.
        if !isTestFile, language == .python || language == .javaScript || language == .go { return nil }
    }

    /// The tests of a file, in their order.
    func tests(in text: SourceText) -> [Test] {
        let lines = code(of: text)
        let usesXCTest = language == .swift && lines.contains { $0.contains("XCTest".utf8) }
        var found: [(name: String, line: Int)] = []
        var isMarked = false
        var classes: [(indent: Int, name: String)] = []
        for (index, line) in lines.enumerated() where !line.isEmpty {
            let trimmed = line.trimmed
            let name: String?
            switch language {
            case .python: name = Self.pythonTest(trimmed, indent: line.count - line.drop { $0 == 0x20 || $0 == 0x09 }.count, classes: &classes)
            case .go: name = Self.goTest(trimmed)
            case .javaScript: name = Self.javaScriptTest(trimmed, next: lines.indices.contains(index + 1) ? lines[index + 1] : [])
            case .rust: name = Self.markedTest(trimmed, &isMarked, marks: Self.rustMarks, keyword: "fn ")
            case .java: name = Self.markedTest(trimmed, &isMarked, marks: Self.javaMarks, keyword: nil)
            case .swift:
                let plain = usesXCTest ? Self.name(after: "func ", in: trimmed).flatMap { $0.hasPrefix("test") ? $0 : nil } : nil
                name = Self.markedTest(trimmed, &isMarked, marks: ["@Test"], keyword: "func ") ?? plain
            }
            if let name { found.append((name, index + 1)) }
        }
        return found.enumerated().map { position, test in
            let end = position + 1 < found.count ? found[position + 1].line - 1 : lines.count
            let body = lines[(test.line - 1)..<max(test.line, end)].map(\.trimmed).filter { !$0.isEmpty }
            return Test(name: test.name, line: test.line, body: body)
        }
    }

    /// The spelling that keeps a test from running, where the line (of code, not of a comment) holds one.
    func skip(in line: ArraySlice<UInt8>) -> String? {
        guard isTestFile || language == .rust || language == .java else { return nil }
        let trimmed = line.trimmed
        // In Go these comments decide whether a file is built.
        if language == .go, let mark = ["//go:build ", "// +build "].first(where: { trimmed.starts(with: $0.utf8) }) {
            return String(mark.dropLast())
        }
        if trimmed.starts(with: commentStart) { return nil }
        return skips.first { Self.contains(word: $0, in: trimmed) }
    }

    /// The line of a function in whose place all tests of a Go package run, where it runs none (testing, func TestMain).
    func emptyMain(in text: SourceText) -> SourceText.Line? {
        guard language == .go else { return nil }
        let lines = code(of: text)
        guard let index = lines.firstIndex(where: { $0.starts(with: "func TestMain(".utf8) }), !lines.contains(where: { $0.contains(".Run()".utf8) })
        else {
            return nil
        }
        return SourceText.Line(number: index + 1, bytes: lines[index])
    }

    private var commentStart: String.UTF8View { language == .python ? "#".utf8 : "//".utf8 }

    private var skips: [String] {
        switch language {
        case .python:
            [
                "pytest.mark.skip", "pytest.skip(", "unittest.skip", "skipTest(", "SkipTest", "@skip", "pytest.mark.xfail", "pytest.xfail(",
                "expectedFailure", "__test__ = False", "collect_ignore",
            ]
        case .swift: ["XCTSkip", ".disabled(", ".disabled)", "withKnownIssue", "XCTExpectFailure", "#if false", ".enabled(if: false"]
        case .go: ["t.Skip(", "t.SkipNow(", "t.Skipf(", "b.Skip(", "f.Skip("]
        case .rust: ["#[ignore", "#[cfg(any())]", "#[cfg(false)]", "#[cfg(FALSE)]"]
        case .java: ["@Disabled", "@Ignore", "@EnabledIf", "assumeTrue(false", "enabled = false"]
        case .javaScript:
            ["it", "test", "describe", "context", "suite", "specify"].flatMap { call in
                [".skip(", ".skip.", ".todo(", ".only(", ".only.", ".fails(", ".failing("].map { call + $0 }
            } + ["xit(", "xtest(", "xdescribe(", "xcontext(", "fit(", "fdescribe(", "t.skip(", "t.todo(", "this.skip(", "skip: true", "todo: true"]
        }
    }

    // MARK: - Finding tests

    private static let rustMarks = ["#[test", "#[tokio::test", "#[async_std::test", "#[rstest", "#[wasm_bindgen_test", "#[quickcheck"]
    private static let javaMarks = ["@Test", "@ParameterizedTest", "@RepeatedTest", "@TestFactory", "@Property"]

    private static func pythonTest(_ line: ArraySlice<UInt8>, indent: Int, classes: inout [(indent: Int, name: String)]) -> String? {
        if let name = name(after: "class ", in: line) {
            classes.removeAll { $0.indent >= indent }
            classes.append((indent, name))
            return nil
        }
        let definition = line.starts(with: "async ".utf8) ? line.dropFirst(6).trimmed : line
        guard definition.starts(with: "def test".utf8), let name = name(after: "def ", in: definition) else { return nil }
        classes.removeAll { $0.indent >= indent }
        return (classes.map(\.name) + [name]).joined(separator: ".")
    }

    private static func goTest(_ line: ArraySlice<UInt8>) -> String? {
        if line.starts(with: "t.Run(\"".utf8) { return quoted(line) }
        guard line.starts(with: "func ".utf8), let name = name(after: "func ", in: line) else { return nil }
        return ["Test", "Benchmark", "Fuzz", "Example"].contains(where: name.hasPrefix) ? name : nil
    }

    private static func javaScriptTest(_ line: ArraySlice<UInt8>, next: ArraySlice<UInt8>) -> String? {
        let call = line.starts(with: "await ".utf8) ? line.dropFirst(6) : line
        let word = call.prefix { (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == UInt8(ascii: ".") }.text
        let base = word.split(separator: ".").first.map(String.init) ?? ""
        let isTest = ["it", "test", "xit", "xtest", "fit", "specify"].contains(base) || word == "t.test" || word == "Deno.test"
        guard isTest, call.dropFirst(word.utf8.count).first.map({ "(`".utf8.contains($0) }) ?? false else { return nil }
        return quoted(call) ?? quoted(next)
    }

    /// For languages that mark a test before its function: the mark may stand on the same line or some lines above.
    private static func markedTest(_ line: ArraySlice<UInt8>, _ isMarked: inout Bool, marks: [String], keyword: String?) -> String? {
        if marks.contains(where: { contains(word: $0, in: line) }) { isMarked = true }
        guard isMarked else { return nil }
        let name: String?
        if let keyword {
            name = Self.name(after: keyword, in: line)
        } else {
            name = methodName(line)
        }
        if name != nil { isMarked = false }
        return name
    }

    /// The identifier, or the words in backticks, after a keyword that begins a word.
    private static func name(after keyword: String, in line: ArraySlice<UInt8>) -> String? {
        guard let range = line.firstRange(of: Array(keyword.utf8)), range.lowerBound == line.startIndex || !isIdentifier(line[range.lowerBound - 1])
        else { return nil }
        let rest = line[range.upperBound...]
        if rest.first == UInt8(ascii: "`") { return rest.dropFirst().prefix { $0 != UInt8(ascii: "`") }.text }
        let name = rest.prefix(while: isIdentifier)
        return name.isEmpty ? nil : name.text
    }

    /// Java's and Kotlin's: what stands before the parenthesis that opens the parameters.
    private static func methodName(_ line: ArraySlice<UInt8>) -> String? {
        if let name = name(after: "fun ", in: line) { return name }
        var rest = line
        while rest.first == UInt8(ascii: "@") { rest = withoutAnnotation(rest) }
        guard let open = rest.firstIndex(of: UInt8(ascii: "(")) else { return nil }
        let name = rest[..<open].reversed().prefix(while: isIdentifier).reversed()
        return name.isEmpty ? nil : Array(name).text
    }

    /// What follows `@Name` or `@Name(…)`.
    private static func withoutAnnotation(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = line.dropFirst().drop { isIdentifier($0) || $0 == UInt8(ascii: ".") }
        guard rest.first == UInt8(ascii: "(") else { return rest.trimmed }
        var depth = 0
        repeat {
            guard let byte = rest.popFirst() else { return rest }
            depth += byte == UInt8(ascii: "(") ? 1 : byte == UInt8(ascii: ")") ? -1 : 0
        } while depth > 0
        return rest.trimmed
    }

    private static func quoted(_ line: ArraySlice<UInt8>) -> String? {
        guard let open = line.firstIndex(where: "\"'`".utf8.contains) else { return nil }
        let text = line[(open + 1)...].prefix { $0 != line[open] }
        return text.isEmpty ? nil : text.text
    }

    private static func contains(word: String, in line: ArraySlice<UInt8>) -> Bool {
        let bytes = Array(word.utf8)
        var rest = line
        while let range = rest.firstRange(of: bytes) {
            let startsWord = range.lowerBound == line.startIndex || !isIdentifier(line[range.lowerBound - 1]) || !isIdentifier(bytes[0])
            let endsWord = range.upperBound == line.endIndex || !isIdentifier(line[range.upperBound]) || !isIdentifier(bytes[bytes.count - 1])
            // `pytest.mark.skip` is meant to find `skipif` too; only attributes end where they end (`@Test`, not `@TestOnly`).
            if startsWord, endsWord || bytes[0] != UInt8(ascii: "@") { return true }
            rest = line[range.upperBound...]
        }
        return false
    }

    private static func isIdentifier(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte >= 0x80 || SecretPattern.Alphabet.letters.contains(byte)
    }

    // MARK: - Leaving comments and long strings out

    /// The lines with comments and the insides of multi-line strings blanked, so that a commented-out test is no test.
    private func code(of text: SourceText) -> [ArraySlice<UInt8>] {
        var fence: [UInt8]?
        var isComment = false
        return text.lines.map { line in
            let trimmed = line.trimmed
            if let open = fence {
                if line.contains(open) { fence = nil }
                return []
            }
            if isComment {
                if line.contains("*/".utf8) { isComment = false }
                return []
            }
            if trimmed.starts(with: commentStart) { return [] }
            // Only at a line's start: `/*` also stands in globs.
            if language != .python, trimmed.starts(with: "/*".utf8) {
                isComment = !trimmed.dropFirst(2).contains("*/".utf8)
                return []
            }
            fence = openFence(in: line)
            return line
        }
    }

    /// The delimiter of a long string that begins on this line and does not end on it.
    private func openFence(in line: ArraySlice<UInt8>) -> [UInt8]? {
        let fences: [[UInt8]] =
            switch language {
            case .python: [Array("\"\"\"".utf8), Array("'''".utf8)]
            case .swift, .java: [Array("\"\"\"".utf8)]
            case .go, .javaScript, .rust: []
            }
        var rest = line
        while let next = fences.compactMap({ fence in rest.firstRange(of: fence).map { (fence, $0) } }).min(by: { $0.1.lowerBound < $1.1.lowerBound })
        {
            guard let close = rest[next.1.upperBound...].firstRange(of: next.0) else { return next.0 }
            rest = rest[close.upperBound...]
        }
        return nil
    }
}
