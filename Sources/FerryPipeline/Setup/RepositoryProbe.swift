package import SystemPackage

/// What `ferry init` finds out about a repository by looking at its files: nothing is run, nothing outside is asked.
package struct RepositoryProbe: Hashable, Sendable {
    /// The command that a repository note would name, the best first.
    package let tests: [TestCommand]
    /// Folders outside `/usr` that the best command needs.
    package let toolchains: [ToolchainFolder]
    /// What a person should know: a program that is missing, a version manager that cannot be read. Each with what to do.
    package let remarks: [String]

    /// - Parameters:
    ///   - folder: the repository's root.
    ///   - environment: `PATH`, `HOME` and the version managers' own variables, as in Ferry's own environment.
    /// Unreadable files count as absent.
    package init(folder: FilePath, environment: [String: String]) {
        let files = RepositoryFiles(folder)
        tests = TestCommand.candidates(in: files)
        guard let best = tests.first else {
            toolchains = []
            remarks = ["No test command was found. Name one under `test` in the repository note; without it no work can be checked."]
            return
        }
        var search = ToolchainSearch(repository: folder, environment: environment)
        for program in best.programs { search.find(program) }
        if best.needsPytest { search.checkForPytest() }
        toolchains = search.found
        remarks = search.remarks
    }

    /// The test command for the repository note.
    package var test: TestCommand? { tests.first }
}

/// A folder of programs for `toolchains` of the repository note.
package struct ToolchainFolder: Hashable, Sendable {
    package let path: FilePath
    /// Which program it was found by: `python3 is pyenv's 3.11.7`.
    package let reason: String
}
