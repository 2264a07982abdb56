package import FerryModel

/// What a model costs, and what it holds. All prices are for a million tokens.
package struct ModelPrice: Hashable, Sendable {
    /// Other prices for calls whose whole input is larger than `above` tokens.
    package struct LongContext: Hashable, Sendable {
        package let above: Int
        package let input: Money
        package let output: Money
    }

    package let input: Money
    package let output: Money
    package let cacheRead: Money
    package let cacheWrite5m: Money
    package let cacheWrite1h: Money
    package let longContext: [LongContext]
    /// Tokens of input at most; `nil`: unknown.
    package let window: Int?
    /// Tokens of output at most; `nil`: unknown.
    package let maxOutput: Int?

    /// In dollars. What is left out costs as much as input, so that a bill is never too small; an hour's cache write twice the input,
    /// where there is a price for writing at all (Anthropic's rule).
    package init(
        input: Double, output: Double, cacheRead: Double? = nil, cacheWrite5m: Double? = nil, cacheWrite1h: Double? = nil,
        longContext: [(above: Int, input: Double, output: Double)] = [], window: Int? = nil, maxOutput: Int? = nil
    ) {
        self.input = Money(dollars: input)
        self.output = Money(dollars: output)
        self.cacheRead = Money(dollars: cacheRead ?? input)
        self.cacheWrite5m = Money(dollars: cacheWrite5m ?? input)
        self.cacheWrite1h = Money(dollars: cacheWrite1h ?? (cacheWrite5m == nil ? input : 2 * input))
        self.longContext = longContext.map { LongContext(above: $0.above, input: Money(dollars: $0.input), output: Money(dollars: $0.output)) }
            .sorted { $0.above < $1.above }
        self.window = window
        self.maxOutput = maxOutput
    }

    /// The cost of one call, rounded up to a millionth of a dollar. In a long context, cache prices rise as the input's does.
    package func cost(of usage: ModelUsage) -> Money {
        let tier = longContext.last { usage.input > $0.above }
        // Tokens times microdollars for a million tokens: up to 10^6 * 10^8, far from the limit.
        let cached =
            Int64(usage.cacheRead) * cacheRead.microdollars + Int64(usage.cacheWrite5m) * cacheWrite5m.microdollars
            + Int64(usage.cacheWrite1h) * cacheWrite1h.microdollars
        let scaled = tier.map {
            input.microdollars == 0 ? Double(cached) : Double(cached) * Double($0.input.microdollars) / Double(input.microdollars)
        }
        let sum =
            Int64(usage.inputFresh) * (tier?.input ?? input).microdollars + Int64(usage.output) * (tier?.output ?? output).microdollars
            + (scaled.map { Int64($0) } ?? cached)
        return Money(microdollars: (sum + 999_999) / 1_000_000)
    }
}
