internal import ArgumentParser

/// `ferry go FR-012`
struct GoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "go", abstract: "Start a note in planned now, without waiting for it to be quiet.",
        discussion: "A note that was written or edited in planned waits settle_seconds for your next thought; this skips the wait.")

    @OptionGroup var gesture: GestureArguments

    func run() async throws { try await gesture.make(.go) }
}
