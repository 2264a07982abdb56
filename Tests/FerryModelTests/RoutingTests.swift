internal import FerryModel
internal import Testing

/// docs/SPEC.md, "Routing": each fact and its points, and the tiers' borders.
struct RoutingTests {
    /// Costs nothing: two files named, enough words, a way to test.
    private static var plain: RoutingFacts {
        var facts = RoutingFacts()
        facts.filesNamed = 2
        facts.words = 100
        facts.hasTesting = true
        return facts
    }

    enum Fact: Sendable { case phases, filesNamed, sensitivePaths, words, dependencies }

    static let points: [(fact: Fact, value: Int, points: Int)] = [
        (.phases, 0, 0), (.phases, 1, 0), (.phases, 2, 2), (.phases, 4, 4), (.phases, 9, 4),
        (.filesNamed, 0, 1), (.filesNamed, 1, 0), (.filesNamed, 3, 2), (.filesNamed, 6, 2), (.filesNamed, 7, 4),
        (.sensitivePaths, 1, 3), (.sensitivePaths, 5, 3),
        (.words, 29, 1), (.words, 30, 0), (.words, 600, 0), (.words, 601, 2),
        (.dependencies, 1, 0), (.dependencies, 2, 1),
    ]

    @Test(arguments: points)
    func `each fact has its points, and a reason where it has any`(fact: Fact, value: Int, points: Int) {
        var facts = Self.plain
        switch fact {
        case .phases: facts.phases = value
        case .filesNamed: facts.filesNamed = value
        case .sensitivePaths: facts.sensitivePaths = value
        case .words: facts.words = value
        case .dependencies: facts.dependencies = value
        }
        let route = Route(facts, fixRounds: 3)
        #expect(route.score == points)
        #expect(route.reasons.count == (points > 0 ? 1 : 0))
        #expect(route.reasons.allSatisfy { $0.hasSuffix("(+\(points))") })
    }

    @Test func `saying neither how to test nor when it is done costs a point, saying either costs none`() {
        var facts = Self.plain
        facts.hasTesting = false
        #expect(Route(facts, fixRounds: 3).score == 1)
        facts.hasDefinitionOfDone = true
        #expect(Route(facts, fixRounds: 3).score == 0)
    }

    @Test(arguments: [(0, Tier.small), (2, .small), (3, .medium), (6, .medium), (7, .large), (12, .large)])
    func `the score picks the tier`(score: Int, tier: Tier) {
        #expect(Route(facts(scoring: score), fixRounds: 3).score == score)
        #expect(Route(facts(scoring: score), fixRounds: 3).tier == tier)
    }

    @Test(arguments: [(0, 3, 2), (0, 1, 1), (3, 3, 3), (7, 3, 4), (7, 0, 1)])
    func `the tier bends the fix rounds of the settings`(score: Int, setting: Int, rounds: Int) {
        #expect(Route(facts(scoring: score), fixRounds: setting).fixRounds == rounds)
    }

    private func facts(scoring score: Int) -> RoutingFacts {
        var facts = Self.plain
        switch score {
        case 0: break
        case 2: facts.filesNamed = 3
        case 3: facts.phases = 3
        case 6: (facts.phases, facts.filesNamed) = (4, 3)
        case 7: (facts.phases, facts.sensitivePaths) = (4, 1)
        default: (facts.phases, facts.filesNamed, facts.sensitivePaths, facts.words) = (4, 7, 1, 10)
        }
        return facts
    }
}
