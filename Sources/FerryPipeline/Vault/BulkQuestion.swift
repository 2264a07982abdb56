package import FerryModel
package import FerryStore
package import FerryVault

/// One question about many gestures of one kind, as the dashboard and `ferry status` ask it.
package struct BulkQuestion: Hashable, Sendable {
    package var kind: Gesture
    /// Tells this question from earlier ones of its kind.
    package var number: Int
    package var count: Int
    /// Names of some of the notes.
    package var examples: [String]

    package init(kind: Gesture, number: Int, count: Int, examples: [String]) {
        self.kind = kind
        self.number = number
        self.count = count
        self.examples = examples
    }

    /// From the database, as `stored` gives it; `nil` for anything else.
    package init?(kind: String, stored: String) {
        let lines = stored.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard let kind = Gesture(rawValue: kind), lines.count >= 2, let number = Int(lines[0]), let count = Int(lines[1]) else { return nil }
        self.init(kind: kind, number: number, count: count, examples: Array(lines.dropFirst(2)))
    }

    /// Number, count and examples, a line each.
    package var stored: String { (["\(number)", "\(count)"] + examples.map { $0.filter { !$0.isNewline } }).joined(separator: "\n") }

    /// The id of its box on the dashboard.
    package var boxID: String { "bulk-\(kind.rawValue.lowercased())" }

    /// `Start 143 features that were moved to planned together (a restore, a checkout?): A, B, C …`
    package var sentence: String {
        let what =
            switch kind {
            case .approve: "Approve and merge \(count) features that were moved to done together"
            case .reject: "Reject \(count) features that were moved out of review together"
            case .close: "Close \(count) features that were moved to done together, without a merge"
            case .rework: "Send \(count) features back to work that were moved from review to planned together"
            case .restart: "Stop and start anew \(count) features that were moved from in progress to planned together"
            case .runAgain: "Run \(count) features again that were done and came back to planned together"
            default: "Start \(count) features that were moved to planned together"
            }
        let names = examples.joined(separator: ", ") + (count > examples.count ? " …" : "")
        return what + " (a restore, a checkout?)" + (names.isEmpty ? "" : ": " + names)
    }

    /// What a note of it waits for, for `ferry why`.
    package var reason: String { "\(sentence). It waits for a tick on the dashboard." }

    package var box: BlockContent.Box { .init(id: boxID, run: number, text: [.text(sentence)]) }
}

extension Store {
    /// What is asked about gestures that came in bulk.
    package func bulkQuestions() async throws -> [BulkQuestion] {
        try await facts("bulk:").compactMap { BulkQuestion(kind: $0.key, stored: $0.value) }.sorted { $0.boxID < $1.boxID }
    }
}
