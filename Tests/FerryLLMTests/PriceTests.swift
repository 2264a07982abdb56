@testable internal import FerryLLM
internal import FerryModel
internal import Testing

struct PriceTests {
    private let headings = [
        "model", "In", "out ", "cache read", "5m write", "1h write", "window", "max out", "long context", "note", "thinking", "Effort",
    ]

    private func table(_ rows: [[String]]) -> PriceTable { PriceTable.reading(headings: headings, rows: rows).table }

    private func usage(fresh: Int = 0, read: Int = 0, write5m: Int = 0, write1h: Int = 0, output: Int = 0) -> ModelUsage {
        var usage = ModelUsage()
        (usage.inputFresh, usage.cacheRead, usage.cacheWrite5m, usage.cacheWrite1h, usage.output) = (fresh, read, write5m, write1h, output)
        return usage
    }

    @Test func `each sort of token has its price`() throws {
        let table = table([["`claude-opus-5-5`", "4", "20", "0.20", "5", "8", "1M", "128k", "", ""]])
        let cost = table.cost(
            of: usage(fresh: 1_000_000, read: 1_000_000, write5m: 1_000_000, write1h: 1_000_000, output: 1_000_000),
            model: "anthropic/claude-opus-5-5")
        #expect(cost == Money(dollars: 4 + 0.2 + 5 + 8 + 20))
        let price = try #require(table.price(of: "anthropic/claude-opus-5-5"))
        #expect(price.window == 1_000_000)
        #expect(price.maxOutput == 128_000)
    }

    @Test func `an unknown model has no price, which is not the price zero`() {
        let table = table([["local", "0", "0"]])
        #expect(table.cost(of: usage(fresh: 5), model: "x/claude-fable-5-2") == nil)
        #expect(table.cost(of: usage(fresh: 5), model: "x/local") == .zero)
    }

    @Test func `a long context has its own tier, and cache prices rise with the input's`() {
        let table = table([["gpt-6.1-sol", "2", "10", "0.10", "2.5", "-", "922k", "128k", ">272k: 4/15", ""]])
        #expect(table.cost(of: usage(fresh: 272_000, output: 1_000), model: "openai/gpt-6.1-sol") == Money(microdollars: 544_000 + 10_000))
        #expect(table.cost(of: usage(fresh: 272_001, output: 1_000), model: "openai/gpt-6.1-sol") == Money(microdollars: 1_088_004 + 15_000))
        #expect(table.cost(of: usage(read: 1_000_000), model: "openai/gpt-6.1-sol") == Money(microdollars: 200_000))
    }

    @Test func `a call costs at least the millionth that it touches`() {
        #expect(table([["m", "0.10", "0.50"]]).cost(of: usage(fresh: 1), model: "m") == Money(microdollars: 1))
    }

    @Test func `what has no price of its own costs as input does`() {
        let cost = table([["m", "2", "10"]]).cost(of: usage(read: 500_000, write1h: 500_000), model: "p/m")
        #expect(cost == Money(dollars: 2))
    }

    @Test func `a name finds its own row first, then the model's, then the undated one`() {
        let table = table([["m", "1", "1"], ["p/m", "2", "2"], ["claude-haiku-4-5", "3", "3"], ["vendor/x", "4", "4"]])
        let dollar: (String) -> Money? = { table.cost(of: usage(fresh: 1_000_000), model: $0) }
        #expect(dollar("q/m") == Money(dollars: 1))
        #expect(dollar("p/m") == Money(dollars: 2))
        #expect(dollar("anthropic/claude-haiku-4-5-20251001") == Money(dollars: 3))
        #expect(dollar("openrouter/vendor/x") == Money(dollars: 4))
    }

    @Test(arguments: [
        ["", "1", "1"], ["m", "", "1"], ["m", "1", "1", "", "", "", "", "", "", "", "perhaps"],
        ["m", "1", "1", "", "", "", "", "", "", "", "", "huge"], ["m", "1", "-"], ["m", "x", "1"], ["m", "-1", "1"], ["m", "nan", "1"],
        ["m", "1", "1", "", "", "", "big"],
        ["m", "1", "1", "", "", "", "", "", "272k: 4/15"], ["m", "1", "1", "", "", "", "", "", ">272k: 4"],
    ])
    func `a row that cannot be read is a fault and no price`(row: [String]) {
        let (table, faults) = PriceTable.reading(headings: headings, rows: [["good", "1", "1"], row])
        #expect(faults.map(\.row) == [1])
        #expect(faults.allSatisfy { !$0.remedy.isEmpty })
        #expect(table.price(of: "m") == nil)
        #expect(table.price(of: "good") != nil)
    }

    @Test func `a row without a price knows what the model takes, and its price is unknown`() throws {
        let (table, faults) = PriceTable.reading(
            headings: headings,
            rows: [
                ["m", "-", "-", "", "", "", "200k", "64k", "", "", "yes", "high, low"], ["n", "1", "1", "", "", "", "", "", "", "", "no", "none"],
            ])
        #expect(faults == [])
        #expect(table.price(of: "p/m") == nil && table.cost(of: usage(fresh: 1), model: "m") == nil)
        #expect(table.limits(of: "p/m") == ModelLimits(window: 200_000, maxOutput: 64_000, thinks: true, efforts: ["low", "high"]))
        #expect(table.limits(of: "n-20260101") == ModelLimits(thinks: false, efforts: []))
        #expect(table.limits(of: "other") == nil)
    }

    @Test(
        arguments: [
            ("xhigh", ["low", "medium", "high"], "high"), ("medium", ["low", "high", "max"], "low"), ("low", ["high"], "high"), ("high", [], nil),
            ("max", ["low", "max"], "max"), ("high", nil, "high"), (nil, ["low"], nil),
        ] as [(String?, [String]?, String?)])
    func `an effort that a model does not know becomes the next lower one`(asked: String?, known: [String]?, sent: String?) {
        let fitted = ModelLimits(maxOutput: 8_000, efforts: known).fitting(ModelOptions(maxOutputTokens: 16_000, effort: asked))
        #expect(fitted.effort == sent)
        #expect(fitted.maxOutputTokens == 8_000)
    }
}
