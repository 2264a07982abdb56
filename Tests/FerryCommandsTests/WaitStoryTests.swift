@testable internal import FerryCommands
internal import FerryModel
internal import FerryStore
internal import FerryVault
internal import SystemPackage
internal import Testing

/// `ferry why` names one thing, and what can be done about it.
@Suite(.timeLimit(.minutes(1)))
struct WaitStoryTests {
    private func tell(_ state: FeatureState, _ record: FeatureRecord? = nil, _ change: (inout WaitStory.Facts) -> Void = { _ in }) -> WaitStory {
        let note = FeatureNote(parsing: Array("---\nid: FR-001\n---\n# A\n".utf8), path: "10_features/a.md")
        var facts = WaitStory.Facts(
            feature: FoundFeature(path: "10_features/a.md", state: state, note: note, record: record),
            isServed: true, isStopped: false, settle: .seconds(30))
        change(&facts)
        return WaitStory(facts)
    }

    @Test func `an idea waits for its person`() {
        let story = tell(.ideas)
        #expect(story.needsPerson && story.remedy == "ferry plan FR-001")
    }

    @Test func `a note that Ferry has not taken yet is settling`() {
        let story = tell(.planned)
        #expect(story.reason.contains("30 s") && story.remedy == "ferry go FR-001" && !story.needsPerson)
    }

    @Test(arguments: [UnreadyNote.empty, .untitled, .open]) func `a note that is still being written says what it waits for`(_ reason: UnreadyNote) {
        let story = tell(.planned) { $0.unready = reason }
        #expect(story.reason == reason.sentence && story.needsPerson)
    }

    @Test func `the stop comes before a missing service, and that before all else`() {
        #expect(tell(.planned, record(1, .planned)) { $0.isStopped = true }.remedy == "ferry stop --undo")
        #expect(tell(.planned, record(1, .planned)) { $0.isServed = false }.remedy == "ferry run")
        #expect(tell(.inProgress, record(1, .inProgress)) { $0.isServed = false }.reason.contains("interrupted"))
    }

    @Test func `what the service says that a queued feature waits for is told as a sentence`() {
        let story = tell(.planned, record(1, .planned)) { $0.wait = "waits for FR-002, which it depends on" }
        #expect(story.reason == "Waits for FR-002, which it depends on.")
        #expect(tell(.planned, record(1, .planned)).reason == "It starts at any moment.")
    }

    @Test func `a fault of the surroundings is what it waits for`() {
        let held = record(1, .inProgress) { $0.waitsFor = "The key OPENAI_API_KEY is not set." }
        #expect(tell(.inProgress, held).reason == "The key OPENAI_API_KEY is not set.")
    }

    @Test func `review waits for a decision about one commit`() {
        let story = tell(.review, record(1, .review) { $0.tip = "0123456789abcdef" })
        #expect(story.reason.contains("0123456789ab") && story.needsPerson)
        #expect(tell(.review).reason.contains("nothing to show"))
    }

    @Test func `nobody is told to throw away what only a service that runs can know`() {
        func unknown(_ state: FeatureState, _ status: String, isServed: Bool) -> WaitStory {
            tell(state) { facts in
                let text = "---\nid: FR-001\nstatus: \(status)\nbranch: ferry/fr-001-a\n---\n# A\n"
                let note = FeatureNote(parsing: Array(text.utf8), path: "10_features/a.md")
                facts.feature = FoundFeature(path: "10_features/a.md", state: state, note: note, record: nil)
                facts.isServed = isServed
            }
        }
        for state in [FeatureState.inProgress, .review, .blocked] {
            let story = unknown(state, state.rawValue, isServed: false)
            #expect(story.reason.contains("there is no record of it") && story.remedy == "ferry run" && story.needsPerson, "\(state)")
        }
        let lost = unknown(.review, "review", isServed: true)
        #expect(lost.reason.contains("made anew within half a minute") && lost.remedy == nil)
        #expect(unknown(.done, "review", isServed: false).remedy == "ferry run")
        #expect(unknown(.done, "done", isServed: false).reason == "Nothing: it is done.")
    }

    @Test(arguments: [
        (FeatureState.inProgress, FeatureState.done), (.inProgress, .review), (.blocked, .done), (.done, .inProgress), (.done, .review),
    ])
    func `a move that no service has seen is not told as what it may become`(from: FeatureState, to: FeatureState) {
        let known = record(1, from) { $0.folder = from }
        let story = tell(to, known) { $0.isServed = false }
        #expect(story.reason.contains("while no service was running") && story.remedy == "ferry run" && story.needsPerson)
    }

    @Test func `blocked says its questions, or its story`() {
        let asked = tell(.blocked, record(1, .blocked) { $0.questions = ["Which blue?", "How dark?"] })
        #expect(asked.reason.contains("Q1 Which blue?\nQ2 How dark?") && asked.remedy == "ferry answer FR-001 TEXT")
        #expect(tell(.blocked, record(1, .blocked) { $0.waitsFor = "The change still has findings." }).reason == "The change still has findings.")
    }

    @Test func `done waits for nothing, unless the merge is still to come`() {
        #expect(!tell(.done).needsPerson && tell(.done).remedy == nil)
        #expect(tell(.done, record(1, .done)).reason == "Nothing: it is done.")
        let approved = record(1, .review) { $0.isApproved = true }
        #expect(tell(.done, approved).reason.contains("about to be merged"))
        #expect(tell(.done, approved) { $0.isServed = false }.remedy == "ferry run")
        let dirty = record(1, .review) {
            $0.isApproved = true
            $0.waitsFor = "Approved, waits: the checkout of main has uncommitted work (a.txt)."
        }
        #expect(tell(.done, dirty).reason.hasPrefix("Approved, waits") && tell(.done, dirty).needsPerson)
    }

    @Test func `an approved feature says what keeps its merge from being made`() {
        let approved = record(1, .review) {
            $0.isApproved = true
            $0.folder = .done
        }
        #expect(tell(.done, approved) { $0.isStopped = true }.remedy == "ferry stop --undo")
        #expect(tell(.done, approved) { $0.absence = "The vault is not there." }.reason == "The vault is not there.")
        let one = tell(.done, approved) { $0.otherMerges = [FeatureID(number: 2)] }
        #expect(one.reason.hasSuffix("one at a time; FR-002 is approved as well.") && !one.needsPerson)
        #expect(
            tell(.done, approved) { $0.otherMerges = [FeatureID(number: 2), FeatureID(number: 3)] }.reason.hasSuffix(
                "FR-002, FR-003 are approved as well."))
    }

    /// An editor has the note, or Ferry has not come to it.
    @Test func `where the note was not moved yet, what counts is where the feature is`() {
        func lagging(_ folder: FeatureState, _ state: FeatureState) -> WaitStory {
            tell(
                folder,
                record(1, state) {
                    $0.folder = folder
                    $0.tip = "0123456789abcdef"
                }
            ) {
                $0.isAtWork = true
                $0.unready = .open
            }
        }
        #expect(lagging(.planned, .inProgress).reason.hasPrefix("Ferry is at work on it"))
        #expect(lagging(.inProgress, .review).reason.hasPrefix("It waits for your decision about its commit"))
        #expect(lagging(.inProgress, .blocked).reason == "Somebody moved it to blocked.")
        #expect(lagging(.done, .review).reason.hasPrefix("It waits for your decision"))
        // Approved by its box.
        let approved = record(1, .review) {
            $0.isApproved = true
            $0.tip = "0123456789abcdef"
        }
        #expect(tell(.review, approved).reason.hasPrefix("It is approved and about to be merged"))
        #expect(tell(.review, approved) { $0.isServed = false }.remedy == "ferry run")
        // A move of the person's that no look has seen yet.
        #expect(tell(.planned, record(1, .ideas)).remedy == "ferry go FR-001")
    }
}
