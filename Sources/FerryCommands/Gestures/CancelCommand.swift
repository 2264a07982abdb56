internal import ArgumentParser

/// `ferry cancel FR-012`
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Take a feature out of the queue, or stop the work on it.",
        discussion: "Moves the note from planned, in progress or blocked to drafts. Branch and transcripts stay.")

    @OptionGroup var gesture: GestureArguments

    func run() async throws { try await gesture.make(.cancel) }
}
