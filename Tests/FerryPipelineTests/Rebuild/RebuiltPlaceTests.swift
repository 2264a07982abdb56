internal import FerryModel
internal import FerryStore
internal import Testing

@testable internal import FerryPipeline

/// The table of docs/SPEC.md, "Without the database".
struct RebuiltPlaceTests {
    private static let states: [FeatureState] = [.ideas, .drafts, .planned, .inProgress, .review, .done, .blocked]

    /// A row for each folder, a column for each status, in the order of the states.
    private static let table: [FeatureState: [RebuiltPlace]] = [
        .ideas: Array(repeating: .rests(.ideas), count: 7),
        .drafts: Array(repeating: .rests(.drafts), count: 7),
        .planned: states.map { $0 == .planned ? .stands(.planned) : .asksToStart(from: $0) },
        .inProgress: [
            .stands(.ideas), .stands(.drafts), .asksToStart(from: .planned), .stands(.inProgress), .stands(.review), .stands(.done),
            .stands(.blocked),
        ],
        .review: [
            .stands(.ideas), .stands(.drafts), .asksToStart(from: .planned), .unapproved, .stands(.review), .asksToApprove, .stands(.blocked),
        ],
        .done: [.rests(.done), .rests(.done), .rests(.done), .unapproved, .asksToApprove, .rests(.done), .rests(.done)],
        .blocked: [.rests(.blocked), .rests(.blocked), .rests(.blocked), .rests(.blocked), .held, .rests(.blocked), .stands(.blocked)],
    ]

    @Test(arguments: states, states)
    func `a folder and a status say where a feature stands`(folder: FeatureState, status: FeatureState) throws {
        let column = try #require(Self.states.firstIndex(of: status))
        let wanted = try #require(Self.table[folder])[column]
        #expect(RebuiltPlace.of(folder: folder, status: status, outcome: .running, isMerged: false) == wanted)
    }

    @Test(arguments: states, states)
    func `nothing is started and nothing is merged where folder and status differ`(folder: FeatureState, status: FeatureState) {
        guard folder != status else { return }
        for outcome in [RunRecord.Outcome.running, .review, .parked, .blocked, .cancelled, .merged] {
            for isMerged in [true, false] {
                switch RebuiltPlace.of(folder: folder, status: status, outcome: outcome, isMerged: isMerged) {
                case .stands(.inProgress), .stands(.planned): Issue.record("\(folder) \(status) would start")
                case .merged: #expect(isMerged, "\(folder) \(status)")
                case .rests, .stands, .asksToStart, .asksToApprove, .unapproved, .held: break
                }
            }
        }
    }

    @Test func `a commit that is merged already is done, and one that was held is in review again`() {
        #expect(RebuiltPlace.of(folder: .done, status: .review, outcome: .review, isMerged: true) == .merged)
        #expect(RebuiltPlace.of(folder: .inProgress, status: .review, outcome: .review, isMerged: true) == .merged)
        #expect(RebuiltPlace.of(folder: .review, status: .blocked, outcome: .review, isMerged: false) == .stands(.review))
    }
}
