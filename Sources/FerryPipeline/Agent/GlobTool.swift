internal import FerryLLM
internal import FerryModel
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Finds files by name.
struct GlobTool: AgentTool {
    static let limit = 200
    let files: GuestFiles
    let onlyReads = true
    let quotesOthers = true

    let definition = ToolDefinition(
        name: "glob",
        description: """
            Lists the files of the worktree whose path matches a pattern (`*` and `?` within a name, `**` across folders), sorted, at most \(limit). \
            A pattern without a slash is looked for in every folder. Links are not followed; .git is left out.
            """,
        parameters: [
            "type": "object",
            "properties": [
                "pattern": ["type": "string", "description": "For example `src/**/*.py` or `*_test.go`."],
                "path": ["type": "string", "description": "The folder to look in; the worktree if not given."],
            ],
            "required": ["pattern"],
            "additionalProperties": false,
        ])

    func summary(of arguments: ToolArguments) -> String { "glob \(arguments.text("pattern"))" }

    func run(_ arguments: ToolArguments, _ call: ToolCallContext) async throws -> ToolOutput {
        let place = try files.place(arguments.optionalText("path") ?? ".")
        let text = arguments.text("pattern")
        guard text.utf8.count <= 1024 else { throw ToolMistake("The pattern is longer than 1,024 bytes.") }
        guard let pattern = PathPattern(text.contains("/") ? text : "**/\(text)") else {
            throw ToolMistake("`\(text)` is no pattern for paths: it must be relative, without `..`.")
        }
        guard try place.files.status(of: place.path)?.kind == .directory else { throw ToolMistake("There is no folder \(place.shown).") }
        let walk = try await TreeWalk(place.files, from: place.path)
        var found: [String] = []
        for (index, file) in walk.files.enumerated() {
            if index % 256 == 0 {
                try Task.checkCancellation()
                await Task.yield()
            }
            var below = file
            if !place.path.isEmpty { _ = below.removePrefix(place.path) }
            if pattern.matches(below.string) { found.append(place.shown.hasPrefix("/") ? "\(place.shown)/\(below)" : file.string) }
        }
        let note = walk.isCut ? "\n[only the first \(TreeWalk.limit) files were looked at; give `path`]" : ""
        guard !found.isEmpty else { return ToolOutput("No file matches \(text).\(note)") }
        let shown = found.prefix(Self.limit).map { SafeText.make($0) }.joined(separator: "\n")
        let more = found.count > Self.limit ? "\n[\(found.count - Self.limit) more; use a narrower pattern]" : ""
        return ToolOutput(shown + more + note)
    }
}
