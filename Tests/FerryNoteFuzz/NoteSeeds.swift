/// What mutation begins with: notes as people write them, and the edges that are known (docs/vault.md).
package enum NoteSeeds {
    /// Each is a note; the fuzzer puts the byte before it that says what is tried.
    package static let notes: [String] = values.map { "---\nid: FR-1\nstatus: \($0)\ntags: [a, b]\n---\n# Title\n" } + fronts + bodies

    /// Shapes of a value.
    private static let values = [
        "planned", "'it''s'", "\"a \\\" b\" # c", "", "# none", "~", "null", "[a, b]", "{a: b}", "|\n  text\n  status: x", ">-\n  folded\n\n  more",
        "\n  - a\n  - b",
        "\n- a\n- b", "\n  a: b", "&x a", "*x", "!!str a", "<% tp.date.now() %>", "a: b", "@me", "`x`", "[[link]]", "\"[[link|x]]\"", "a #b", "#tag",
        "0x1F",
        "012", "1e3", "yes", "2026-01-02", "- a", "? a", "a\n  b", "\"a\n  b\"", "'a\n\n  b'", "\"\\u0041\"", "🔺 📅", "%", "a\tb", "|2-\n    x\n   y",
    ]

    private static let fronts = [
        "", "---\n", "---\n---\n", "---\n---", "---\n\n# comment\n\n---\n", "--- \t\nid: x\n---  \n", "---\nid: x\n...\n", "---\nid: x\n",
        "----\nid: x\n----\n",
        "\u{FEFF}---\r\nid: x\r\n---\r\nbody\r\n", "---\rid: x\r---\r", "---\nid: a\nid: b\n---\n", "---\n{id: x}\n---\n", "---\n? id\n: x\n---\n",
        "---\n%YAML 1.2\nid: x\n---\n", "---\na: 1\n\tb: 2\n---\n", "---\n\"stat\\u0075s\": x\n'id' : y\nid :z\n---\n",
        "---\na: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n---\n",
        "---\nkanban-plugin: board\n---\n\n## Lane\n\n- [ ] card\n\n%% kanban:settings\n```\n{}\n```\n%%\n", "---\nexcalidraw-plugin: parsed\n---\n",
        "---\nferry: ignore\n---\n",
        "---\nstatus:idea\n---\n", "---\n  id: x\n---\n", "---\n- a\n---\n", "---\nbad: - @x\nstatus: y\n---\n", "---\nx: \"open\n---\n",
        "---\nagents_at_once: 2\nbudget_run_usd: 2.5\n---\n",
        "---\nrole: coder\nmodel: large\ntools: [bash, read]\nmax_turns: 10\n---\nYou are {{role}}.\n",
        "---\napplies_to: [\"src/**\"]\nseverity: error\n---\n```sh check\ntrue\n```\n",
        "---\npath: /srv/x\ntest: make test\nlimits: {memory_mb: 1024, minutes: 5}\n---\n",
        "# Prices\n\n| model | input | output |\n|---|---|---|\n| a/b | 1.0 | 2 |\n",
        "# Settings\n\n## Providers\n\n```yaml\nlocal: {api: openai, base_url: http://localhost:1, key: NONE}\n```\n\n## Models\n\n```yaml\nlarge: [a/b, c/d]\n```\n",
    ]

    private static let bodies = [
        "A line.", "# Title\r\n\r\nText ^abc", "- [ ] Task ➕ 2026-01-01 🔺\n- [x] done\n  - [/] half\n", "> [!note]+ Callout\n> text\n",
        "key:: value\n[a:: b] (c:: d)\n",
        "```sh\nmake\n```\n~~~~\nopen\n", "%% open\n", "$$\nx\n", "<!-- open\n", "<div>\n\n</div>\n<script>\n", "| a | b |\n|---|---|\n| c | d |\n",
        "[^1]: note\n[ref]: /x\n",
        "Title\n===\n\nOther\n---\n", "* * *\n- - x\n1. a\n   1. b\n", "    code\n\ttab\n",
        "x\n\n<!-- ferry:begin -->\nmine\n<!-- ferry:end -->\nafter\n",
        "<!-- ferry:begin -->\n> [!info] x\n- [x] A <!-- ferry:box approve run-1 abc -->\n> A1: yes\n<!-- ferry:lines 0a1b2c -->\n<!-- ferry:end -->",
        "<!-- ferry:end -->\n",
        "# F\n\n## Scope\n\n### Files to modify\n- `src/a.c`\n- ../x\n\n### Files not to touch\n- docs/**\n\n## Phases\n\n### Phase 1: One\ntext\n\n## Implementation plan\nplan\n\n"
            + "## Testing\n```console\n$ make test\nok\n```\n- look\n\n## Definition of done\n- all\n\n## Feedback\nmore\n\n## Questions\nQ1 what?\nA1: this\n",
        "<% tp.file.title %>\n", "a\u{0}b\n", "caf\u{E9} cafe\u{301} \u{2028} \u{85} \u{202E}\n", "same\nsame\nother\nsame\nsame\nother\n",
        "a.sync-conflict-20260102-030405-ABCDEFG.md",
    ]

    /// Words that mutation puts in.
    package static let words = [
        "---\n", "...\n", "status: ", "id: ", "cost_usd: ", "\n", "\r\n", "\r", "\t", "  ", "# ", ": ", "- ", "? ", "|\n", ">-\n", "\"", "'", "[",
        "]", "{", "}", "&a ", "*a", "!t ", "%",
        "%%", "$$", "```", "~~~", "`", "<!--", "-->", "<!-- ferry:begin -->\n", "<!-- ferry:end -->\n", "<!-- ferry:lines ",
        "ferry:box approve run-1", "> ", "A1: ", "## Testing\n",
        "## Scope\n", "[[", "]]", "<%", "<script>", "<?", "<![CDATA[", "\\", "\u{0}", "\u{FEFF}", "\u{2028}", "\u{85}", "1. ", "- [ ] ", "===", "* ",
    ]
}
