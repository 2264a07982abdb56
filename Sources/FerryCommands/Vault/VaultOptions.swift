internal import ArgumentParser
internal import SystemPackage

/// What every command that needs a vault takes.
struct VaultOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The vault. Without it FERRY_VAULT, else the vault around the current folder.", valueName: "dir"))
    var vault: String?

    /// The vault that is meant. Throws `CommandError`.
    func find() throws -> FilePath { try VaultSearch(option: vault).find() }
}

/// What every command with something to read takes.
struct OutputOptions: ParsableArguments {
    @Flag(name: .long, help: "Print JSON, for programs.")
    var json = false
}
