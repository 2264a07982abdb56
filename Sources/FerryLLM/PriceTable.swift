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

    package init() {}

    /// Reads a table's cells. Headings, in any order and case: `model`, `in`, `out`, `cache read`, `5m write`, `1h write`, `window`, `max out`,
    /// `long context`; other columns are notes. Prices are dollars for a million tokens, `-` or nothing where there is none;
    /// sizes as `200k` or `1.05M`; a long context as `>272k: 4/15` (input/output), several parted by `;`. Rows at fault are left out.
    package static func reading(headings: [String], rows: [[String]]) -> (table: PriceTable, faults: [Fault]) {
        var table = PriceTable()
        var faults: [Fault] = []
        let columns = headings.map { $0.trimmed.lowercased() }
        for (number, row) in rows.enumerated() {
            let cells = Dictionary(zip(columns, row.map(\.trimmed))) { first, _ in first }.filter {
                !$0.value.isEmpty && $0.value != "-" && $0.value != "–"
            }
            do {
                let (model, price) = try PriceRow(cells: cells).read()
                if table.prices.updateValue(price, forKey: model) != nil {
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

    /// The row of `provider/model`, else of `model`, else of `model` without the date at its end.
    package func price(of name: String) -> ModelPrice? {
        let model = name.split(separator: "/", maxSplits: 1).last.map(String.init) ?? name
        if let price = prices[name] ?? prices[model] { return price }
        let date = model.suffix(9)
        guard date.count == 9, date.first == "-", date.dropFirst().allSatisfy(\.isNumber) else { return nil }
        return prices[String(model.dropLast(9))]
    }

    /// `nil`: the price is unknown.
    package func cost(of usage: ModelUsage, model name: String) -> Money? { price(of: name)?.cost(of: usage) }
}

/// One row's cells by heading; empty ones left out.
private struct PriceRow {
    struct Unreadable: Error {
        let message: String
        let remedy: String
    }
    let cells: [String: String]

    func read() throws(Unreadable) -> (model: String, price: ModelPrice) {
        guard let model = cells["model"].map({ $0.trimming("`") }), !model.isEmpty else {
            throw Unreadable(message: "A row names no model", remedy: "Write the model's name in the column `model`")
        }
        guard let input = try dollars("in"), let output = try dollars("out") else {
            throw Unreadable(message: "`\(model)` has no price for in or out", remedy: "Write dollars for a million tokens, as in 2.50; 0 is free")
        }
        let price = ModelPrice(
            input: input, output: output, cacheRead: try dollars("cache read"), cacheWrite5m: try dollars("5m write"),
            cacheWrite1h: try dollars("1h write"), longContext: try longContext(), window: try size("window"), maxOutput: try size("max out"))
        return (model, price)
    }

    private func dollars(_ column: String) throws(Unreadable) -> Double? {
        guard let cell = cells[column] else { return nil }
        guard let value = Self.dollars(cell) else {
            throw Unreadable(message: "`\(cell)` in the column `\(column)` is no price", remedy: "Write dollars for a million tokens, as in 2.50")
        }
        return value
    }

    private static func dollars(_ text: some StringProtocol) -> Double? {
        let digits = text.hasPrefix("$") ? String(text.dropFirst()) : String(text)
        guard let value = Double(digits), value.isFinite, (0...100_000).contains(value) else { return nil }
        return value
    }

    private func size(_ column: String) throws(Unreadable) -> Int? {
        guard let cell = cells[column] else { return nil }
        guard let value = Self.tokens(cell) else {
            throw Unreadable(message: "`\(cell)` in the column `\(column)` is no number of tokens", remedy: "Write it as 200k, 1.05M or 128000")
        }
        return value
    }

    private static func tokens(_ text: some StringProtocol) -> Int? {
        let text = text.lowercased()
        let unit = text.hasSuffix("k") ? 1_000.0 : text.hasSuffix("m") ? 1_000_000.0 : 1
        guard let value = Double(unit == 1 ? text : String(text.dropLast())), value > 0, value * unit <= 1e12 else { return nil }
        return Int((value * unit).rounded())
    }

    private func longContext() throws(Unreadable) -> [(above: Int, input: Double, output: Double)] {
        var tiers: [(above: Int, input: Double, output: Double)] = []
        for part in (cells["long context"] ?? "").split(separator: ";").map({ String($0).trimmed }) {
            let halves = part.split(separator: ":").map { String($0).trimmed }
            let prices = halves.last?.split(separator: "/").compactMap { Self.dollars(String($0).trimmed) } ?? []
            guard halves.count == 2, halves[0].hasPrefix(">"), let above = Self.tokens(String(halves[0].dropFirst()).trimmed), prices.count == 2
            else {
                throw Unreadable(message: "`\(part)` in the column `long context` is not understood", remedy: "Write it as `>272k: 4/15`")
            }
            tiers.append((above, prices[0], prices[1]))
        }
        return tiers
    }
}

extension String {
    fileprivate var trimmed: String {
        let isBlank: (Character) -> Bool = { $0.isWhitespace }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }

    fileprivate func trimming(_ character: Character) -> String {
        String(drop { $0 == character }.reversed().drop { $0 == character }.reversed())
    }
}
