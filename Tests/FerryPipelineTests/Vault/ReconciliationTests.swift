internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import SystemPackage
internal import Testing

/// Gestures told from noise: what each way of moving and saving a note comes to.
struct ReconciliationTests {
    let id = FeatureID(number: 1)
    let old = Duration.seconds(3600)

    func hash(_ text: String) -> ContentHash { ContentHash(of: Array(text.utf8)) }

    func note(
        _ state: FeatureState, _ text: String = "text", path: String = "a.md", id: FeatureID? = FeatureID(number: 1),
        status: FeatureState? = nil, keys: String = "", age: Duration = .seconds(3600), from: FeatureState? = nil, isUnchanged: Bool = true
    ) -> NoteSighting {
        NoteSighting(
            path: FilePath("\(state.rawValue)/\(path)"), state: state, hash: hash(text), id: id, status: status, keys: keys, age: age,
            movedFrom: from.map { FilePath("\($0.rawValue)/\(path)") }, isMovedUnchanged: from != nil && isUnchanged)
    }

    func feature(_ state: FeatureState?, text: String = "text") -> FeatureRecord {
        var feature = FeatureRecord(id: id, path: FilePath("\(state?.rawValue ?? "gone")/a.md"), title: "a", state: state)
        feature.noteHash = hash(text)
        feature.seenStatus = state
        return feature
    }

    func look(
        _ reconciliation: inout Reconciliation, _ notes: [NoteSighting], _ features: [FeatureRecord] = [], movedFrom: [FilePath: FeatureID] = [:],
        at seconds: Int = 0
    ) -> Reconciliation.Outcome {
        reconciliation.look(
            at: notes, features: Dictionary(uniqueKeysWithValues: features.map { ($0.id, $0) }), movedFrom: movedFrom, now: .seconds(seconds))
    }

    @Test func `a note moved in unchanged acts at once, one just edited when it has been quiet`() {
        var reconciliation = Reconciliation(timing: Timing())
        let moved = note(.planned, id: nil, age: .seconds(2), from: .ideas)
        #expect(look(&reconciliation, [moved], at: 1).decisions == [.adopt(moved, .dispatch)])

        var other = Reconciliation(timing: Timing())
        let edited = note(.planned, "more", id: nil, age: .seconds(2), from: .ideas, isUnchanged: false)
        let waiting = look(&other, [edited], at: 1)
        #expect(waiting.decisions.isEmpty)
        #expect(waiting.nextLook == .seconds(1 + 28))
        let quiet = note(.planned, "more", id: nil, age: .seconds(31))
        #expect(look(&other, [quiet], at: 30).decisions == [.adopt(quiet, .dispatch)])
    }

    @Test func `a note made in planned waits for the settle time, one moved in from elsewhere does not`() {
        var reconciliation = Reconciliation(timing: Timing())
        #expect(look(&reconciliation, [note(.planned, id: nil, age: .seconds(3))]).decisions.isEmpty)
        var other = Reconciliation(timing: Timing())
        let settled = note(.planned, id: nil, age: old)
        #expect(look(&other, [settled]).decisions == [.adopt(settled, .dispatch)])
    }

    @Test func `an unready note never acts`() {
        var reconciliation = Reconciliation(timing: Timing())
        var empty = note(.planned, "", id: nil)
        empty.isUnready = true
        let outcome = look(&reconciliation, [empty])
        #expect(outcome.decisions.isEmpty)
        #expect(outcome.nextLook != nil && !outcome.waitsForTime)
        #expect(Array(reconciliation.unready.values) == [empty.path])
        // One that is still being written is decided when it is quiet.
        #expect(look(&reconciliation, [note(.planned, "b", id: nil, age: .seconds(2))], at: 1).waitsForTime)
        #expect(reconciliation.unready.isEmpty)
    }

    @Test func `a note without an id is known though Ferry moved it, and then a person, since its place was last stored`() {
        var reconciliation = Reconciliation(timing: Timing())
        // Ferry could not write into it, moved it to review, and was ended; a person approved it meanwhile.
        let approved = note(.done, id: nil, from: .inProgress)
        let left: [FilePath: FeatureID] = [FilePath("in_progress/a.md"): id]
        #expect(look(&reconciliation, [approved], [feature(.review)], movedFrom: left).decisions == [.gesture(id, .approve, approved)])
        // Where its note still lies, the other is none of its.
        let other = look(&reconciliation, [approved, note(.review)], [feature(.review)], movedFrom: left).decisions
        #expect(!other.contains(.gesture(id, .approve, approved)))
        // Nor where its note is there and cannot be read.
        let features = [id: feature(.review)]
        let closed = reconciliation.look(at: [approved], features: features, hidden: [id], movedFrom: left, now: .seconds(9)).decisions
        #expect(!closed.contains(.gesture(id, .approve, approved)))
    }

    @Test func `vim's save recreates the note where it was and is no gesture`() {
        var reconciliation = Reconciliation(timing: Timing())
        let record = feature(.inProgress)
        _ = look(&reconciliation, [note(.inProgress)], [record])
        #expect(look(&reconciliation, [], [record], at: 1).decisions.isEmpty)
        let saved = note(.inProgress, "edited", status: .inProgress)
        #expect(look(&reconciliation, [saved], [record], at: 2).decisions == [.seen(id, saved)])
    }

    @Test func `a note that stays away is cancelled after the grace time, once`() {
        var reconciliation = Reconciliation(timing: Timing())
        var record = feature(.inProgress)
        #expect(look(&reconciliation, [], [record], at: 0).nextLook == .seconds(2))
        #expect(look(&reconciliation, [], [record], at: 2).decisions == [.gesture(id, .cancel, nil)])
        record.isPresent = false
        #expect(look(&reconciliation, [], [record], at: 3).decisions.isEmpty)
    }

    @Test func `of a note that is there and cannot be read nothing is concluded, however long, and the grace time begins anew`() {
        var reconciliation = Reconciliation(timing: Timing())
        let features = [id: feature(.inProgress)]
        for second in [0, 1, 3, 600] {
            let outcome = reconciliation.look(at: [], features: features, hidden: [id], movedFrom: [:], now: .seconds(second))
            #expect(outcome.decisions.isEmpty && outcome.nextLook == nil)
        }
        #expect(reconciliation.look(at: [], features: features, movedFrom: [:], now: .seconds(601)).decisions.isEmpty)
        #expect(reconciliation.look(at: [], features: features, movedFrom: [:], now: .seconds(604)).decisions == [.gesture(id, .cancel, nil)])
    }

    @Test(arguments: [(FeatureState.ideas, FeatureState.inProgress), (.drafts, .review), (.blocked, .inProgress)])
    func `a note that no feature stands for is put back from where only Ferry moves notes`(_ from: FeatureState, _ to: FeatureState) {
        for number in [nil, id] {
            var reconciliation = Reconciliation(timing: Timing())
            var moved = note(to, id: number, from: from)
            moved.cameFrom = from
            #expect(look(&reconciliation, [moved]).decisions == [.adopt(moved, .putBack)])
        }
    }

    @Test func `Syncthing makes the new file before it deletes the old one, and that is one move`() {
        var reconciliation = Reconciliation(timing: Timing())
        let record = feature(.review)
        let both = [note(.review, status: .review), note(.done, status: .review)]
        #expect(look(&reconciliation, both, [record]).decisions.isEmpty)
        let moved = note(.done, status: .review)
        #expect(look(&reconciliation, [moved], [record], at: 1).decisions == [.gesture(id, .approve, moved)])
    }

    @Test func `two notes with one id are ambiguous once the grace time is over`() {
        var reconciliation = Reconciliation(timing: Timing())
        let record = feature(.planned)
        let both = [note(.planned), note(.planned, path: "copy.md")]
        #expect(look(&reconciliation, both, [record]).decisions.isEmpty)
        #expect(look(&reconciliation, both, [record], at: 2).decisions == [.ambiguous(id, both)])
    }

    @Test func `a stale buffer saved where Ferry had moved the note away from is a late save`() {
        var reconciliation = Reconciliation(timing: Timing())
        let record = feature(.inProgress)
        let stale = note(.planned, "stale", id: nil)
        let notes = [note(.inProgress, status: .inProgress), stale]
        #expect(look(&reconciliation, notes, [record], movedFrom: [stale.path: id]).decisions.isEmpty)
        #expect(look(&reconciliation, notes, [record], movedFrom: [stale.path: id], at: 2).decisions == [.lateSave(stale, id)])
    }

    @Test func `an edited status is a gesture after two quiet seconds, and Ferry's own write is none`() {
        var reconciliation = Reconciliation(timing: Timing())
        let record = feature(.review)
        let fresh = note(.review, "x", status: .planned, age: .seconds(1))
        #expect(look(&reconciliation, [fresh], [record]).decisions.isEmpty)
        let quiet = note(.review, "x", status: .planned, age: .seconds(3))
        #expect(look(&reconciliation, [quiet], [record], at: 2).decisions == [.gesture(id, .rework, quiet)])
        let same = note(.review, "x", status: .review)
        #expect(look(&reconciliation, [same], [record], at: 3).decisions == [.seen(id, same)])
    }

    @Test func `keys that are back at an earlier version are a stale save and no gesture`() {
        var reconciliation = Reconciliation(timing: Timing())
        var record = feature(.review)
        record.keyHistory = ["planned||0", "in_progress|b|0", "review|b|1"]
        let stale = note(.review, "x", status: .planned, keys: "planned||0")
        #expect(look(&reconciliation, [stale], [record]).decisions == [.staleSave(id, stale)])
        let asked = note(.review, "x", status: .planned, keys: "planned|b|1")
        #expect(look(&reconciliation, [asked], [record]).decisions == [.gesture(id, .rework, asked)])
    }

    @Test func `what a person asked for by status is not taken back by the folder before Ferry has moved the note`() {
        var reconciliation = Reconciliation(timing: Timing())
        var record = feature(.ideas)
        record.state = .planned
        record.seenStatus = .planned
        let waiting = note(.ideas, status: .planned)
        #expect(look(&reconciliation, [waiting], [record]).decisions == [.seen(id, waiting)])
        let back = note(.drafts, status: .planned)
        #expect(look(&reconciliation, [back], [record]).decisions == [.gesture(id, .withdraw, back)])
    }

    @Test func `notes first seen in Ferry's folders are listed and left alone`() {
        for state in [FeatureState.inProgress, .review] {
            var reconciliation = Reconciliation(timing: Timing())
            let known = note(state)
            #expect(look(&reconciliation, [known]).decisions == [.adopt(known, .list)])
            #expect(look(&reconciliation, [note(state, id: nil)]).decisions.isEmpty)
        }
    }

    @Test(arguments: [FeatureState.ideas, .drafts, .blocked, .done])
    func `a note that Ferry has nothing to do with is no feature, with an id or without`(state: FeatureState) {
        var reconciliation = Reconciliation(timing: Timing())
        #expect(look(&reconciliation, [note(state, status: state), note(state, path: "b.md", id: nil)]).decisions.isEmpty)
    }

    @Test func `an edited status in a note that no feature stands for is a gesture, a status that always stood there is none`() {
        var reconciliation = Reconciliation(timing: Timing())
        var edited = note(.ideas, status: .done)
        #expect(look(&reconciliation, [edited]).decisions.isEmpty)
        edited.isStatusEdited = true
        #expect(look(&reconciliation, [edited]).decisions == [.adopt(edited, .close)])
        let wanted = note(.drafts, status: .planned, age: .seconds(1))
        #expect(look(&reconciliation, [wanted]).decisions.isEmpty)
        #expect(reconciliation.due(.seconds(1)) == [.note(wanted.path)])
        let quiet = note(.drafts, status: .planned, age: .seconds(1))
        #expect(look(&reconciliation, [quiet], at: 1).decisions.count == 1)
    }

    @Test func `a note that was done once and is moved to planned is run again, though no feature stands for it`() {
        var reconciliation = Reconciliation(timing: Timing())
        var again = note(.planned, status: .done, from: .done)
        again.hasRun = true
        #expect(look(&reconciliation, [again]).decisions == [.adopt(again, .runAgain)])
    }

    @Test func `with a new database a person is asked before a note starts that stands elsewhere than it says`() {
        var reconciliation = Reconciliation(timing: Timing())
        let moved = note(.planned, status: .drafts)
        let wanted = note(.planned, path: "b.md", id: FeatureID(number: 2), status: .planned)
        let fresh = note(.planned, path: "c.md", id: nil, status: .drafts)
        let outcome = reconciliation.look(at: [moved, wanted, fresh], features: [:], movedFrom: [:], isFirst: true, now: .zero)
        #expect(outcome.decisions == [.confirm(moved), .adopt(wanted, .dispatch), .adopt(fresh, .dispatch)])
        var merged = note(.done, status: .review)
        merged.hasRun = true
        #expect(reconciliation.look(at: [merged], features: [:], movedFrom: [:], isFirst: true, now: .zero).decisions == [.confirm(merged)])
    }

    @Test func `two notes with one id that no feature stands for matter only where one of them asks for something`() {
        var reconciliation = Reconciliation(timing: Timing())
        let resting = [note(.ideas), note(.done, path: "b.md")]
        #expect(look(&reconciliation, resting).decisions.isEmpty)
        #expect(look(&reconciliation, resting, at: 9).decisions.isEmpty)
        let asking = [note(.done, path: "b.md"), note(.planned)]
        #expect(look(&reconciliation, asking, at: 10).decisions.isEmpty)
        let decided = look(&reconciliation, asking, at: 12).decisions
        guard case .ambiguous(id, let notes) = decided.first else { return #expect(Bool(false), "\(decided)") }
        #expect(decided.count == 1 && notes.map(\.path) == asking.map(\.path))
    }

    @Test func `an exact copy where Ferry moved the note away from may be a slow move, so it is given the settle time`() {
        var reconciliation = Reconciliation(timing: Timing())
        let record = feature(.inProgress)
        let copy = note(.planned)
        let notes = [note(.inProgress), copy]
        _ = look(&reconciliation, notes, [record], movedFrom: [copy.path: id])
        #expect(look(&reconciliation, notes, [record], movedFrom: [copy.path: id], at: 3).decisions.isEmpty)
        #expect(look(&reconciliation, notes, [record], movedFrom: [copy.path: id], at: 30).decisions == [.lateSave(copy, id)])
    }

    @Test func `an edit back to an older status is a gesture where Ferry's block is today's, and a stale save where it is not`() {
        var reconciliation = Reconciliation(timing: Timing())
        var record = feature(.planned)
        record.keyHistory = ["drafts||||FR-001", "planned||||FR-001"]
        record.block = "now"
        var edited = note(.planned, "x", status: .drafts, keys: "drafts||||FR-001")
        edited.block = "now"
        #expect(look(&reconciliation, [edited], [record]).decisions == [.gesture(id, .withdraw, edited)])
        edited.block = "before"
        #expect(look(&reconciliation, [edited], [record]).decisions == [.staleSave(id, edited)])
    }

    @Test func `what waits is due when its time has come, and a look at something else does not put it off`() {
        var reconciliation = Reconciliation(timing: Timing())
        let young = note(.planned, id: nil, age: .seconds(10))
        #expect(look(&reconciliation, [young]).nextLook == .seconds(20))
        let other = note(.planned, path: "b.md", id: nil, age: .seconds(29))
        #expect(look(&reconciliation, [other], at: 5).nextLook == .seconds(6))
        #expect(reconciliation.due(.seconds(5)).isEmpty)
        #expect(reconciliation.due(.seconds(20)).count == 2)
        // The file's date may be of a clock that goes wrong; what Ferry saw itself counts.
        #expect(look(&reconciliation, [young], at: 20).decisions.count == 1)
    }

    @Test func `the same look twice decides the same, and nothing when its decisions are carried out`() {
        var reconciliation = Reconciliation(timing: Timing())
        let notes = [note(.planned)]
        #expect(look(&reconciliation, notes, [feature(.ideas)]).decisions == [.gesture(id, .dispatch, notes[0])])
        #expect(look(&reconciliation, notes, [feature(.planned)], at: 1).decisions == [.seen(id, notes[0])])
    }
}
