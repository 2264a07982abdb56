internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import Logging
internal import Synchronization

/// Shows what a service in this process is doing: on a terminal one line for each feature at work, rewritten in place; elsewhere a line
/// for each stage. Changes of state are lines that stay, on both.
final class ProgressDisplay: Sendable {
    private struct Told: Hashable {
        var state: FeatureState?
        var waitsFor: String?
    }

    private struct State {
        /// When each feature's present stage was first seen.
        var since: [FeatureID: (stage: String, at: Duration)] = [:]
        /// What was last said of each feature.
        var told: [FeatureID: Told] = [:]
    }

    private static let frame: Duration = .milliseconds(100)

    private let board: ProgressBoard
    private let console: Console
    private let state = Mutex(State())

    init(_ board: ProgressBoard, _ console: Console) {
        self.board = board
        self.console = console
    }

    /// Has the service tell of each change of state, besides whoever is told already.
    func follow(_ hooks: inout PipelineHooks) {
        let others = hooks.didChange
        hooks.didChange = { [self] feature in
            announce(feature)
            await others?(feature)
        }
    }

    /// Shows progress while `work` runs; the live lines are gone when this returns.
    func during<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work() }
            if console.isTerminal {
                group.addTask { [self] in
                    for await _ in board.changes {
                        update()
                        // Nobody reads faster, and two hundred agents that are being answered tell of it all the time.
                        try? await Task.sleep(for: Self.frame)
                    }
                    return nil
                }
                group.addTask { [self] in
                    // Clocks go on while nothing else happens.
                    while (try? await Task.sleep(for: .seconds(1))) != nil { if !board.current.isEmpty { update() } }
                    return nil
                }
            } else {
                group.addTask { [self] in
                    for await _ in board.stages { update() }
                    return nil
                }
            }
            defer {
                group.cancelAll()
                console.show([])
            }
            while let result = try await group.next() { if let result { return result } }
            throw CancellationError()
        }
    }

    private func announce(_ feature: FeatureRecord) {
        let news = Told(state: feature.state, waitsFor: feature.waitsFor)
        let before = state.withLock { $0.told.updateValue(news, forKey: feature.id) }
        // An obstacle that has gone is no news of its own.
        guard before?.state != news.state || (news.waitsFor != nil && before != news), let place = feature.state else { return }
        let title = TextWidth.line(feature.title, to: 60)
        if console.isJournal {
            var fields: Logger.Metadata = ["feature": "\(feature.id)", "state": "\(place.rawValue)", "title": "\(title)"]
            if feature.run.rawValue > 0 { fields["run"] = "\(feature.run)" }
            if let reason = feature.waitsFor { fields["waits_for"] = "\(TextWidth.line(reason, to: 300))" }
            return Logger(label: "ferry").notice("state", metadata: fields)
        }
        let reason = feature.waitsFor.map { ": " + TextWidth.line($0, to: 300) } ?? ""
        console.print("\(feature.id) \(title) → \(console.style.paint(place.shown, Self.ink(place)))\(reason)")
    }

    private static func ink(_ state: FeatureState) -> Style.Ink {
        switch state {
        case .review: .yellow
        case .blocked: .red
        case .done: .green
        case .ideas, .drafts, .planned, .inProgress: .blue
        }
    }

    private func update() {
        let entries = board.current
        let now = BootClock.now
        let (rows, news) = state.withLock { state in
            var news: [ProgressBoard.Entry] = []
            for entry in entries where state.since[entry.feature]?.stage != entry.stage {
                state.since[entry.feature] = (entry.stage, now)
                news.append(entry)
            }
            let present = Set(entries.map(\.feature))
            state.since = state.since.filter { present.contains($0.key) }
            guard console.isTerminal else { return ([ProgressLine](), news) }
            return (entries.map { ProgressLine($0, elapsed: now - (state.since[$0.feature]?.at ?? now)) }, news)
        }
        if console.isTerminal {
            console.show(rows.map { $0.text(console.style) })
        } else {
            for entry in news where !console.isJournal { console.print("\(entry.feature) \(SafeText.make(entry.stage))") }
            let log = Logger(label: "ferry")
            for entry in news where console.isJournal { log.info("stage", metadata: ["feature": "\(entry.feature)", "stage": "\(entry.stage)"]) }
        }
    }
}
