@testable internal import FerryCommands
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct TerminalTests {
    /// A terminal that knows what Ferry sends: line feed, carriage return, cursor up, erase to the end of the line and of the screen.
    private struct Screen {
        private(set) var lines: [[Unicode.Scalar]] = [[]]
        private var row = 0
        private var column = 0

        var text: [String] { lines.map { String(String.UnicodeScalarView($0)) }.reversed().drop { $0.isEmpty }.reversed() }

        mutating func receive(_ text: String) {
            var rest = Array(text.unicodeScalars)[...]
            while let scalar = rest.popFirst() {
                switch scalar {
                case "\n":
                    row += 1
                    column = 0
                    if row == lines.count { lines.append([]) }
                case "\r": column = 0
                case "\u{1B}":
                    let sequence = rest.dropFirst().prefix { !$0.properties.isAlphabetic }
                    rest = rest.dropFirst(sequence.count + 1)
                    escape(rest.popFirst(), Int(String(String.UnicodeScalarView(sequence))) ?? 1)
                default:
                    while lines[row].count <= column { lines[row].append(" ") }
                    lines[row][column] = scalar
                    column += 1
                }
            }
        }

        private mutating func escape(_ final: Unicode.Scalar?, _ count: Int) {
            switch final {
            case "A": row = max(0, row - count)
            case "K": lines[row] = Array(lines[row].prefix(column))
            case "J":
                lines[row] = Array(lines[row].prefix(column))
                lines.removeSubrange((row + 1)...)
            default: Issue.record("an escape that the live lines do not need: \(String(describing: final))")
            }
        }
    }

    @Test func `live lines are rewritten in place, grow, shrink and go`() {
        var live = LiveLines()
        var screen = Screen()
        screen.receive("before\n")
        let frames = [["one"], ["one, longer", "two"], ["1"], ["a", "b", "c"], []]
        for frame in frames {
            screen.receive(live.replacing(with: frame))
            #expect(screen.text == ["before"] + frame)
        }
    }

    @Test func `what is printed meanwhile stands above the live lines`() {
        var live = LiveLines()
        var screen = Screen()
        screen.receive(live.replacing(with: ["working", "waiting"]))
        let (before, after) = live.around
        screen.receive(before + "news\n" + after)
        #expect(screen.text == ["news", "working", "waiting"])
        screen.receive(live.replacing(with: ["done"]))
        #expect(screen.text == ["news", "done"])
    }

    @Test func `a frame that is the same sends nothing, and nothing is erased before it is written over`() {
        var live = LiveLines()
        _ = live.replacing(with: ["a", "b"])
        #expect(live.replacing(with: ["a", "b"]).isEmpty)
        let frame = live.replacing(with: ["c", "d"])
        #expect(!frame.contains("\u{1B}[J") && !frame.contains("\u{1B}[2K"))
    }

    @Test func `width counts columns, not scalars`() {
        #expect(TextWidth.columns("abc") == 3)
        #expect(TextWidth.columns("e\u{301}a") == 2)
        #expect(TextWidth.columns("日本") == 4)
        #expect(TextWidth.columns("🚢") == 2)
        #expect(TextWidth.columns(Style(isColoured: true).paint("red", .red)) == 3)
    }

    @Test func `a line is cut to its columns, and its colour ends all the same`() {
        #expect(TextWidth.cut("abcdef", to: 6) == "abcdef")
        #expect(TextWidth.cut("abcdef", to: 4) == "abc…")
        #expect(TextWidth.columns(TextWidth.cut("日本語日本語", to: 6)) <= 6)
        let painted = Style(isColoured: true).paint("abcdef", .red) + "ghi"
        let cut = TextWidth.cut(painted, to: 4)
        #expect(cut == "\u{1B}[31mabc…\u{1B}[0m")
        #expect(TextWidth.cut("abc", to: 0).isEmpty)
    }

    @Test func `text of others is one clean line`() {
        #expect(TextWidth.line("a\u{1B}[2Jb\r\nc\u{7}", to: 20) == "ab c")
        #expect(TextWidth.line("\u{202E}evil", to: 40).contains("<U+202E>"))
    }

    @Test func `columns of a table are aligned, without colours where there are none`() {
        var table = Table()
        table.add(.init("a", .bold), .init("日本"), .init("x"))
        table.add(.init("long"), .init("b"), .init("y"))
        #expect(table.lines(Style(isColoured: false)) == ["a     日本  x", "long  b     y"])
    }

    @Test(arguments: [(0, "0:00"), (62, "1:02"), (3599, "59:59"), (3723, "1:02:03")]) func `times are short`(seconds: Int, text: String) {
        #expect(ProgressLine.clock(.seconds(seconds)) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (12_345, "12.3k"), (456_789, "456k"), (1_234_567, "1.2M")]) func `counts are short`(
        count: Int, text: String
    ) {
        #expect(ProgressLine.short(count) == text)
    }

    @Test func `the nearest words come first, and nothing far is proposed`() {
        #expect(NearestWords.of("smal", among: ["medium", "small", "large"]) == ["small"])
        #expect(NearestWords.of("dark", among: ["Dark mode", "Light mode"]) == ["Dark mode"])
        #expect(NearestWords.of("xyzzy", among: ["small", "medium"]).isEmpty)
    }
}
