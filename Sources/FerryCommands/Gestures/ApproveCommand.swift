internal import ArgumentParser

/// `ferry approve FR-012`
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approve a result: exactly the commit that the note shows is merged.",
        discussion: "Moves the note from review to done.")

    @OptionGroup var gesture: GestureArguments

    func run() async throws { try await gesture.make(.approve) }
}
