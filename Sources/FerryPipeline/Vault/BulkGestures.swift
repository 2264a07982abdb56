package import FerryModel
package import FerryStore

/// Gestures that came so many at once that they may be no person's doing (a restore, a checkout): they wait for one word. Pure.
///
/// What stops work never waits: withdrawing and cancelling cost nothing.
package struct BulkGestures: Sendable {
    /// A gesture that was carried out a moment ago, and the feature as it was before; `nil` for one that was new.
    package struct Recent: Hashable, Sendable {
        package var kind: Gesture
        package var subject: Reconciliation.Subject
        package var before: FeatureRecord?
        var time: Duration
    }

    package struct Sifted: Sendable {
        /// To be carried out now.
        package var act: [Reconciliation.Decision] = []
        /// Carried out before it was known how many they are; to be taken back where no work has begun.
        package var takeBack: [Recent] = []
    }

    private struct Held: Sendable {
        var number: Int
        var subjects: Set<Reconciliation.Subject> = []
    }

    private static let kinds: Set<Gesture> = [.dispatch, .restart, .rework, .runAgain, .approve, .reject, .close]

    private var held: [Gesture: Held] = [:]
    private var recent: [Recent] = []
    /// Kinds that a person has said yes to, for the look that is being carried out.
    private var allowed: Set<Gesture> = []
    private var lastNumber = 0

    package init() {}

    /// What a restart finds: questions that were asked already. Their gestures are found again, and wait on.
    package mutating func restore(_ questions: [BulkQuestion], allowed: Set<Gesture>, lastNumber: Int) {
        for question in questions { held[question.kind] = Held(number: question.number) }
        self.allowed = allowed
        self.lastNumber = lastNumber
    }

    /// The kinds that wait, with what each asks about.
    package var waiting: [(kind: Gesture, number: Int, subjects: Set<Reconciliation.Subject>)] {
        held.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value.number, $0.value.subjects) }
    }

    package var isEmpty: Bool { held.isEmpty }

    /// All that waits.
    package var subjects: Set<Reconciliation.Subject> { held.values.reduce(into: []) { $0.formUnion($1.subjects) } }

    /// Separates what is carried out from what waits.
    /// - Parameters:
    ///   - concerned: what the decisions may be about; what waited and is decided no more has been undone.
    ///   - limit: the setting `ask_above`.
    ///   - window: within this time gestures count as made together.
    package mutating func sift(
        _ decisions: [Reconciliation.Decision], concerned: Set<Reconciliation.Subject>, features: [FeatureID: FeatureRecord], limit: Int,
        window: Duration, now: Duration
    ) -> Sifted {
        var sifted = Sifted()
        for kind in held.keys { held[kind]?.subjects.subtract(concerned) }
        recent.removeAll { $0.time + window < now }
        let counts = Dictionary(grouping: decisions.compactMap(Self.kind), by: \.self).mapValues(\.count)
        for (kind, count) in counts where held[kind] == nil && !allowed.contains(kind) {
            guard count + recent.count(where: { $0.kind == kind }) > limit else { continue }
            lastNumber += 1
            held[kind] = Held(number: lastNumber)
            sifted.takeBack += recent.filter { $0.kind == kind && kind.startsWork }
            recent.removeAll { $0.kind == kind }
        }
        for decision in decisions {
            guard let kind = Self.kind(decision) else {
                sifted.act.append(decision)
                continue
            }
            if held[kind] != nil, !allowed.contains(kind) {
                held[kind]?.subjects.insert(decision.subject)
            } else {
                sifted.act.append(decision)
                var before: FeatureRecord?
                if case .feature(let id) = decision.subject { before = features[id] }
                if !allowed.contains(kind) { recent.append(Recent(kind: kind, subject: decision.subject, before: before, time: now)) }
            }
        }
        return sifted
    }

    /// What was taken back waits as well.
    package mutating func join(_ kind: Gesture, _ subject: Reconciliation.Subject) { held[kind]?.subjects.insert(subject) }

    /// A person has said yes: the next look carries all of this kind out. Returns what that look has to concern.
    package mutating func allow(_ kind: Gesture) -> Set<Reconciliation.Subject> {
        allowed.insert(kind)
        return held.removeValue(forKey: kind)?.subjects ?? []
    }

    /// After a look: questions about nothing are over, and so is every yes. Returns the kinds that are.
    package mutating func finish() -> Set<Gesture> {
        let empty = Set(held.filter { $0.value.subjects.isEmpty }.keys)
        for kind in empty { held[kind] = nil }
        defer { allowed = [] }
        return empty.union(allowed)
    }

    private static func kind(_ decision: Reconciliation.Decision) -> Gesture? {
        switch decision {
        case .adopt(_, let gesture), .gesture(_, let gesture, _): kinds.contains(gesture) ? gesture : nil
        case .confirm, .seen, .staleSave, .lateSave, .ambiguous: nil
        }
    }
}
