internal import ArgumentParser

/// What the commands that move a note take.
struct GestureArguments: ParsableArguments {
    @Argument(help: "The feature: its id (FR-012), its note's name, or a path.")
    var feature: String
    @OptionGroup var vault: VaultOptions
    @OptionGroup var output: OutputOptions

    /// Makes the gesture and says what was done.
    func make(_ wish: Wish) async throws {
        let outcome = try await GestureMaker(view: VaultView(vault)).make(wish, feature)
        try report(outcome)
    }

    func report(_ outcome: GestureMaker.Outcome) throws {
        let console = Console.standard
        if output.json { console.print(try JSONText.make(outcome)) } else { outcome.lines(console.style).forEach { console.print($0) } }
    }
}
