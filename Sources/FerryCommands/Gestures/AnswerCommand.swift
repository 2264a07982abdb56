internal import ArgumentParser
internal import FerryModel
internal import FerryStore
internal import FerryVault

/// `ferry answer FR-012 TEXT`
struct AnswerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer", abstract: "Answer a question of a feature; with the last answer it goes on.",
        discussion: "Writes the text after A1: in the note. When no question is left open, the note moves to planned.")

    @OptionGroup var gesture: GestureArguments
    @Argument(help: "The answer.")
    var text: [String]
    @Option(name: .long, help: "The question's number; else the first that has no answer.")
    var question: Int?
    @Flag(name: .long, help: "Leave the note where it is, also after the last answer.")
    var stay = false

    func run() async throws {
        let maker = try GestureMaker(view: VaultView(gesture.vault))
        let feature = try await maker.find(gesture.feature)
        let open = try openQuestions(of: feature)
        guard let number = question ?? open.first else {
            throw CommandError(.failed, "\(feature.heading) has no open question.", remedy: "To let it go on: `ferry plan \(feature.name)`.")
        }
        try await write(number, feature, maker)
        let left = open.filter { $0 != number }
        guard left.isEmpty, !stay, feature.state == .blocked else {
            let next = left.isEmpty ? "To let it go on: ferry plan \(feature.name)" : "Still open: \(left.map { "Q\($0)" }.joined(separator: ", "))."
            return try gesture.report(maker.outcome(feature, at: feature.path, to: feature.state, next: next, isPending: false))
        }
        let destination = try await maker.move(feature, to: .planned)
        try gesture.report(
            maker.outcome(feature, at: destination, to: .planned, next: "Q\(number) is answered; Ferry goes on where it stopped.", isPending: true))
    }

    private func openQuestions(of feature: FoundFeature) throws -> [Int] {
        let asked = feature.record?.questions.indices.map { $0 + 1 } ?? []
        return asked.filter { feature.note.block?.answers[$0] == nil }
    }

    private func write(_ number: Int, _ feature: FoundFeature, _ maker: GestureMaker) async throws {
        let answer = text.joined(separator: " ")
        let outcome = try await maker.view.writer.update(feature.path) { bytes throws(NoteRefusal) in
            try AnswerSplice.adding(answer, to: number, in: bytes)
        }
        switch outcome {
        case .written, .unchanged: return
        case .busy, .gone:
            throw CommandError(
                .failed, "\(feature.path) is open in another program, or has just been moved.", remedy: "Save it there, then run the command again.")
        case .refused(let refusal): throw CommandError(refusal.fault(in: "\(feature.path)"))
        }
    }
}
