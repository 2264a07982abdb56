/// Lines at the bottom of a terminal that are rewritten in place. Pure: what is shown in, the bytes that change it out.
///
/// Nothing is erased before it is written over, and each change is one write, so nothing flickers.
struct LiveLines: Hashable, Sendable {
    private var shown: [String] = []

    /// What takes the terminal from the lines shown to these; each line fits into the terminal's width.
    mutating func replacing(with lines: [String]) -> String {
        guard lines != shown else { return "" }
        let text = top + lines.map { $0 + "\u{1B}[K\n" }.joined() + (lines.count < shown.count ? "\u{1B}[J" : "")
        shown = lines
        return text
    }

    /// What clears the lines, and what shows them again below something else; both empty where nothing is shown.
    var around: (before: String, after: String) {
        shown.isEmpty ? ("", "") : (top + "\u{1B}[J", shown.map { $0 + "\u{1B}[K\n" }.joined())
    }

    /// Back to the first of the lines.
    private var top: String { shown.isEmpty ? "" : "\r\u{1B}[\(shown.count)A" }
}
