internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerryVault

/// The one thing that a feature waits for, and what a person can do about it. Pure: what is known in, words out.
struct WaitStory: Hashable, Sendable {
    /// What is known of a feature and of what is around it.
    struct Facts: Hashable, Sendable {
        var feature: FoundFeature
        var isServed: Bool
        var isStopped: Bool
        var settle: Duration
        /// What a queued feature waits for.
        var wait: String?
        /// Others of its repository that are approved and not merged yet; merges go one at a time.
        var otherMerges: [FeatureID] = []
        /// An attempt is at work on it.
        var isAtWork = false
        /// When what waits after a failure is tried again.
        var nextTry: String?
        /// Why the running service cannot see the vault.
        var absence: String?
        /// What the dashboard asks about, where the note may be among those that came in bulk.
        var asked: String?
        /// Why there is nothing to work on yet in the note.
        var unready: UnreadyNote?
        /// Why the service cannot write the note.
        var noteFault: String?
        /// The newest line of the feature's history.
        var lastEvent: String?
    }

    /// One sentence or a few lines, cleaned.
    let reason: String
    /// What a person can do; `nil` where there is nothing to do but wait.
    let remedy: String?
    /// Whether a person must do something before it goes on.
    let needsPerson: Bool

    init(_ facts: Facts) {
        let story = Self.tell(facts)
        reason = story.0 + (facts.noteFault.map { "\n\($0)" } ?? "")
        (remedy, needsPerson) = (story.1, story.2)
    }

    private static func tell(_ facts: Facts) -> (String, String?, Bool) {
        let name = facts.feature.name
        if let record = facts.feature.record, record.isAmbiguous { return (record.waitsFor ?? "Two notes bear its id.", nil, true) }
        let mayGoOn = facts.isServed && !facts.isStopped
        if let asked = facts.asked, mayGoOn, facts.feature.state != .planned { return (asked, nil, true) }
        if let unseen = unseen(facts) { return unseen }
        switch state(facts.feature) {
        case .ideas, .drafts:
            if let waits = facts.feature.record?.waitsFor { return (waits, "ferry plan \(name)", true) }
            return ("Nothing happens in \(facts.feature.state.rawValue): it waits for you.", "ferry plan \(name)", true)
        case .planned: return planned(facts, name)
        case .inProgress: return inProgress(facts)
        case .review: return review(facts, name)
        case .done: return done(facts)
        case .blocked: return blocked(facts, name)
        }
    }

    /// What nobody can tell before a service has looked: a note that was moved while none was running, or that bears the word of a Ferry of whose records
    /// nothing is there.
    private static func unseen(_ facts: Facts) -> (String, String?, Bool)? {
        let (feature, state) = (facts.feature, facts.feature.state)
        guard [.inProgress, .review, .done, .blocked].contains(state) else { return nil }
        if let record = feature.record {
            guard !facts.isServed, !record.isApproved, let known = record.state, known != state, record.folder != state else { return nil }
            if state == .done, known == .review { return nil }
            return (
                "It was \(known.phrase) and has been moved to \(state.shown) while no service was running. What that means is decided when one runs.",
                "ferry run", true
            )
        }
        guard !feature.isUnreadable, feature.note.id != nil, feature.note.status != nil, feature.note.status != state || state != .done else {
            return nil
        }
        let what = "It lies in \(state.shown), and there is no record of it"
        if !facts.isServed { return ("\(what). A service makes it anew from notes, runs and branches.", "ferry run", true) }
        guard state == .inProgress || state == .review else { return nil }
        return ("\(what) yet. If Ferry's database was lost, it is made anew within half a minute; look again then.", nil, true)
    }

    /// Where it stands: where its note lies, but for one that Ferry has not moved yet to where the feature is.
    private static func state(_ feature: FoundFeature) -> FeatureState {
        guard let record = feature.record, record.folder == feature.state, !record.isApproved else { return feature.state }
        return record.state ?? feature.state
    }

    private static func planned(_ facts: Facts, _ name: String) -> (String, String?, Bool) {
        if facts.isStopped { return ("Everything is stopped: STOP.md is in the vault.", "ferry stop --undo", true) }
        if !facts.isServed { return ("No service is running for this vault.", "ferry run", true) }
        if let absence = facts.absence { return (absence, nil, true) }
        guard let record = facts.feature.record, record.state == .planned else {
            if let asked = facts.asked { return (asked, nil, true) }
            if let unready = facts.unready { return (unready.sentence, nil, true) }
            let seconds = facts.settle.components.seconds
            return ("Ferry waits until the note has been quiet for \(seconds) s, in case you are still writing.", "ferry go \(name)", false)
        }
        if let waits = record.waitsFor { return (waits, nil, false) }
        if let wait = facts.wait { return (sentence(wait, facts), nil, false) }
        return ("It starts at any moment.", nil, false)
    }

    private static func inProgress(_ facts: Facts) -> (String, String?, Bool) {
        if facts.isStopped { return ("Everything is stopped: STOP.md is in the vault.", "ferry stop --undo", true) }
        if !facts.isServed { return ("It was interrupted: no service is running. It goes on where it stopped.", "ferry run", true) }
        if let absence = facts.absence { return (absence, nil, true) }
        guard let record = facts.feature.record, record.state == .inProgress else {
            return ("It lies in in_progress, but Ferry has not started it: only Ferry moves notes there.", "ferry plan \(facts.feature.name)", true)
        }
        if let waits = record.waitsFor { return (sentence(waits, facts), nil, false) }
        if !facts.isAtWork, let wait = facts.wait { return (sentence(wait, facts), nil, false) }
        if let event = facts.lastEvent, event.hasPrefix(ModelPause.opening) { return (sentence(event, facts), nil, false) }
        return ("Ferry is at work on it" + (facts.lastEvent.map { ": \($0)" } ?? "") + ".", nil, false)
    }

    /// With a capital and a full stop, and when it is tried again.
    private static func sentence(_ text: String, _ facts: Facts) -> String {
        let end = text.last.map { ".!?:".contains($0) } ?? true
        let again = facts.nextTry.map { "\nIt is tried again at \($0)." } ?? ""
        return text.prefix(1).uppercased() + text.dropFirst() + (end ? "" : ".") + again
    }

    private static func review(_ facts: Facts, _ name: String) -> (String, String?, Bool) {
        if facts.feature.record?.isApproved == true { return done(facts) }
        guard let record = facts.feature.record, record.state == .review else {
            return ("It lies in review, but Ferry has nothing to show for it.", "ferry reject \(name)  then  ferry plan \(name)", true)
        }
        if let waits = record.waitsFor { return (waits, "ferry approve \(name)  or  ferry retry \(name)", true) }
        let commit = record.tip.map { " (\($0.prefix(12)))" } ?? ""
        return (
            "It waits for your decision about its commit\(commit).", "ferry approve \(name)  or  ferry retry \(name)  or  ferry reject \(name)", true
        )
    }

    private static func done(_ facts: Facts) -> (String, String?, Bool) {
        guard let record = facts.feature.record, record.isApproved || record.state == .review else { return ("Nothing: it is done.", nil, false) }
        if facts.isStopped { return ("It is approved, and everything is stopped: STOP.md is in the vault.", "ferry stop --undo", true) }
        if !facts.isServed { return ("It is approved, and no service is running that could merge it.", "ferry run", true) }
        if let absence = facts.absence { return (absence, nil, true) }
        if let waits = record.waitsFor { return (sentence(waits, facts), nil, true) }
        let others = facts.otherMerges.prefix(5).map(\.description).joined(separator: ", ")
        let turn =
            others.isEmpty
            ? "" : " Merges of a repository go one at a time; \(others) \(facts.otherMerges.count == 1 ? "is" : "are") approved as well."
        return ("It is approved and about to be merged." + turn, nil, false)
    }

    private static func blocked(_ facts: Facts, _ name: String) -> (String, String?, Bool) {
        let record = facts.feature.record
        if let questions = record?.questions, !questions.isEmpty {
            let list = questions.enumerated().map { "Q\($0 + 1) \(InertText.excerpt($1))" }.joined(separator: "\n")
            return ("It has \(questions.count == 1 ? "a question" : "questions"):\n\(list)", "ferry answer \(name) TEXT", true)
        }
        return (record?.waitsFor ?? "Somebody moved it to blocked.", "ferry retry \(name)  or  ferry cancel \(name)", true)
    }
}
