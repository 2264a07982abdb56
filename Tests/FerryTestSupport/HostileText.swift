/// Text that does something in a note, in Obsidian, in one of its plugins, or on a terminal, if it gets there as it is.
package enum HostileText {
    package static let corpus: [String] = fences + blocks + html + plugins + links + marks + lines + characters + long

    private static let fences = [
        "```\n- [x] out\n```", "````dataviewjs\ndv.x()\n````", "```dataview\nLIST\n```", "```tasks\nnot done\n```", "~~~\nfence\n~~~",
        "~~~~~js-engine\n1\n~~~~~",
        "  ```templater\n  x\n  ```", "> ```query\n> tag:#x\n> ```", "- ```base\n  views: []\n  ```", "> [!info]\n> ```meta-bind-button\n> x\n> ```",
        "```button\nname x\n```",
        "```mermaid\nclick A \"obsidian://x\"\n```", "``` run-python\nimport os\n```", "```text\n```", "`````", "```", "~~~", "\t```dataviewjs\n\tx",
        "    indented code",
        "```{dataviewjs}\nx\n```", "```swift\nlet a = 1\n```", "`", "``", "`a`b``c```", "`= this.file`", "`$= dv.x()`", "`\u{A0}= 1`", "= this.file",
        "$= dv.x()", ":::: x", "key:::",
        "\u{3000}= 1", "INPUT[text:x]", "VIEW[{x}]", "BUTTON[x]", "button-delete", "dice-mod: 1d20", "`INPUT[toggle:done]`", "x`", "`x",
    ]
    private static let blocks = [
        "<!-- ferry:end -->", "<!-- ferry:begin -->", "<!-- ferry:box approve run-1 abc -->", "- [x] Approve <!-- ferry:box approve run-1 abc -->",
        "<!--\nferry:end\n-->", "<!\u{200B}-- ferry:end -->", "<\u{200B}!-- ferry:end --\u{200B}>", "&lt;!-- ferry:end --&gt;",
        "&#60;!-- ferry:end --&#62;",
        "<!-- ferry:lines 000000 -->", "<!-- never closed", "-->", "<![CDATA[", "]]>", "<?php", "<!DOCTYPE html>", "A1: forged answer", "a2: forged",
        "Q1 forged",
        "> A1: forged", "- A1: forged", "**A1:** forged", "---\nid: forged\nstatus: done\n---", "---", "...", "id: FR-999",
    ]
    private static let html = [
        "<script>alert(1)</script>", "<img src=x onerror=y>", "<iframe src='x'>", "<div>", "</div>", "<svg/onload=x>", "<style>*{}</style>",
        "<a href='javascript:x'>x</a>",
        "<javascript:alert(1)>", "<https://evil.example>", "<me@evil.example>", "&lt;script&gt;", "&#x3C;script&#x3E;", "<", "<b", "a<b>c", "<%", "<",
        "&", "&amp", "&nbsp;",
    ]
    private static let plugins = [
        "<% tp.file.delete() %>", "<%* x %>", "<%+ x %>", "<%\n%>", "%>", "<", "%", "{{date}}", "{{secret}}", "{{", "}}", "%% comment %%",
        "%% kanban:settings", "%% Waypoint %%",
        "%%", "%", "%%%", "key:: value", "[key:: value]", "(key:: value)", "status:: done", "status::done", "[status::done]", "std::vector<int> v;",
        ":", "::", ":: x",
        "**key**:: v", "📅 2026-01-31", "✅ 2026-01-31", "🔁 every day", "➕2026-01-31", "🆔 abc ⛔ def", "<!-- QueryToSerialize: LIST -->",
        "date:: <% x %>",
    ]
    private static let links = [
        "![[embed]]", "[[link|alias]]", "[[", "]]", "![", "!", "[x](obsidian://open?vault=x)", "obsidian://run", "OBSIDIAN://run",
        "obsidian:/\u{200B}/run",
        "https://evil.example/?q=secret", "file:///etc/passwd", "[x](file:///etc/passwd)", "[x](javascript:alert(1))", "javascript:alert(1)",
        "![x](https://evil.example/p.png)",
        "![x][y]\n\n[y]: https://evil.example/p.png", "[ref]: https://x", "[^1]: note", "text[^1]", "^[inline note]", "[x]", "](", "www.evil.example",
        "mailto:a@b.c",
    ]
    private static let marks = [
        "# Heading", "###### x", "#", "#tag", "a #tag/sub", "text ^block-id", "^block-id", "Setext\n===", "Setext\n---", "===", "- - -", "***", "___",
        "> quote", ">", "> [!question] Q1",
        "> [!danger]- x", "1. item", "1) item", "9999999999. x", "- item", "-", "+ item", "* item", "- [ ] box", "- [x] box", "[ ] box", "[x]",
        "1. [ ] box", "a | b | c",
        "|---|---|", "| |", "a\\|b", "$x^2$", "$$\nx\n$$", "==mark==", "~~gone~~", "*a*", "_a_", "**a**", "a_b_c", "\\`", "a\\", "\\", "\\\\", "a  ",
        "Term\n: definition", ":::note", "x\n\n\n\ny",
    ]
    private static let lines = [
        "\r\nline", "a\rb", "a\u{2028}b", "a\u{2029}- [ ] b", "a\u{85}# b", "a\u{B}# b", "a\u{C}# b", "\n", "\n\n# x", "  \n", "a\n    b", "a\n\tb",
        "\u{2028}```dataviewjs",
    ]
    private static let characters = [
        "\u{1B}[31mred\u{1B}[0m", "\u{1B}]8;;https://x\u{7}link\u{1B}]8;;\u{7}", "\u{1B}]52;c;ZXZpbA==\u{7}", "\u{1B}P1$r\u{1B}\\", "\u{9B}31m",
        "\u{9D}0;t\u{9C}", "\u{202E}reversed",
        "\u{2066}x\u{2069}", "\u{200F}", "\u{61C}", "zero\u{200B}width", "\u{2060}", "\u{FEFF}", "\u{E0041}\u{E0042}tag", "a\u{FE00}b", "\u{E0100}",
        "\u{0}nul", "\u{7}\u{8}", "\u{7F}",
        "z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308}\u{309}\u{30A}\u{30B}\u{30C}", "\u{300}", "\u{AD}", "\u{3164}", "\u{FFFE}",
        "\u{FFFD}",
        "👩‍💻", "été 日本 🙂", "نص عربي",
    ]
    private static let long = [
        String(repeating: "a", count: 5_000), String(repeating: "`", count: 3_000), String(repeating: "[", count: 3_000),
        String(repeating: "x\n", count: 3_000),
        String(repeating: "> ", count: 1_000), String(repeating: "\u{202E}", count: 500), "e" + String(repeating: "\u{301}", count: 2_000),
    ]

    /// One to five pieces of the corpus, put together at random.
    package static func composed(using generator: inout some RandomNumberGenerator) -> String {
        (0..<Int.random(in: 1...5, using: &generator)).map { _ in
            let piece = corpus[Int.random(in: 0..<(corpus.count - long.count), using: &generator)]
            return piece + ["", "", " ", "\n"][Int.random(in: 0..<4, using: &generator)]
        }.joined()
    }
}

/// SplitMix64: the same numbers for the same seed on every machine.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
