/// The table of `90_system/models.md`: what models cost and can hold. Cells as text; what they mean, and what is wrong in them, is the model layer's.
package struct PriceNote: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        /// Without the blanks, and the backticks of a code span, around them; may be fewer or more than the headings.
        package let cells: [String]
        package let line: Int
    }

    /// The titles of the columns, as they are written; `model` is among them.
    package let headings: [String]
    package let rows: [Row]
    package let faults: [NoteFault]

    /// Never fails: without a table there are no rows and a fault.
    package init(_ note: NoteBytes, path: String = "90_system/models.md") {
        var reader = NoteReader(note, path: path, isStrict: true)
        let table = Self.table(MarkdownBody(note))
        headings = table.first?.cells ?? []
        // Below the headings stands the row of dashes.
        rows = Array(table.dropFirst(2))
        if table.isEmpty { reader.fault(nil, "there is no table", "write a table with a column `model`") }
        faults = reader.finish()
    }

    /// The lines of the first pipe table that has a column `model`. cmark's core knows no tables, so they are cut by bytes.
    private static func table(_ body: MarkdownBody) -> [Row] {
        let fenced = Set(body.codeBlocks.flatMap { Array($0.line...$0.lastLine) })
        var table: [Row] = []
        for number in body.lineNumbers {
            let content = body.content(ofLine: number).trimmed
            let isRow = content.first == UInt8(ascii: "|") && !fenced.contains(number)
            if isRow, !table.isEmpty || cells(content).contains(where: { $0.lowercased() == "model" }) {
                table.append(Row(cells: cells(content), line: number))
            } else if !table.isEmpty {
                return table
            }
        }
        return table
    }

    private static func cells(_ line: ArraySlice<UInt8>) -> [String] {
        var inner = line.dropFirst()
        if inner.last == UInt8(ascii: "|") { inner = inner.dropLast() }
        return inner.split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false).map { cell in
            let text = cell.trimmed
            let isCode = text.count > 1 && text.first == UInt8(ascii: "`") && text.last == UInt8(ascii: "`")
            return (isCode ? text.dropFirst().dropLast() : text).text
        }
    }
}
