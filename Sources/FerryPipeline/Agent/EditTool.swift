internal import FerryLLM
internal import FerrySystem
internal import SystemPackage

/// Replaces one exact piece of a file that the agent has read.
struct EditTool: AgentTool {
    let files: GuestFiles
    let memory: FileMemory
    let onlyReads = false

    let definition = ToolDefinition(
        name: "edit",
        description: """
            Replaces `old_string` by `new_string` in a file of the worktree. `old_string` must be in the file exactly as it stands there, white space \
            included, and in one place only (give more lines around it), unless `replace_all` is true. Read the file first.
            """,
        parameters: [
            "type": "object",
            "properties": [
                "path": ["type": "string", "description": "The file."],
                "old_string": ["type": "string", "description": "The text to replace, without line numbers."],
                "new_string": ["type": "string", "description": "The text to put there."],
                "replace_all": ["type": "boolean", "description": "Whether to replace it everywhere; false if not given."],
            ],
            "required": ["path", "old_string", "new_string"],
            "additionalProperties": false,
        ])

    func summary(of arguments: ToolArguments) -> String { "edit \(arguments.text("path"))" }

    func run(_ arguments: ToolArguments, _ call: ToolCallContext) async throws -> ToolOutput {
        let place = try files.place(arguments.text("path"), writing: true)
        guard let status = try place.files.status(of: place.path) else {
            throw ToolMistake("There is no file \(place.shown).\(try await NearestNames.hint(for: place)) Use `write` for a new file.")
        }
        guard status.kind == .regular else { throw ToolMistake("\(place.shown) is no regular file.") }
        let old = arguments.text("old_string")
        let new = arguments.text("new_string")
        // By bytes: as Strings, composed and decomposed letters are equal.
        guard !old.isEmpty else { throw ToolMistake("`old_string` is empty. Use `write` to give a file its whole content.") }
        guard !old.utf8.elementsEqual(new.utf8) else { throw ToolMistake("`old_string` and `new_string` are the same.") }
        let content = try place.files.read(place.path)
        try memory.check(place, is: content)
        switch EditMatch(content: content, old: old, new: new).apply(all: arguments.flag("replace_all")) {
        case .replaced(let edited, let count, let lines):
            try place.files.write(edited, to: place.path)
            memory.noteWritten(place, edited)
            // The agent knows what it wrote; the lines around tell it where that stands.
            let last = min(lines.upperBound, lines.lowerBound + 8) + 3
            let context = NumberedLines(edited).show(max(1, lines.lowerBound - 3)...last)
            return ToolOutput("Edited \(place.shown) (\(count) \(count == 1 ? "place" : "places")). It reads now:\n\(context)")
        case .notFound(let hint):
            throw mistake("`old_string` was not found in \(place.shown). \(hint)", at: place)
        case .several(let count, let lines):
            let numbers = lines.map(String.init).joined(separator: ", ")
            throw mistake(
                "`old_string` was found \(count) times in \(place.shown), at lines \(numbers). "
                    + "Give more of the text around the one you mean, or set `replace_all`.", at: place)
        }
    }

    private func mistake(_ message: String, at place: GuestFiles.Place) -> ToolMistake {
        let failed = memory.noteFailedEdit(place)
        guard failed >= 2 else { return ToolMistake(message) }
        return ToolMistake(message + "\n\(failed) edits of this file did not apply: read it again and use `write` with the whole new content.")
    }
}
