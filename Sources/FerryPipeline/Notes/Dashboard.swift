package import FerryModel
package import FerryStore
package import FerryVault
package import SystemPackage

/// What Ferry's block on the dashboard says: faults, what waits for a person, what is under way, money, health. Pure: it says what it is given.
package struct Dashboard: Sendable {
    package var features: [FeatureRecord] = []
    package var stages: [FeatureID: String] = [:]
    /// What each queued feature waits for.
    package var waits: [FeatureID: String] = [:]
    /// Faults of the surroundings: they hold work up and block no feature.
    package var holds: [String] = []
    package var faults: [NoteFault] = []
    /// Notes that cannot be written or taken up, with the reason.
    package var noteFaults: [FilePath: String] = [:]
    /// Notes that another program keeps open for writing.
    package var busyNotes: Set<FilePath> = []
    /// Conflict copies, late saves and recovered copies, and the name of the note that each is a copy of.
    package var conflicts: [FilePath: String] = [:]
    /// What Ferry asks before it goes on; a tick says yes.
    package var boxes: [BlockContent.Box] = []
    /// `nil` where it cannot be read now.
    package var today: SpendingTotal?
    /// The dearest features of the day, the dearest first.
    package var todayByFeature: [(feature: FeatureID, amount: Money)] = []
    package var dayLimit: Money = .zero
    package var isStopped = false
    /// Why events of the vault cannot be relied upon; `nil` when they can.
    package var unreliability: String?
    /// Why nothing may be run on this machine now; `nil` when all is well.
    package var machine: String?
    package init() {}

    /// Lines of one section at most; a board with a row for each feature is `features.base`.
    static let rowLimit = 40

    package var content: BlockContent { content(pressingOnly: false) }

    /// What a person should see at once: without progress, queue and money.
    var pressing: BlockContent { content(pressingOnly: true) }

    private func content(pressingOnly: Bool) -> BlockContent {
        var content = BlockContent()
        content.callouts = callouts + (pressingOnly ? [] : [summary])
        content.sections =
            [asked, section("Faults", faultItems), section("Waits for you", waiting)]
            + (pressingOnly ? [] : [section("Under way", underWay), section("Queue", queue)])
            + [section("Copies to look at", copies), section("Busy notes", busy)]
            + (pressingOnly ? [] : [BlockContent.Section("Money", items: money)]) + [BlockContent.Section("Health", items: health)]
        content.sections.removeAll { $0.items.isEmpty && $0.boxes.isEmpty }
        return content
    }

    // MARK: The head

    private var callouts: [BlockContent.Callout] {
        var callouts: [BlockContent.Callout] = []
        if isStopped {
            callouts.append(
                .init(
                    .failure, ["Everything is stopped"],
                    lines: [[.code("90_system/STOP.md"), " is there: nothing starts, every agent has ended. Delete that note to go on."]]))
        }
        if !holds.isEmpty {
            callouts.append(
                .init(.warning, ["Work is held up, and goes on by itself when this is mended"], lines: holds.map(BlockContent.Piece.sentence)))
        }
        return callouts
    }

    private var summary: BlockContent.Callout {
        let needed = boxes.count + waiting.count
        let mistakes = faultItems.count
        let parts = [
            needed == 0 ? "Nothing waits for you" : needed == 1 ? "One thing waits for you" : "\(needed) things wait for you",
            mistakes == 0 ? nil : mistakes == 1 ? "one fault to mend" : "\(mistakes) faults to mend",
            "\(underWay.count) under way", "\(queue.count) in the queue",
        ]
        let kind: BlockContent.Kind = needed > 0 ? .todo : mistakes > 0 ? .warning : .success
        return .init(kind, [.text(parts.compactMap(\.self).joined(separator: " · "))])
    }

    private var asked: BlockContent.Section { BlockContent.Section("Ferry asks first", boxes: boxes) }

    private func section(_ title: String, _ items: [[BlockContent.Piece]]) -> BlockContent.Section {
        guard items.count > Self.rowLimit else { return BlockContent.Section(title, items: items) }
        let more: [BlockContent.Piece] = [.text("and \(items.count - Self.rowLimit) more")]
        return BlockContent.Section(title, items: items.prefix(Self.rowLimit) + [more])
    }

    // MARK: Features

    private var waiting: [[BlockContent.Piece]] {
        rows([.review, .blocked]) { feature in
            if feature.isApproved { return nil }
            let usual = feature.state == .review ? decision(feature) : "it is blocked"
            return (feature.state == .review ? ", review: " : ", blocked: ") + (feature.waitsFor.map(Self.firstLine) ?? usual)
        }
    }

    /// A note that Ferry cannot write shows no commit: then it is shown here.
    private func decision(_ feature: FeatureRecord) -> String {
        guard noteFaults[feature.path] != nil, let tip = feature.tip else { return "approve it, or ask for changes" }
        return "approve the commit \(tip.prefix(12)), or ask for changes (the note itself cannot show it)"
    }

    private var underWay: [[BlockContent.Piece]] {
        rows([.inProgress]) { ": " + (stages[$0.id] ?? $0.waitsFor.map(Self.firstLine) ?? "waits") }
            + rows([.review]) { $0.isApproved ? ", approved: " + ($0.waitsFor.map(Self.firstLine) ?? "it is being merged") : nil }
    }

    private var queue: [[BlockContent.Piece]] { rows([.planned]) { ": " + ($0.waitsFor.map(Self.firstLine) ?? waits[$0.id] ?? "starts next") } }

    private func rows(_ states: Set<FeatureState>, _ what: (FeatureRecord) -> String?) -> [[BlockContent.Piece]] {
        features.compactMap { feature in
            guard feature.isPresent, let state = feature.state, states.contains(state), let what = what(feature) else { return nil }
            return link(feature) + BlockContent.Piece.sentence(what)
        }
    }

    /// By the bare name, so that it survives moves.
    private func link(_ feature: FeatureRecord) -> [BlockContent.Piece] {
        let name = feature.path.stem ?? ""
        let link = BlockContent.Piece.link(note: name)
        return name.hasPrefix(feature.id.description) ? [link] : [.text("\(feature.id) "), link]
    }

    private static func firstLine(_ text: String) -> String { text.split(separator: "\n", maxSplits: 1).first.map(String.init) ?? text }

    // MARK: Notes

    private var faultItems: [[BlockContent.Piece]] {
        faults.map { Self.fault(FilePath($0.path), line: $0.line, "\($0.what); \($0.remedy)") }
            + noteFaults.filter { !busyNotes.contains($0.key) && conflicts[$0.key] == nil }.sorted { $0.key.string < $1.key.string }.map {
                Self.fault($0.key, line: nil, $0.value)
            }
    }

    /// With a link to click on, and the place that an editor or a terminal wants.
    private static func fault(_ path: FilePath, line: Int?, _ what: String) -> [BlockContent.Piece] {
        let link: [BlockContent.Piece] = path.extension?.lowercased() == "md" ? [.link(note: path.stem ?? ""), " "] : []
        return link + [.code("\(path)\(line.map { ":\($0)" } ?? "")")] + BlockContent.Piece.sentence(": \(what)")
    }

    private var copies: [[BlockContent.Piece]] {
        conflicts.sorted { $0.key.string < $1.key.string }.map { path, original in
            let what = noteFaults[path] ?? "a copy that is never run. Take over what you need, then delete it."
            return [.link(note: path.stem ?? ""), " beside ", .link(note: original)] + BlockContent.Piece.sentence(": \(what)")
        }
    }

    private var busy: [[BlockContent.Piece]] {
        busyNotes.sorted { $0.string < $1.string }.map {
            [.link(note: $0.stem ?? ""), .text(": \(noteFaults[$0] ?? "another program keeps it open")")]
        }
    }

    // MARK: Money and health

    private var money: [[BlockContent.Piece]] {
        let names = Dictionary(features.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let spent = today.map { "\(RunNotes.cost($0)) of \(dayLimit) USD" } ?? "cannot be read now"
        let all: [BlockContent.Piece] = [.text("today (UTC): \(spent)")]
        let dear = todayByFeature.filter { $0.amount > .zero }
        return [all] + dear.map { id, amount in (names[id].map(link) ?? [.text("\(id)")]) + [.text(": \(amount) USD")] }
    }

    private var health: [[BlockContent.Piece]] {
        [
            "vault: \(unreliability ?? "every change is seen at once")", "sandbox and machine: \(machine ?? "ready")",
        ].map(BlockContent.Piece.sentence)
    }
}
