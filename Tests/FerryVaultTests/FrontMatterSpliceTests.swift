internal import FerryTestSupport
internal import Testing

@testable internal import FerryVault

@Suite(.timeLimit(.minutes(2)))
struct FrontMatterSpliceTests {
    private func splice(_ text: String, _ value: String = "planned") -> Result<String, NoteRefusal> {
        do throws(NoteRefusal) {
            return .success(try FrontMatterSplice.setting([("status", .text(value))], in: Array(text.utf8)).text)
        } catch { return .failure(error) }
    }

    @Test(arguments: [
        ("---\nstatus: ideas\n---\n", "---\nstatus: planned\n---\n"),
        ("---\nstatus: ideas # why\n---\n", "---\nstatus: planned # why\n---\n"),
        ("---\nstatus:   ideas  \n---\n", "---\nstatus:   planned  \n---\n"),
        ("---\nstatus : 'ideas'\n---\n", "---\nstatus : 'planned'\n---\n"),
        ("---\n\"status\": \"ideas\"\n---\n", "---\n\"status\": \"planned\"\n---\n"),
        ("---\nstatus:\n---\n", "---\nstatus: planned\n---\n"),
        ("---\nstatus: # none\n---\n", "---\nstatus: planned # none\n---\n"),
        ("---\nstatus: ~\n---\n", "---\nstatus: planned\n---\n"),
        ("---\nstatus: null\n---\n", "---\nstatus: planned\n---\n"),
        ("---\nstatus: a: b @ `x`\n---\n", "---\nstatus: planned\n---\n"),
        ("---\n---\n", "---\nstatus: planned\n---\n"),
        ("---\na: 1\n# comment\n---\nx", "---\na: 1\n# comment\nstatus: planned\n---\nx"),
        ("---\na:\n  status: x\n---\n", "---\na:\n  status: x\nstatus: planned\n---\n"),
        ("---\na: 1\n---", "---\na: 1\nstatus: planned\n---"),
        ("---\r\nstatus: ideas\r\n---\r\nx\r\n", "---\r\nstatus: planned\r\n---\r\nx\r\n"),
        ("---\r\na: 1\r\n---\r\n", "---\r\na: 1\r\nstatus: planned\r\n---\r\n"),
        ("\u{FEFF}---\nstatus: x\n---\n", "\u{FEFF}---\nstatus: planned\n---\n"),
        ("\u{FEFF}text", "\u{FEFF}---\nstatus: planned\n---\ntext"),
        ("text\r\nmore", "---\r\nstatus: planned\r\n---\r\ntext\r\nmore"),
        ("---\nStatus: x\n---\n", "---\nStatus: x\nstatus: planned\n---\n"),
        ("---\nauthor: @me\nstatus: x\n---\n", "---\nauthor: @me\nstatus: planned\n---\n"),
        ("---\nx: %y\n---\n", "---\nx: %y\nstatus: planned\n---\n"),
        ("---\nt: |\n  status: fake\n  ---\n---\n", "---\nt: |\n  status: fake\n  ---\nstatus: planned\n---\n"),
        ("---\nb: &x [1]\nc: *x\nstatus: y\n---\n", "---\nb: &x [1]\nc: *x\nstatus: planned\n---\n"),
        ("---\na: &x \"open\nstatus: fake\"\n---\n", "---\na: &x \"open\nstatus: fake\"\nstatus: planned\n---\n"),
        ("---\na: !!str |\n  \"open\nb: *x\n---\n", "---\na: !!str |\n  \"open\nb: *x\nstatus: planned\n---\n"),
        ("---\na: x\n  \"open\nstatus: y\n---\n", "---\na: x\n  \"open\nstatus: planned\n---\n"),
    ])
    func `only the value is replaced`(_ before: String, _ after: String) { #expect(splice(before) == .success(after)) }

    @Test(arguments: [
        "---\nstatus: a\nstatus: b\n---\n", "---\nstatus: &x a\n---\n", "---\nstatus: *x\n---\n", "---\nstatus: !!str a\n---\n",
        "---\nstatus: [a]\n---\n", "---\nstatus: {a: b}\n---\n", "---\nstatus:\n- a\n---\n", "---\nstatus:\n  a: b\n---\n",
        "---\nstatus: |\n  a\n---\n", "---\nstatus: >-\n  a\n---\n", "---\nstatus: a\n  b\n---\n", "---\nstatus: \"a\n  b\"\n---\n",
        "---\nstatus: <% x %>\n---\n", "---\na: 1\n\tb: 2\n---\n", "---\n{status: a}\n---\n", "---\n{\n\"status\": \"a\"\n}\n---\n",
        "---\n? status\n: a\n---\n", "---\n%YAML 1.2\nstatus: a\n---\n", "---\nstatus: a\u{0}\n---\n", "---\nstatus: a\n...\n", "---\nstatus: a\n",
        "---\rstatus: a\r---\r", "", "---\nstatus:planned\n---\nstatus: \u{0}",
        "---\n\"stat\\u0075s\": a\n---\n", "---\n  status: a\n---\n", "---\na: 1\n...\nb: 2\n---\n", "---\na: \"open\n---\n", "---\na: [1,\n---\n",
        "---\na: 1\rstatus: b\n---\n", "one\rtwo\r", "---\n\nkanban-plugin: board\n\n---\n\n## Lane\n", "---\nexcalidraw-plugin: parsed\n---\n",
        "---\na: x\u{2028}status: y\n---\n", "---\n- a\n- b\n---\n", "---\njust text\n---\n",
    ])
    func `what cannot be changed without risk is refused`(_ text: String) {
        let refusal = #expect(throws: NoteRefusal.self) { try splice(text).get() }
        #expect(text.isEmpty || refusal?.line != nil)
    }

    @Test func `other encodings are refused, other bytes in the body are kept`() throws {
        let latin = Array("---\na: caf".utf8) + [0xE9] + Array("\n---\n".utf8)
        #expect(throws: NoteRefusal.self) { try FrontMatterSplice.setting([("status", .text("x"))], in: latin) }
        let utf16: [UInt8] = [0xFF, 0xFE] + "---\nstatus: x\n---\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        #expect(throws: NoteRefusal.self) { try FrontMatterSplice.setting([("status", .text("x"))], in: utf16) }
        let body: [UInt8] = [0xE9, 0, 0xFF, 13, 10]
        #expect(try FrontMatterSplice.setting([("s", .text("x"))], in: Array("---\n---\n".utf8) + body) == Array("---\ns: x\n---\n".utf8) + body)
    }

    @Test(arguments: [
        "planned", "FR-012", "true", "No", "null", "~", "1.5", "0x1F", "2026-01-02", "a: b", "a #b", "#a", "- a", "[x]", "{x}", "*x", "&x", "!x",
        "@x", "`x`",
        "%x", "|", ">", "'q'", "\"q\"", "a\\b", "a\nb\tc", "", " x ", "é — 日本 🙂", "https://x.org/a/b?c=1#d", "x:", "ferry/FR-012-slug",
        "\u{7}\u{85}\u{2028}",
    ])
    func `every value is read back as it was written, in every quote`(_ value: String) throws {
        for start in ["---\nstatus: x\n---\n", "---\nstatus: 'x'\n---\n", "---\nstatus: \"x\"\n---\n", "---\na: 1\n---\n"] {
            let bytes = try FrontMatterSplice.setting([("status", .text(value))], in: Array(start.utf8))
            let entry = try #require(NoteBytes(bytes).frontMatter?.entries.first { $0.key == "status" })
            #expect(try YAMLReader.value(of: entry, in: bytes).content == .text(value))
        }
    }

    @Test func `a value that is there already changes nothing`() throws {
        let text = Array("---\nstatus: \"planned\" # mine\nid: 'FR-1'\n---\n".utf8)
        #expect(try FrontMatterSplice.setting([("status", .text("planned")), ("id", .text("FR-1"))], in: text) == text)
    }

    @Test(arguments: ["cost_usd: 0.5", "cost_usd: 0.50", "cost_usd: \"0.500\" # c"]) func `a number that is there in other digits is left`(
        _ line: String
    ) throws {
        let text = Array("---\n\(line)\n---\n".utf8)
        #expect(try FrontMatterSplice.setting([("cost_usd", .number("0.50"))], in: text) == text)
    }

    @Test func `several keys are set at once, and taken away again`() throws {
        let before = Array("---\r\nid: x\r\n# kept\r\nmine: [1,\r\n  2]\r\n---\r\nbody".utf8)
        let after = try FrontMatterSplice.setting([("id", .text("FR-1")), ("status", .text("done")), ("cost_usd", .number("1.25"))], in: before)
        #expect(after.text == "---\r\nid: FR-1\r\n# kept\r\nmine: [1,\r\n  2]\r\nstatus: done\r\ncost_usd: 1.25\r\n---\r\nbody")
        #expect(
            try FrontMatterSplice.removing(["id", "status", "cost_usd"], from: after).text == "---\r\n# kept\r\nmine: [1,\r\n  2]\r\n---\r\nbody")
        let prepended = try FrontMatterSplice.setting([("id", .text("FR-1"))], in: Array("body".utf8))
        #expect(try FrontMatterSplice.removing(["id"], from: prepended).text == "body")
    }

    @Test func `large and strange front matter is handled in time`() throws {
        let keys = (0..<20_000).map { "key\($0): \"v\"\n" }.joined()
        let many = try FrontMatterSplice.setting([("status", .text("x"))], in: Array("---\n\(keys)---\n".utf8))
        #expect(NoteBytes(many).frontMatter?.entries.count == 20_001)
        let long = Array("---\nlong: \(String(repeating: "x", count: 900_000))\n---\n".utf8)
        #expect(try FrontMatterSplice.setting([("status", .text("x"))], in: long).count == long.count + 10)
        let huge = Array("---\nlong: \(String(repeating: "x", count: 5 << 20))\n---\n".utf8)
        #expect(throws: NoteRefusal.self) { try FrontMatterSplice.setting([("status", .text("x"))], in: huge) }
        let deep = Array("---\na: \(String(repeating: "[", count: 100_000))\n---\n".utf8)
        _ = try? FrontMatterSplice.setting([("status", .text("x"))], in: deep)
        let body = Array("---\nstatus: y\n---\n".utf8) + [UInt8](repeating: 97, count: 11 << 20)
        #expect(try FrontMatterSplice.setting([("status", .text("x"))], in: body).count == body.count)
    }

    /// Front matter from pieces that real notes have; the seed makes a failure repeatable.
    @Test(arguments: 0..<8) func `in thousands of notes every other byte survives`(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var written = 0
        for round in 0..<600 {
            let ending = random.pick(["\n", "\n", "\r\n"])
            let entries = (0..<Int.random(in: 0...6, using: &random)).map { _ in random.pick(Self.pieces) }
            let own = random.pick(Self.own)
            var lines = entries
            if !own.isEmpty { lines.insert(own, at: Int.random(in: 0...lines.count, using: &random)) }
            let text = (["---"] + lines + ["---", "body", "status: body", "---"]).joined(separator: "\n").split(
                separator: "\n", omittingEmptySubsequences: false
            )
            .joined(separator: ending)
            let before = Array((random.pick(["", "", "\u{FEFF}"]) + text).utf8)
            do {
                let after = try FrontMatterSplice.setting([("status", .text("planned"))], in: before)
                try check(before, after, ending, "seed \(seed) round \(round): \(text)")
                written += 1
            } catch is NoteRefusal { continue }
        }
        #expect(written > 300)
    }

    /// What stands before our value, or before the closing fence, is the same, and so is what stands behind.
    private func check(_ before: [UInt8], _ after: [UInt8], _ ending: String, _ story: String) throws {
        let old = try #require(NoteBytes(before).frontMatter, "\(story)")
        let place = old.entries.first { $0.key == "status" }?.inline ?? old.closing.lowerBound..<old.closing.lowerBound
        #expect(after.starts(with: before[..<place.lowerBound]), "\(story)")
        let rest = before[place.upperBound...]
        #expect(after.suffix(rest.count).elementsEqual(rest), "\(story)")
        let written = after[place.lowerBound..<(after.count - rest.count)].text
        #expect([" planned", "planned", "'planned'", "\"planned\"", "status: planned\(ending)"].contains(written), "\(story)")
        let entry = try #require(NoteBytes(after).frontMatter?.entries.first { $0.key == "status" }, "\(story)")
        #expect(try YAMLReader.value(of: entry, in: after).content == .text("planned"), "\(story)")
    }

    private static let own = [
        "", "", "status: ideas", "status: ideas # c", "status: 'it''s'", "status: \"a \\\" b\"", "status:", "status: # c", "status: [a]",
        "status: |\n  x",
        "status: &a x", "status: a\n  b", "\"status\": x", "status : x", "status: \"\"", "status: a#b", "status: 'x' # 'y'",
    ]

    private static let pieces = [
        "a: 1", "b: [x, 'y', \"z\"] # c", "tags:\n  - one\n  - two", "tags2:\n- one\n# c\n- two", "text: |\n  status: fake\n\n  more",
        "fold: >-\n  a\n  b",
        "# status: comment", "", "quoted: \"multi\n  line: x\"", "single: 'it''s\n  status: no'", "flow: {a: 1,\n  status: 2}",
        "nested:\n  status: x\n  y: {z: [1]}",
        "link: \"[[x]]\"", "url: https://a.b/c#d", "plain: don't \"quote\"", "café: ü 🙂", "date: 2020-01-01", "spaced :  v  ", "'q k': 1",
        "multi: a\n  b: c\n  d",
        "anchor: &x 1", "emoji: 🔺 📅 2020", "bad: @x", "bad2: `x`", "bad3: a: b", "tab: a\tb", "empty:", "empty2: # c", "deep:\n  - - - x\n    - y",
        "Status: other",
        "lit: |2-\n    x\n   status: y", "colon: \"a: b\" # \"", "url2: http://x:80", "time: 10:30:00", "pct: 50%", "dash: -x", "q: ?x", "seq: - x",
    ]
}
