internal import FerryModel
internal import Testing

/// docs/SPEC.md, "Gestures", row for row: every place × every place.
struct GestureTests {
    static let columns: [Place] = [
        .state(.ideas), .state(.drafts), .state(.planned), .state(.inProgress), .state(.review), .state(.done), .state(.blocked), .outside,
    ]
    static let table: [(Place, [Gesture])] = [
        (.state(.ideas), [.none, .none, .dispatch, .putBack, .putBack, .close, .none, .none]),
        (.state(.drafts), [.none, .none, .dispatch, .putBack, .putBack, .close, .none, .none]),
        (.state(.planned), [.withdraw, .withdraw, .none, .putBack, .putBack, .close, .withdraw, .withdraw]),
        (.state(.inProgress), [.cancel, .cancel, .restart, .none, .cancelUnapproved, .cancelUnapproved, .cancel, .cancel]),
        (.state(.review), [.reject, .reject, .rework, .putBack, .none, .approve, .hold, .none]),
        (.state(.done), [.none, .none, .runAgain, .putBack, .putBack, .none, .none, .none]),
        (.state(.blocked), [.withdraw, .withdraw, .dispatch, .putBack, .putBack, .close, .none, .none]),
        (.outside, [.none, .none, .dispatch, .list, .list, .list, .none, .none]),
        (.unseen, [.none, .none, .dispatch, .list, .list, .list, .none, .none]),
    ]

    @Test func `every place times every place is the gesture of the table`() {
        #expect(Self.table.map(\.0) == Place.allCases)
        for (origin, row) in Self.table {
            for (destination, gesture) in zip(Self.columns, row) {
                #expect(Gesture.between(origin, destination) == gesture, "\(origin) → \(destination)")
            }
            #expect(Gesture.between(origin, .unseen) == .none)
        }
    }

    @Test func `a hold ends where it began and changes nothing else`() {
        #expect(Gesture.between(.state(.blocked), .state(.review), isHeld: true) == .unhold)
        for (origin, row) in Self.table {
            for (destination, gesture) in zip(Self.columns, row) where !(origin == .state(.blocked) && destination == .state(.review)) {
                #expect(Gesture.between(origin, destination, isHeld: true) == gesture)
            }
        }
    }

    @Test func `an edited status is a gesture, and a folder that changed too wins`() {
        let planned = Place.state(.planned)
        func wanted(_ folder: Place, _ status: FeatureState?) -> Place? {
            Gesture.wanted(lastFolder: .state(.review), folder: folder, lastStatus: .review, status: status)
        }
        #expect(wanted(.state(.review), .planned) == planned)
        #expect(wanted(.state(.done), .planned) == .state(.done))
        #expect(wanted(planned, .review) == planned)
        #expect(wanted(.state(.review), nil) == nil)
        #expect(wanted(.state(.review), .review) == nil)
        #expect(wanted(.outside, .done) == .outside)
    }

    @Test(arguments: [("in-progress", FeatureState.inProgress), ("In_Progress", .inProgress), ("DONE", .done), ("In Progress", .inProgress)])
    func `spellings of a state are read`(_ spelling: String, _ state: FeatureState) {
        #expect(FeatureState(spelling: spelling) == state)
    }

    @Test func `another word is no state`() { #expect(FeatureState(spelling: "doing") == nil) }
}
