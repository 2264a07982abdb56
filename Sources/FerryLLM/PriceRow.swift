/// One row's cells by heading; empty ones left out.
struct PriceRow {
    struct Unreadable: Error {
        let message: String
        let remedy: String
    }
    let cells: [String: String]

    func read() throws(Unreadable) -> (model: String, price: ModelPrice?, limits: ModelLimits) {
        guard let model = cells["model"].map({ $0.trimming("`") }), !model.isEmpty else {
            throw Unreadable(message: "A row names no model", remedy: "Write the model's name in the column `model`")
        }
        let limits = ModelLimits(
            window: try size("window"), maxOutput: try size("max out"), thinks: try thinks(), efforts: try efforts())
        let (input, output) = (try dollars("in"), try dollars("out"))
        guard let input, let output else {
            guard input == nil, output == nil else {
                throw Unreadable(
                    message: "`\(model)` has no price for in or out",
                    remedy: "Write dollars for a million tokens, as in 2.50; 0 is free; `-` for both is unknown")
            }
            return (model, nil, limits)
        }
        let price = ModelPrice(
            input: input, output: output, cacheRead: try dollars("cache read"), cacheWrite5m: try dollars("5m write"),
            cacheWrite1h: try dollars("1h write"), longContext: try longContext(), window: limits.window, maxOutput: limits.maxOutput)
        return (model, price, limits)
    }

    private func thinks() throws(Unreadable) -> Bool? {
        guard let cell = cells["thinking"]?.lowercased() else { return nil }
        guard let value = ["yes": true, "no": false][cell] else {
            throw Unreadable(message: "`\(cell)` in the column `thinking` is not understood", remedy: "Write yes, no, or `-` where it is unknown")
        }
        return value
    }

    private func efforts() throws(Unreadable) -> [String]? {
        guard let cell = cells["effort"]?.lowercased() else { return nil }
        guard cell != "none" else { return [] }
        let levels = Set(cell.split { $0 == " " || $0 == "," }.map(String.init))
        guard levels.isSubset(of: ModelLimits.allEfforts) else {
            throw Unreadable(
                message: "`\(cell)` in the column `effort` is not understood",
                remedy: "Write none, or some of \(ModelLimits.allEfforts.joined(separator: ", "))")
        }
        return ModelLimits.allEfforts.filter(levels.contains)
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
    var trimmed: String {
        let isBlank: (Character) -> Bool = { $0.isWhitespace }
        return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    }

    fileprivate func trimming(_ character: Character) -> String {
        String(drop { $0 == character }.reversed().drop { $0 == character }.reversed())
    }
}
