/// How much care a feature gets: which stages, models and how many fix rounds.
package enum Tier: String, Hashable, Sendable, Codable, CaseIterable {
    case small = "S"
    case medium = "M"
    case large = "L"
}

/// What the router knows of a feature before any model has seen it.
package struct RoutingFacts: Hashable, Sendable {
    package var phases = 0
    /// Patterns under `### Files to modify`.
    package var filesNamed = 0
    /// How many of those are protected or configure tools.
    package var sensitivePaths = 0
    package var words = 0
    package var hasTesting = false
    package var hasDefinitionOfDone = false
    /// Features that this one depends on.
    package var dependencies = 0
    package init() {}
}

/// A tier with the reasons that led to it, in the words the note shows.
package struct Route: Hashable, Sendable {
    package let score: Int
    package let reasons: [String]
    package let tier: Tier
    package let stages: [StageRole]
    package let fixRounds: Int

    /// Scores the facts; each reason carries its points. S below 3, L from 7.
    package init(_ facts: RoutingFacts, fixRounds: Int) {
        var points: [(Int, String)] = []
        if facts.phases > 1 { points.append((min(4, facts.phases), "\(facts.phases) phases")) }
        switch facts.filesNamed {
        case 0: points.append((1, "names no files"))
        case 1...2: break
        case 3...6: points.append((2, "\(facts.filesNamed) files named"))
        default: points.append((4, "\(facts.filesNamed) files named"))
        }
        if facts.sensitivePaths > 0 { points.append((3, "\(facts.sensitivePaths) sensitive paths")) }
        if facts.words < 30 { points.append((1, "a short text (\(facts.words) words)")) }
        if facts.words > 600 { points.append((2, "a long text (\(facts.words) words)")) }
        if !facts.hasTesting, !facts.hasDefinitionOfDone { points.append((1, "says neither how to test it nor when it is done")) }
        if facts.dependencies > 1 { points.append((1, "depends on \(facts.dependencies) features")) }

        score = points.reduce(0) { $0 + $1.0 }
        reasons = points.map { "\($0.1) (+\($0.0))" }
        tier = score < 3 ? .small : score < 7 ? .medium : .large
        stages = [.planner, .coder, .tester, .reviewer]
        // A large feature may need one more turn of the wheel; a small one that fails twice is not small.
        self.fixRounds = tier == .large ? fixRounds + 1 : tier == .small ? min(fixRounds, 2) : fixRounds
    }
}

/// The agents' parts.
package enum StageRole: String, Hashable, Sendable, Codable, CaseIterable {
    case planner, coder, tester, reviewer
}
