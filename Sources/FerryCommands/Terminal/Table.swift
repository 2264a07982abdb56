internal import FerryVault

/// Rows of cells in columns that are as wide as their widest cell; the last column is not padded.
struct Table: Hashable, Sendable {
    private var rows: [[Cell]] = []

    struct Cell: Hashable, Sendable {
        var text: String
        var ink: Style.Ink?
        /// `text` may come from anywhere; its first blanks stay, as an indent.
        init(_ text: String, _ ink: Style.Ink? = nil) {
            self.text = text.prefix { $0 == " " } + SafeText.line(text)
            self.ink = ink
        }
    }

    var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ cells: Cell...) { rows.append(cells) }

    /// The lines, each cell painted after it was padded.
    func lines(_ style: Style) -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in rows.map { column < $0.count ? TextWidth.columns($0[column].text) : 0 }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let text = column + 1 < row.count ? TextWidth.pad(cell.text, to: widths[column]) : cell.text
                return cell.ink.map { style.paint(text, $0) } ?? text
            }.joined(separator: "  ")
        }
    }
}
