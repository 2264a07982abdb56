internal import FerryModel
internal import FerryStore
internal import FerryVault
internal import Foundation

/// Limits of money: what is asked at one, and what lets a feature go on after it.
extension Dispatcher {
    /// What the note says where a feature is parked at a limit.
    static func question(at limit: BudgetReached) -> String {
        "\(limit.description.prefix(1).uppercased() + limit.description.dropFirst()). Tick the box to allow \(allowance) USD more, raise the limit, "
            + "or move the note out." + limit.next
    }

    /// Keeps the limit, so that it is seen when somebody raises it.
    func remember(_ limit: BudgetReached, of id: FeatureID) async throws {
        limits[id] = limit
        try await parts.store.setFact("limit:\(id)", String(decoding: try JSONEncoder().encode(limit), as: UTF8.self))
    }

    func restoreLimits() async throws {
        for (id, text) in try await parts.store.facts("limit:") {
            if let id = FeatureID(id) { limits[id] = try? JSONDecoder().decode(BudgetReached.self, from: Data(text.utf8)) }
        }
    }

    /// Whether the feature is parked at a limit that its note, an agent's or the settings have raised since.
    func isRaised(_ feature: FeatureRecord, _ note: FeatureNote) -> Bool {
        guard let limit = limits[feature.id], feature.state == .blocked, feature.isPresent, feature.waitsFor == Self.question(at: limit) else {
            return false
        }
        let now = configuration.limits(budget: note.budget, agent: limit.agent.flatMap(StageRole.init(rawValue:)), extra: feature.extraBudget)
        let allowed: Money?? =
            switch limit.limit {
            case .agent: .some(now.agent)
            case .run: .some(now.run)
            case .feature: .some(now.feature)
            case .day: nil
            }
        // An agent's limit that was taken away is raised without end.
        return allowed.map { $0.map { $0 > limit.allowed } ?? true } ?? false
    }

    /// Lets features go on whose limit was raised in the settings or in an agent's note.
    func dispatchRaised(_ now: Duration) async throws -> [DispatchState.Action] {
        var actions: [DispatchState.Action] = []
        for id in limits.keys.sorted() {
            guard var feature = features[id], let note = try? desk.feature(at: feature.path), isRaised(feature, note) else { continue }
            actions += try await dispatch(&feature, now)
        }
        return actions
    }

    /// What the note says where a feature waits for the next day's money.
    static let tomorrow = "It goes on by itself tomorrow (UTC), or when `budget_day_usd` is raised."

    /// What the note says at the day's limit: a call that no day has room for does not go on tomorrow.
    static func wait(atDay limit: BudgetReached) -> String {
        guard let asked = limit.asked, asked > limit.allowed else { return "\(limit.description).\(limit.next) \(tomorrow)" }
        return "\(limit.description). The next call may cost up to \(asked) USD, \(tooMuch). "
            + "Raise `budget_day_usd`, or give the \(limit.agent ?? "agent") a cheaper model."
    }

    private static let tooMuch = "more than a whole day allows"

    /// Whether a note that says this waits at the day's limit.
    static func isWaitForDay(_ text: String) -> Bool { text.hasSuffix(tomorrow) || text.contains(tooMuch) }

    /// A day has begun, by the clock on the wall, which may have been set: who waits for its money is tried.
    func beginDay(_ now: Duration) {
        guard Store.today != day else { return }
        day = Store.today
        for id in waitsForDay where retries[.job(id)] != nil { retries[.job(id)] = now }
        waitsForDay = []
        requestDashboard(now)
    }
}
