internal import FerryTestSupport

/// Makes notes of every style that people and programs write, from a seed.
struct NoteGenerator {
    var random: SeededRandom
    /// How many pieces a note is made of, at most; smaller ones show what is wrong more plainly.
    private let size: Int

    init(seed: UInt64, size: Int = 8) {
        random = SeededRandom(seed: seed)
        self.size = size
    }

    /// A whole note: mark, front matter or none, body, line ends of one kind or mixed.
    mutating func note() -> [UInt8] {
        var text = random.chance(12) ? "" : frontMatter()
        text += body()
        if random.chance(6), text.hasSuffix("\n") { text.removeLast() }
        return Array((random.chance(12) ? "\u{FEFF}" : "").utf8) + ended(Array(text.utf8))
    }

    mutating func frontMatter() -> String {
        var entries = (0..<random.number(size + 1)).map { _ in entry() }
        for key in ["id", "status", "branch", "pr", "cost_usd"] where !random.chance(3) {
            entries.insert(own(key), at: random.number(entries.count + 1))
        }
        let blank = random.pick(["", "", "", " ", "\t "])
        return "---\(blank)\n" + entries.map { $0 + "\n" }.joined() + random.pick(["---", "---", "---", "---  ", "...", "---\t"]) + "\n"
    }

    mutating func body() -> String {
        (0..<random.number(size + 1)).map { _ in random.pick(Self.bodies) + random.pick(["\n", "\n\n", "\n \n"]) }.joined()
    }

    /// One of Ferry's keys in one of the ways that it can stand there.
    private mutating func own(_ key: String) -> String {
        let name = random.chance(8) ? random.pick(["\"\(key)\"", "'\(key)'", "\(key) ", "\"\(key)\" "]) : key
        return "\(name):" + random.pick(Self.ownValues)
    }

    private mutating func entry() -> String {
        switch random.number(10) {
        case 0: random.pick(["", "# status: comment", "  # indented comment", "#", " "])
        case 1: random.pick(Self.oddLines)
        case 2: nested(depth: 1 + random.number(4))
        default: "\(random.pick(Self.keys)):\(random.pick(Self.values))\(random.pick(["", "", "", " # c", "  ", " # it's \"quoted\""]))"
        }
    }

    private mutating func nested(depth: Int) -> String {
        var lines = ["\(random.pick(Self.keys)):"]
        let step = random.pick([1, 2, 4])
        for level in 1...depth {
            let indent = String(repeating: " ", count: level * step)
            lines.append(
                indent + random.pick(["status: x", "- a: 1", "b:", "- - x", "# c", "text: |", "\"id\": {a: [1, 2]}", "list: [a,", "*x", "quote: 'a"]))
        }
        return lines.joined(separator: "\n")
    }

    /// LF, CR LF, both by turns, or by chance a CR that ends no line.
    private mutating func ended(_ text: [UInt8]) -> [UInt8] {
        let style = random.number(8)
        var result: [UInt8] = []
        for byte in text {
            if byte == UInt8(ascii: "\n"), style >= 5, style < 7 || random.chance(2) { result.append(UInt8(ascii: "\r")) }
            result.append(byte)
        }
        if random.chance(40), !result.isEmpty { result.insert(random.pick([0x0D, 0, 0xE9, 0x85, 0x0C]), at: random.number(result.count)) }
        return result
    }

    private static let keys = [
        "title", "tags", "a", "b", "café", "cafe\u{301}", "with space", "\"quoted\"", "'it''s'", "a:b", "Status", "STATUS", "my-key", "x.y", "🔺",
        "date", "-x", "?y", "1", "null",
        "\"a\\\"b\"", "status2", "_id", "key#1",
    ]

    private static let values = [
        "", " plain", " 'single'", " \"double\"", " 'it''s'", " \"a \\\" b\"", " 12", " 0x1F", " 012", " 1e3", " 1.5", " yes", " ~", " null",
        " 2026-01-02", " 10:30:00",
        " a: b", " @me", " `x`", " %y", " [a, 'b', \"c\"]", " [a,\n  b]", " {a: 1, b: [x]}", " {a: 1,\n status: 2}", "\n  - one\n  - two",
        "\n- one\n- two", "\n- a: 1\n  status: x",
        " |\n  text\n\n  status: fake", " |+\n  kept\n\n", " >-\n  folded\n  more", " |2-\n    x\n   y", " >+2\n   x", " \"over\n  two: lines\"",
        " 'over\n\n  status: x'", " plain\n  over\n  lines",
        " plain\n  \"quote", " don't \"quote\"", " &anchor value", " *alias", " &a [x]", " !!str 1", " !tag\n  a: b", " &x \"open\n  status: fake\"",
        " !!str |\n  \"x", " <% tp.date.now() %>",
        " [[link]]", " \"[[link|alias]]\"", " https://x.org/a?b#c", " a #b", " #tag", " 🔁 every day 📅 2026-01-01", " a\tb", "\tx", " \"unclosed",
        " [unclosed", " 'a' b", " \u{2028}x",
        " >\n\n  late", " - x", " ? y", " <<", " ''", " \"\"", " []", " {}", " [[a, b], {c: d}]", " " + String(repeating: "long ", count: 300),
        " \"\\u0041\\\n  x\"", " a:", " :", " ,", " }", " &", " *", " !", "  spaced  ",
    ]

    private static let ownValues = [
        "", " ideas", " planned", " 'ideas'", " \"ideas\"", " ideas # why", " 'x' # 'y'", " \"a # b\"", "  ideas  ", " ~", " null", " # none", " 1.5",
        " 1.50", " FR-012", " 'it''s'",
        " \"a \\\" b\"", " [a]", " {a: b}", "\n  - a", "\n- a", "\n  a: b", " |\n  a", " >-\n  a", " &x a", " *x", " !!str a", " a\n  b",
        " \"a\n  b\"", " <% x %>", " a: b", " @x", "\tx",
        " 'open", " [open", " a#b", " - x", "x",
    ]

    private static let oddLines = [
        "stray", "{a: b}", "? key\n: value", "%YAML 1.2", "\ttab: x", "  indented: x", "- item", "...", "<<: *x", "&a k: v", "!t k: v", "*x : y",
        "\"stat\\u0075s\": x", "'status'x: y",
        "key with: colon: x", "----", "--- x", "<%* x %>", "@at: x", "`tick`: x", "[a]: b", "status:idea", "- - - x", ": x", "id", "status", "=: x",
        "| x", "> x", "{{template}}", "key:value: x",
    ]

    private static let bodies = [
        "# Title", "Text with ^block-id", "status: body", "---", "***", "- [ ] task ➕ 2026-01-01 🔺 🆔 a1", "- [x] done ✅ 2026-01-02", "  - [/] half",
        "> [!note]- Callout\n> text ^id", "key:: value",
        "[a:: b] and (c:: d)", "```sh\nmake test\n```", "~~~~text\n```\n~~~~", "%% comment %%", "%%\nmore\n%%", "$$\nx^2\n$$",
        "| a | b |\n|---|---|\n| c | d |", "[^1]: footnote", "[ref]: https://x.org",
        "<div>\nhtml\n</div>", "<!-- comment -->", "Title\n===", "    indented", "1. one\n2. two", "![[embed]] [[note|alias]] [[note#^id]]",
        "<% tp.file.title %>", "```dataview\nlist\n```", "costs $$ more", "50 %",
        "`%%` and `<!--`", "\\%% x", "a\u{0301} \u{202E} \u{FEFF} 🔁", "## Testing\n\n```sh\ntrue\n```", "## Questions\n\nA1: yes",
        "```html\n<!-- ferry:begin -->\n<!-- ferry:end -->\n```", "* * *", "<details>\n<summary>x</summary>",
        "```open", "%% open", "<!-- open", "$$\nopen", "<script>", "- x\n  ```\n  y", "> ```\n> y", "<!-- ferry:begin -->", "<!-- ferry:end -->",
        "  <!-- ferry:begin -->",
        "<!-- ferry:begin -->\nmine\n<!-- ferry:end -->",
        "<!-- ferry:begin -->\n> [!question] Q1 x\n> A1: yes, do\n<!-- ferry:lines 0a1b2c -->\n<!-- ferry:end -->",
    ]
}
