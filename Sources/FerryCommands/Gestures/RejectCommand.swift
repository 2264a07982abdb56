internal import ArgumentParser

/// `ferry reject FR-012`
struct RejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject", abstract: "Reject a result: the worktree is released, the branch stays.",
        discussion: "Moves the note from review to drafts.")

    @OptionGroup var gesture: GestureArguments

    func run() async throws { try await gesture.make(.reject) }
}
