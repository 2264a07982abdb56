internal import FerryVault

extension ModelsReport {
    func text(_ style: Style) -> String {
        var lines = [style.paint("Providers", .bold)] + providerTable.lines(style)
        lines += ["", style.paint("Models", .bold) + style.paint("  USD for a million tokens in, out, read from a cache; tokens", .dim)]
        lines += modelTable.lines(style)
        for model in models {
            guard let fault = model.fault ?? model.answer?.fault else { continue }
            lines += ["", style.paint("✗ \(model.name): ", .red) + Self.line(fault.message)]
            if let remedy = fault.remedy { lines.append("  → " + Self.line(remedy)) }
        }
        if !pricedOnly.isEmpty { lines += ["", "With a price, and named by nothing: \(Self.line(pricedOnly.joined(separator: ", ")))"] }
        return lines.joined(separator: "\n")
    }

    private var providerTable: Table {
        var table = Table()
        for provider in providers {
            let key: Table.Cell =
                if let fault = provider.fault {
                    .init(fault.message, .yellow)
                } else if let name = provider.key {
                    .init("key \(name)", .green)
                } else { .init("no key needed", .dim) }
            table.add(.init("  " + provider.name), .init(provider.api, .dim), .init(provider.address), key)
        }
        return table
    }

    private var modelTable: Table {
        var table = Table()
        for model in models {
            let name = "  " + model.name
            let uses = model.aliases.joined(separator: ", ") + (model.isUsed ? "" : " (no agent)")
            table.add(
                .init(name), .init(uses, .dim), .init(Self.price(model.price)), .init(Self.limits(model), .dim), Self.answer(model))
        }
        return table
    }

    private static func price(_ price: Price?) -> String {
        guard let price else { return "price unknown" }
        return [price.input, price.output, price.cacheRead].map { number in
            let text = "\(number)"
            return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
        }.joined(separator: " / ")
    }

    private static func limits(_ model: Model) -> String {
        let window = model.windowTokens.map(tokens) ?? "window unknown"
        return model.price?.maxOutputTokens.map { "\(window), answer \(tokens($0))" } ?? window
    }

    private static func tokens(_ count: Int) -> String {
        count >= 1_000_000 ? "\(Double(count / 10_000) / 100)M" : count >= 1000 ? "\(count / 1000)k" : "\(count)"
    }

    private static func answer(_ model: Model) -> Table.Cell {
        if model.fault != nil { return .init("cannot be asked", .red) }
        guard let answer = model.answer else { return .init("") }
        if let fault = answer.fault { return .init("no answer (\(fault.kind)) after \(answer.seconds) s", .red) }
        return .init("answers: \(answer.seconds) s" + (answer.costUsd.map { ", \($0) USD" } ?? ""), .green)
    }

    private static func line(_ text: String) -> String { SafeText.line(text) }
}
