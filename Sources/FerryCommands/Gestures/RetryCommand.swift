internal import ArgumentParser

/// `ferry retry FR-012`
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Have Ferry work on a feature again.",
        discussion:
            "From blocked it goes on, from review it works on with what stands under ## Feedback, from in progress it starts again with the text as it is now."
    )

    @OptionGroup var gesture: GestureArguments

    func run() async throws { try await gesture.make(.retry) }
}
