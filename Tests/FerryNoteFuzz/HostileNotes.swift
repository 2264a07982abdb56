internal import FerryVault
internal import SystemPackage

/// Notes that make a careless parser take quadratic time, deep recursion or endless memory. Nobody writes them; a model, a sync tool or an attacker might.
package enum HostileNotes {
    /// Each of about so many bytes.
    package static func all(bytes size: Int) -> [(name: String, note: [UInt8])] {
        fronts(size).map { ($0.name, Array("---\n".utf8) + $0.text + Array("\n---\n# Title\n".utf8)) } + bodies(size) + wholes(size)
    }

    /// What is done with a note.
    package enum Way: String, CaseIterable, Sendable { case read, readSettings, write, merge }

    package static func take(_ note: [UInt8], _ way: Way) {
        switch way {
        case .read: _ = FeatureNote(parsing: note, path: "10_features/01_ideas/a.md")
        case .readSettings: _ = SettingsNote(NoteBytes(note))
        case .write: _ = FeatureNote.refusalToWrite(into: note)
        case .merge:
            _ = ThreeWayMerge.merge(base: note, mine: Array("mine\n".utf8) + note, theirs: note.dropLast(note.count / 100) + Array("theirs\n".utf8))
        }
    }

    private typealias Named = (name: String, text: [UInt8])

    private static func times(_ text: String, _ size: Int) -> [UInt8] {
        let piece = Array(text.utf8)
        return Array(repeatElement(piece, count: max(1, size / piece.count)).joined())
    }

    private static func numbered(_ size: Int, _ line: (Int) -> String) -> [UInt8] {
        var result: [UInt8] = []
        var number = 0
        while result.count < size {
            result += Array(line(number).utf8)
            number += 1
        }
        return result
    }

    private static func fronts(_ size: Int) -> [Named] {
        // More than a mebibyte is refused unread.
        let size = min(size, 1_000_000)
        return [
            ("20,000 keys and more", numbered(size) { "key\($0): \"v\"\n" }), ("one key again and again", times("a: b\n", size)),
            ("a value of a megabyte", times("long: x", 7) + times("x", size)),
            ("open brackets", Array("a: ".utf8) + times("[", size)), ("nested braces over lines", Array("a: ".utf8) + times("{a:\n", size)),
            ("dashes", Array("a:\n ".utf8) + times("- ", size)),
            ("question marks", Array("a:\n ".utf8) + times("? ", size)), ("open quotes", times("a: \"\n", size)),
            ("quotes closed and opened", times("a: 'b' '\n", size)),
            ("anchors and aliases", Array("a0: &a0 [x]\n".utf8) + numbered(size) { "a\($0 + 1): &a\($0 + 1) [*a\($0), *a\($0), *a\($0)]\n" }),
            ("anchors in a line", Array("a: ".utf8) + times("&a ", size)),
            ("aliases", times("a: [*a, *a, *a]\n", size)), ("tags", times("a: !!map !t x\n", size)),
            ("lists in lists", numbered(size) { String(repeating: " ", count: $0) + "- a:\n" }),
            ("block scalars", numbered(size) { "a\($0): |\n  x\n\n" }), ("blank lines", Array("a: |+\n".utf8) + times("\n", size)),
            ("comments", times("# x\n", size)), ("tabs", times("\ta: b\n", size)),
            ("stray lines", times("x\n", size)), ("escapes", Array("a: \"".utf8) + times("\\u0041", size) + Array("\"".utf8)),
            ("flow list of much", Array("a: [".utf8) + times("x,", size) + Array("]".utf8)),
            ("id again and again", times("id: FR-1\n", size)), ("dots", times("...\n", size)), ("blanks", Array("a:".utf8) + times(" ", size)),
            ("folded quotes", Array("a: \"".utf8) + times("x\n\n", size)),
        ]
    }

    private static func bodies(_ size: Int) -> [Named] {
        [
            ("plain text", times("The quick brown fox jumps over the lazy dog.\n", size)), ("one line", times("x", size)),
            ("headings", times("# a\n", size)), ("headings of every level", numbered(size) { String(repeating: "#", count: $0 % 6 + 1) + " a\n" }),
            ("underlined headings", times("a\n=\n\n", size)), ("phases", Array("## Phases\n".utf8) + times("### Phase 1: x\n\n", size)),
            ("items", times("- [ ] x\n", size)), ("empty items", times("-\n", size)),
            ("quotes in quotes", times(">", size)), ("quotes in quotes, then lines", times("> ", size / 2) + times("x\n", size / 2)),
            ("lists in a line", times("+ ", size / 2) + Array("a\n".utf8) + times("\n", size / 2)),
            ("numbers in a line", times("1. ", size / 2) + Array("a\n".utf8) + times("\n", size / 2)),
            ("dashes in a line", times("- ", size) + Array("a\n".utf8)), ("stars in a line", times("* ", size) + Array("a\n".utf8)),
            ("stairs of lists", numbered(size / 2) { String(repeating: " ", count: 2 * $0) + "- a\n" } + times("\n", size / 2)),
            ("fences", times("```\nx\n```\n", size)), ("open fences in items", times("- ```\n", size)),
            ("templates and fences", times("<% x\n```\n```\n", size)), ("markers and fences", times("<!-- ferry:begin -->\n```\n```\n", size)),
            ("markers", times("<!-- ferry:begin -->\n<!-- ferry:end -->\n", size)),
            (
                "boxes",
                Array("<!-- ferry:begin -->\n".utf8) + times("- [x] A <!-- ferry:box approve run-1 abc -->\n", size)
                    + Array("<!-- ferry:end -->\n".utf8)
            ),
            (
                "a person's lines in the block",
                Array("<!-- ferry:begin -->\n".utf8) + numbered(size) { "mine \($0)\n" } + Array("<!-- ferry:end -->\n".utf8)
            ),
            ("answers", Array("<!-- ferry:begin -->\n".utf8) + numbered(size) { "A\($0 % 999): yes\n" } + Array("<!-- ferry:end -->\n".utf8)),
            ("open brackets", times("[", size)), ("images", times("![[]()", size)),
            ("links", times("[a](<b", size)), ("emphasis", times("*a _b ", size)), ("emphasis of many kinds", times("**a *b __c _d ", size)),
            ("backticks", numbered(size) { String(repeating: "`", count: $0 % 900 + 1) + " " }),
            ("entities", times("&amp; &#x0; &a", size)), ("open comments in text", times("a <!-- b\n", size)),
            ("processing instructions in text", times("a <? b\n", size)),
            ("indented instructions", Array("a\n".utf8) + times("    <?\n", size)), ("declarations in text", times("a <!A b\n", size)),
            ("CDATA in text", times("a <![CDATA[ b\n", size)), ("open tags", times("<a href=\"", size)),
            ("tags", times("a <a b='c' d=\"e\" f>\n", size)), ("closing tags", times("x </a", size)), ("autolinks", times("<http:a", size)),
            ("tables", times("| a | b |\n", size)), ("comment marks", times("%%", size)), ("comment mark lines", times("%% a\n", size)),
            ("math marks", times("$$", size)), ("math mark lines", times("a $$ b\n", size)), ("spans and marks", times("`%%` %%", size)),
            ("backslashes", times("\\", size)), ("hard breaks", times("a\\\n", size)), ("references", numbered(size) { "[r\($0)]: /x\n" }),
            ("tests", Array("## Testing\n".utf8) + times("```sh\nx\n```\n", size)),
            ("scope", Array("## Scope\n### Files to modify\n".utf8) + times("- ../x\n", size)),
            ("questions", Array("## Questions\n".utf8) + times("A1: x\n", size)),
            ("blank lines", times("\n", size)), ("tabs", times("\t", size)), ("tabbed items", times("-\tx\n", size)), ("returns", times("\r", size)),
            ("zeros", times("\u{0}", size)), ("continuations", [UInt8](repeating: 0x80, count: size)),
            ("combining marks", Array("a".utf8) + times("\u{301}", size)), ("a heading of a megabyte", Array("# ".utf8) + times("*a_[", size)),
            ("an item of many lines", Array("- a\n".utf8) + times("b\n", size)), ("prose", Array("## Testing\n".utf8) + times("x\n\n", size)),
        ]
    }

    private static func wholes(_ size: Int) -> [Named] {
        [
            ("never closed", Array("---\n".utf8) + times("a: b\n", size)), ("fences", times("---\n", size)),
            ("UTF-16", [0xFF, 0xFE] + times("a\u{0}", size)), ("returns alone", Array("---\r".utf8) + times("a: b\r", size)),
            ("settings with unknown keys", Array("---\n".utf8) + numbered(min(size, 1_000_000)) { "agents_at_onc\($0): 2\n" } + Array("---\n".utf8)),
            ("settings with many models", Array("## Models\n\n```yaml\n".utf8) + numbered(size) { "m\($0): a/b\n" } + Array("```\n".utf8)),
            ("prices", Array("| model | input | output |\n|---|---|---|\n".utf8) + numbered(size) { "| a/b\($0) | 1 | 2 |\n" }),
            ("a merge of equal lines", times("a\n", size)), ("a merge of different lines", numbered(size) { "\($0)\n" }),
        ]
    }
}
