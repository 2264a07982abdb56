package import FerryModel

/// Prices by model, as the note `models.md` lists them. A model that is not in it has no known price, which is never the same as free.
package struct PriceTable: Hashable, Sendable {
    /// A row that could not be read.
    package struct Fault: Hashable, Sendable {
        /// From 0, without the heading.
        package let row: Int
        package let message: String
        package let remedy: String
    }

    private var prices: [String: ModelPrice] = [:]
    private var limits: [String: ModelLimits] = [:]

    package init() {}

    /// Reads a table's cells. Headings, in any order and case: `model`, `in`, `out`, `cache read`, `5m write`, `1h write`, `window`, `max out`,
    /// `long context`, `thinking`, `effort`; other columns are notes. Prices are dollars for a million tokens, `-` or nothing where there is none,
    /// for both in and out where the price is unknown; sizes as `200k` or `1.05M`; a long context as `>272k: 4/15` (input/output), several parted by `;`;
    /// thinking `yes` or `no`; effort `none`, or the levels that the model knows. Rows at fault are left out.
    package static func reading(headings: [String], rows: [[String]]) -> (table: PriceTable, faults: [Fault]) {
        var table = PriceTable()
        var faults: [Fault] = []
        let columns = headings.map { $0.trimmed.lowercased() }
        for (number, row) in rows.enumerated() {
            let cells = Dictionary(zip(columns, row.map(\.trimmed))) { first, _ in first }.filter {
                !$0.value.isEmpty && $0.value != "-" && $0.value != "–"
            }
            do {
                let (model, price, limits) = try PriceRow(cells: cells).read()
                table.prices[model] = price
                if table.limits.updateValue(limits, forKey: model) != nil {
                    faults.append(
                        Fault(row: number, message: "`\(model)` stands in the table twice", remedy: "Remove one row; the last counts until then"))
                }
            } catch {
                faults.append(Fault(row: number, message: error.message, remedy: error.remedy))
            }
        }
        return (table, faults)
    }

    /// All rows, by name.
    package var all: [(name: String, price: ModelPrice)] { prices.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }

    /// Sets the price of `model` or `provider/model`.
    package mutating func set(_ price: ModelPrice, for model: String) { prices[model] = price }

    /// The row of `provider/model`, else of `model`, else of `model` without the date at its end. `nil`: the price is unknown.
    package func price(of name: String) -> ModelPrice? { Self.row(of: name, in: prices) }

    /// As `price(of:)`; `nil`: nothing is known of the model.
    package func limits(of name: String) -> ModelLimits? { Self.row(of: name, in: limits) }

    private static func row<Row>(of name: String, in rows: [String: Row]) -> Row? {
        let model = name.split(separator: "/", maxSplits: 1).last.map(String.init) ?? name
        if let row = rows[name] ?? rows[model] { return row }
        let date = model.suffix(9)
        guard date.count == 9, date.first == "-", date.dropFirst().allSatisfy(\.isNumber) else { return nil }
        return rows[String(model.dropLast(9))]
    }

    /// `nil`: the price is unknown.
    package func cost(of usage: ModelUsage, model name: String) -> Money? { price(of: name)?.cost(of: usage) }
}
