package import FerryModel

/// The front matter of a run's own note (`40_runs/FR-012/FR-012 run-1.md`): what a person may want to sort and search by, and all that Ferry needs to go on
/// with the feature, and to know what it has cost, when its database is lost.
package struct RunNote: Hashable, Sendable {
    /// What one agent has spent with one model on one day.
    package struct Spent: Hashable, Sendable {
        /// UTC, `2026-11-21`.
        package var day: String
        package var agent: String
        package var model: String
        package var amount: Money
        package var calls: Int
        /// Calls whose cost is not known and not in `amount`.
        package var unpriced: Int
        package var inputTokens: Int
        package var outputTokens: Int

        package init(day: String, agent: String, model: String, amount: Money, calls: Int, unpriced: Int, inputTokens: Int, outputTokens: Int) {
            self.day = day
            self.agent = agent
            self.model = model
            self.amount = amount
            self.calls = calls
            self.unpriced = unpriced
            self.inputTokens = inputTokens
            self.outputTokens = outputTokens
        }
    }

    package var feature: FeatureID
    package var run: RunNumber
    /// `running`, `review`, `blocked`, `cancelled`, `parked` or `merged`.
    package var outcome: String
    package var repository: String?
    package var branch: String
    /// Full commit ids: where the branch began, where the run began, and what a person decides about.
    package var base: String
    package var start: String?
    package var commit: String?
    /// `fresh`, `rework` or `retry`.
    package var kind: String?
    package var tier: String
    package var score: Int
    /// ISO 8601, UTC.
    package var started: String
    package var ended: String?
    /// What a person has allowed the feature beyond the settings.
    package var allowed: Money
    package var spent: [Spent]

    package init(
        feature: FeatureID, run: RunNumber, outcome: String, branch: String, base: String, tier: String, score: Int, started: String,
        allowed: Money = .zero, spent: [Spent] = []
    ) {
        self.feature = feature
        self.run = run
        self.outcome = outcome
        self.branch = branch
        self.base = base
        self.tier = tier
        self.score = score
        self.started = started
        self.allowed = allowed
        self.spent = spent
    }

    /// Reads the head of such a note; `nil` where it has none, or one that somebody has changed so that it says nothing. Lines of `spent` that cannot be read
    /// count for nothing.
    package init?(_ note: NoteBytes, path: String) {
        var reader = NoteReader(note, path: path, isStrict: false)
        guard let feature = reader.text("feature").flatMap({ FeatureID($0) }), let run = reader.wholeNumber("run", 1...1_000_000, example: 1),
            let outcome = reader.text("outcome"), let branch = reader.text("branch"), let base = reader.text("base"),
            let started = reader.text("started")
        else { return nil }
        self.init(
            feature: feature, run: RunNumber(run), outcome: outcome, branch: branch, base: base, tier: reader.text("tier") ?? "M",
            score: reader.wholeNumber("score", 0...1000, example: 3) ?? 0, started: started, allowed: reader.money("allowed_usd") ?? .zero,
            spent: reader.texts("spent").compactMap { Self.spent($0.text) })
        repository = reader.text("repository")
        start = reader.text("start")
        commit = reader.text("commit")
        kind = reader.text("kind")
        ended = reader.text("ended")
    }

    /// With the lines that enclose it, and a line end.
    package var frontMatter: String {
        let values: [(String, String?)] = [
            ("feature", feature.description), ("outcome", outcome), ("repository", repository), ("branch", branch), ("base", base), ("start", start),
            ("commit", commit), ("kind", kind), ("tier", tier), ("started", started), ("ended", ended),
        ]
        var lines = values.compactMap { key, value in value.map { "\(key): \(Self.yaml(.text($0)))" } }
        lines.insert("run: \(run)", at: 1)
        lines += ["score: \(score)", "allowed_usd: \(allowed)"]
        if !spent.isEmpty { lines += ["spent:"] + spent.map { "  - \(Self.yaml(.text(Self.text($0))))" } }
        return "---\n\(lines.joined(separator: "\n"))\n---\n"
    }

    private static func yaml(_ value: FlatValue) -> String { String(decoding: value.yaml(quote: nil), as: UTF8.self) }

    // MARK: A line of the account

    /// `2026-11-25 coder: 0.123456 USD, 12 calls, 0 without a price, 3456 tokens in, 789 out, anthropic/claude-haiku-5-5`
    private static func text(_ spent: Spent) -> String {
        let micro = String(max(0, spent.amount.microdollars) % 1_000_000)
        let amount = "\(max(0, spent.amount.microdollars) / 1_000_000)." + String(repeating: "0", count: 6 - micro.utf8.count) + micro
        return "\(spent.day) \(spent.agent): \(amount) USD, \(spent.calls) calls, \(spent.unpriced) without a price, \(spent.inputTokens) tokens in, "
            + "\(spent.outputTokens) out, \(spent.model)"
    }

    private static func spent(_ line: String) -> Spent? {
        let parts = line.split(separator: ", ", maxSplits: 5).map(String.init)
        guard parts.count == 6, let colon = parts[0].lastIndex(of: ":") else { return nil }
        let who = parts[0][..<colon].split(separator: " ", maxSplits: 1)
        guard who.count == 2, who[0].utf8.count == 10, let amount = amount(parts[0][parts[0].index(after: colon)...]),
            let calls = number(parts[1]), let unpriced = number(parts[2]), let input = number(parts[3]), let output = number(parts[4])
        else { return nil }
        return Spent(
            day: String(who[0]), agent: String(who[1]), model: parts[5], amount: amount, calls: calls, unpriced: unpriced, inputTokens: input,
            outputTokens: output)
    }

    private static func amount(_ text: Substring) -> Money? {
        let words = text.split(separator: " ")
        guard words.count == 2, words[1] == "USD" else { return nil }
        let digits = words[0].split(separator: ".", omittingEmptySubsequences: false)
        guard digits.count == 2, digits[1].utf8.count == 6, let whole = Int64(digits[0]), let part = Int64(digits[1]),
            (0...1_000_000_000).contains(whole),
            part >= 0
        else { return nil }
        return Money(microdollars: whole * 1_000_000 + part)
    }

    /// The number that the words begin with.
    private static func number(_ text: String) -> Int? { text.split(separator: " ").first.flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }
}
