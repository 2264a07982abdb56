@testable internal import FerryCommands
internal import FerryModel
internal import Testing

/// What each command does with a note in each folder, and that the move it makes is the gesture it means.
@Suite(.timeLimit(.minutes(1)))
struct WishTests {
    private enum Kind: Equatable {
        case move(FeatureState, Gesture)
        case already
        case refused
    }

    private static let table: [Wish: [FeatureState: Kind]] = [
        .plan: [
            .ideas: .move(.planned, .dispatch), .drafts: .move(.planned, .dispatch), .blocked: .move(.planned, .dispatch),
            .done: .move(.planned, .runAgain), .planned: .already, .inProgress: .refused, .review: .refused,
        ],
        .go: [
            .ideas: .move(.planned, .dispatch), .drafts: .move(.planned, .dispatch), .blocked: .move(.planned, .dispatch),
            .done: .move(.planned, .runAgain), .planned: .already, .inProgress: .refused, .review: .refused,
        ],
        .approve: [
            .review: .move(.done, .approve), .done: .already, .ideas: .refused, .drafts: .refused, .planned: .refused, .inProgress: .refused,
            .blocked: .refused,
        ],
        .reject: [
            .review: .move(.drafts, .reject), .ideas: .already, .drafts: .already, .planned: .refused, .inProgress: .refused, .blocked: .refused,
            .done: .refused,
        ],
        .cancel: [
            .planned: .move(.drafts, .withdraw), .inProgress: .move(.drafts, .cancel), .blocked: .move(.drafts, .withdraw), .ideas: .already,
            .drafts: .already, .review: .refused, .done: .refused,
        ],
        .retry: [
            .blocked: .move(.planned, .dispatch), .review: .move(.planned, .rework), .inProgress: .move(.planned, .restart),
            .done: .move(.planned, .runAgain), .planned: .already, .ideas: .refused, .drafts: .refused,
        ],
    ]

    @Test(arguments: Wish.allCases) func `each command knows what to do in each folder`(wish: Wish) throws {
        for state in FeatureState.allCases {
            let expected = try #require(Self.table[wish]?[state])
            switch wish.answer(for: state, feature: "FR-007") {
            case .move(let destination, let then):
                #expect(.move(destination, Gesture.between(.state(state), .state(destination))) == expected, "\(wish) in \(state)")
                #expect(!then.isEmpty)
            case .already(let text):
                #expect(expected == .already, "\(wish) in \(state)")
                #expect(!text.isEmpty)
            case .refused(let why, let remedy):
                #expect(expected == .refused, "\(wish) in \(state)")
                #expect(!why.isEmpty && !remedy.isEmpty)
            }
        }
    }

    @Test func `a remedy names the feature as the person may call it`() {
        guard case .refused(_, let remedy) = Wish.approve.answer(for: .ideas, feature: "\"Dark mode\"") else {
            Issue.record("approving an idea is refused")
            return
        }
        #expect(remedy.contains("ferry plan \"Dark mode\""))
    }
}
