/// A note that somebody could have written, and what Ferry may do with it in planned. The lists are those of the reference on vaults (4.3, 4.4).
struct HostileNote: Sendable {
    enum Fate: Sendable {
        /// Ferry adds these of its keys, and its block at the end; nothing else changes.
        case written([String])
        /// No byte changes, and check and dashboard say so, each in these words.
        case refused(String)
    }

    /// With `.md`.
    var name: [UInt8]
    var content: [UInt8]
    var fate: Fate

    init(_ name: String, _ content: String, _ fate: Fate = .written(["id", "status"])) { self.init(name, Array(content.utf8), fate) }

    init(_ name: String, _ content: [UInt8], _ fate: Fate = .written(["id", "status"])) {
        self.name = Array("\(name).md".utf8)
        self.content = content
        self.fate = fate
    }

    init(bytes: [UInt8]) {
        name = bytes + Array(".md".utf8)
        content = Array(Self.text.utf8)
        fate = .written(["id", "status"])
    }

    private static let text = "# Title\n\nText.\n"
    private static let begin = "<!-- ferry:begin -->"
    private static let end = "<!-- ferry:end -->"
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func front(_ name: String, _ yaml: String, _ fate: Fate = .written(["id", "status"])) -> HostileNote {
        HostileNote(name, "---\n\(yaml)\n---\n\(text)", fate)
    }

    static let groups = ["front matter": frontMatter, "bodies": bodies, "names": names]

    /// Front matter and encodings.
    static let frontMatter: [HostileNote] = [
        front("two ids", "id: FR-100\nid: FR-101", .refused("there twice")), front("two tags", "tags: a\ntags: b"),
        front("anchor under id", "id: &a FR-102\nx: *a", .refused("anchor")), front("anchor elsewhere", "x: &a [1, 2]\ny: *a"),
        front("merge", "base: &b {id: FR-900}\n<<: *b"), front("tag under id", "id: !!str FR-103", .refused("tag")),
        front("tag elsewhere", "x: !custom {a: 1}"), front("tab", "x:\n\ty: 1", .refused("tab")), front("tab behind a colon", "x:\ty"),
        HostileNote("dots", "---\nx: 1\n...\n\(text)", .refused("...")), front("dots within", "x: 1\n...\ny: 2", .refused("...")),
        HostileNote("crlf", "---\r\nx: 1\r\n---\r\n# T\r\n\r\ntext\r\n"), HostileNote("mixed", "---\r\nx: 1\ny: 2\r\n---\n# T\r\n\ntext\r\nmore\n"),
        HostileNote("mixed body", "# T\r\n\ntext\r\nmore\n"), HostileNote("mark", mark + "---\nx: 1\n---\n# T\n".utf8),
        HostileNote("mark alone", mark + "# T\ntext\n".utf8), HostileNote("two marks", mark + mark + "---\nx: 1\n---\n# T\n".utf8),
        HostileNote("cr", "---\rx: 1\r---\r# T\r", .refused("carriage return")), HostileNote("cr body", "# T\rtext\r", .refused("carriage return")),
        HostileNote("no last line end", "---\nx: 1\n---\n# T\ntext"), front("deep", "x: " + String(repeating: "[", count: 2_000), .refused("")),
        front("long value", "k: " + String(repeating: "v", count: 100_000)),
        front("many keys", (0..<1_000).map { "k\($0): \($0)" }.joined(separator: "\n")),
        front("long key", String(repeating: "k", count: 70_000) + ": 1"), front("braces", "{x: 1, y: 2}", .refused("braces")),
        front("json", "{\n \"x\": 1\n}", .refused("braces")), front("question mark", "? x\n: y", .refused("?")),
        front("directive", "%YAML 1.2\nx: 1", .refused("directive")), HostileNote("zero", "# T\n\0text\n", .refused("UTF-8")),
        front("zero in front", "x: a\0b", .refused("UTF-8")), HostileNote("latin", Array("# T\ncaf".utf8) + [0xE9, 0x0A], .refused("UTF-8")),
        HostileNote("utf 16", "\u{FEFF}# T\n\ntext\n".utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, .refused("UTF-8")),
        HostileNote("unclosed", "---\nx: 1\n# T\n", .refused("never closed")), HostileNote("four dashes", "----\nx: 1\n----\n\(text)"),
        HostileNote("dashes and blanks", "---  \nx: 1\n---\t\n\(text)"), HostileNote("blank line first", "\n---\nx: 1\n---\n\(text)"),
        HostileNote("rule", "# T\n\n---\nid: FR-555\n---\n"), front("literal", "x: |\n  ---\n  id: FR-556"),
        front("list under status", "status: [a, b]", .refused("status")), front("list under id", "id:\n  - FR-1", .refused("id")),
        front("comments", "# id: FR-1\nx: 1 # id: FR-2"), front("nested", "ferry:\n  id: FR-1\n  status: done"), front("empty", "x:\n\n# c\n"),
        front("not valid", "at: @me\npct: %50\ntick: `a`\nlink: [[x]]\ncolon: a: b"), front("plain list", "ferry: [ignore]"),
        // What only the person can have meant.
        front("zettel", "id: 202601011010", .written(["status"])), front("number", "id: 7", .written(["status"])),
        front("path", "id: ../../x", .written(["status"])), front("too high", "id: FR-9999999999", .written(["status"])),
        front("small letters", "id: fr-5", .written(["status"])), front("odd word", "status: tomorrow", .written(["id"])),
        front("date", "status: 2026-01-01", .written(["id"])), front("both", "id: x\nstatus: y", .written([])),
        front("highest", "id: FR-999999999", .written(["status"])), front("other prefix", "id: ABC-1", .written(["status"])),
    ]

    /// Marks of Ferry's and of plug-ins, and text that is left open.
    static let bodies: [HostileNote] = [
        HostileNote("marks in a fence", "# T\n\n```html\n\(begin)\nx\n\(end)\n```\n"), HostileNote("begin in a fence", "# T\n\n```\n\(begin)\n```\n"),
        HostileNote("marks in code", "# T\n\n    \(begin)\n    \(end)\n\nend\n"), HostileNote("marks in a span", "# T\n\n`\(begin)` and `\(end)`\n"),
        HostileNote("marks in a line", "# T\n\ntext \(begin) more \(end) end\n"),
        HostileNote("marks in a quote", "# T\n\n> \(begin)\n> hi\n> \(end)\n"),
        HostileNote("marks in a callout", "# T\n\n> [!note]\n> \(begin)\n> hi\n> \(end)\n"),
        HostileNote("marks in a list", "# T\n\n- \(begin)\n- \(end)\n"),
        HostileNote("marks in a comment", "# T\n\n%%\n\(begin)\n\(end)\n%%\n", .refused("%")),
        HostileNote("marks in math", "# T\n\n$$\n\(begin)\n\(end)\n$$\n", .refused("$")),
        HostileNote("marks in html", "# T\n\n<!--\n\(begin)\n\n", .refused("markers")),
        HostileNote("begin", "# T\n\n\(begin)\nx\n", .refused("markers")),
        HostileNote("end", "# T\n\nx\n\(end)\n", .refused("markers")), HostileNote("end first", "# T\n\n\(end)\n\(begin)\n", .refused("markers")),
        HostileNote("two blocks", "# T\n\n\(begin)\na\n\(end)\n\n\(begin)\nb\n\(end)\n", .refused("markers")),
        HostileNote("block in block", "# T\n\n\(begin)\n\(begin)\na\n\(end)\n\(end)\n", .refused("markers")),
        HostileNote("open fence", "# T\n\n```sh\nls\n", .refused("never closed")),
        HostileNote("open comment", "# T\n\n<!-- x\n", .refused("never closed")),
        HostileNote("open percent", "# T\n\n%% x\n", .refused("never closed")), HostileNote("open math", "# T\n\n$$ x\n", .refused("never closed")),
        HostileNote("open pre", "# T\n\n<pre>\nx\n", .refused("never closed")),
        HostileNote("open script", "# T\n\n<script>\nx\n", .refused("never closed")),
        HostileNote("open div", "# T\n\n<div>\nx\n"), HostileNote("list", "# T\n\n- a\n  - b"),
        HostileNote("table", "| a | b |\n|---|---|\n| 1 | 2 |"),
        HostileNote("callout", "> [!note] x\n> y"), HostileNote("block id", "# T\n\ntext ^abc-1\n"),
        HostileNote("footnote", "# T[^1]\n\n[^1]: foot\n    more\n"),
        HostileNote("heading below", "# T\n\nlast line\n==="), HostileNote("long line", "# T\n" + String(repeating: "x", count: 200_000) + "\n"),
        HostileNote("too long", "# T\n" + String(repeating: "x\n", count: 1_100_000), .refused("large")),
        HostileNote(
            "dataview",
            "---\nx:: 1\n---\n# T\nkey:: value [a:: b] (c:: d)\n```dataview\nTABLE x\n```\n```dataviewjs\ndv.el('a')\n```\n`= this.x` `$= 1`\n"),
        HostileNote(
            "tasks", "# T\n- [ ] a ➕ 2026-01-01 ⏳ 2026-01-02 🔺 🔁 every day 🆔 a1 ⛔ b2\n- [/] half\n- [x] b ✅ 2026-01-01\n```tasks\nnot done\n```\n"),
        HostileNote("bases", "# T\n```base\nviews:\n  - type: table\n```\n![[x.base#View]]\n"),
        HostileNote("templater", "# T\nhello <% tp.date %> x\n"),
        front(
            "obsidian",
            "aliases: [x, \"y: z\"]\ntags:\n- a\n- b/c\ncssclasses: [wide]\ndate: 2026-01-01\ncheck: true\nempty:\nlink: \"[[x|y]]\"\nlinks:\n  - \"[[a]]\""
        ),
        HostileNote("obsidian text", "# T\n![[e.png|100]] [[a#b|c]] ==hl== %%c%% ~~s~~ $x$ <u>u</u> #tag/x\n\nterm\n: def\n"),
    ]

    /// Names: nothing in them is special to Ferry.
    static let names: [HostileNote] =
        [
            "new\nline", "quote\"s'", "emoji 👩‍👩‍👧", "bidi \u{202E}x", "colon: x", "dots...", "trailing dot.", "-rf", " leading", "trailing ",
            "$(touch x)",
            "a|b^c#d", "[[x]]", "%%x%%", "tab\tname", "esc\u{1B}[31mred", "zero\u{200B}width", "<b>html<b>", "`tick`", "<% x %>", "{{x}}",
            "C:\\win\\path",
            "CON", "Case", "case", "CASE", "caf\u{E9}", "cafe\u{301}", String(repeating: "x", count: 252), String(repeating: "é", count: 126),
        ].map { HostileNote(bytes: Array($0.utf8)) } + [HostileNote(bytes: [0x62, 0x61, 0x64, 0xFF, 0xFE])]
}
