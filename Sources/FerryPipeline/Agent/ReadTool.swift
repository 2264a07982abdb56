internal import FerryLLM
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Shows a file with line numbers, or lists a folder.
struct ReadTool: AgentTool {
    static let lineCount = 2000
    /// The largest file that is opened at all.
    private static let fileLimit = 64 << 20
    private static let entryLimit = 500

    let files: GuestFiles
    let memory: FileMemory
    /// Bytes of text in one answer.
    let byteLimit: Int
    let onlyReads = true
    let quotesOthers = true

    let definition = ToolDefinition(
        name: "read",
        description: """
            Reads a text file and returns its lines, each after its number and a tab; or lists a folder. At most \(lineCount) lines come at once: \
            go on with `offset`. Paths are relative to the worktree; /tmp, the home and \(GuestFiles.outputs) can be read, too. \
            Read a file before you change it. The numbers are not part of the file.
            """,
        parameters: [
            "type": "object",
            "properties": [
                "path": ["type": "string", "description": "The file or folder."],
                "offset": ["type": "integer", "description": "The first line to show, from 1."],
                "limit": ["type": "integer", "description": "Lines to show at most."],
            ],
            "required": ["path"],
            "additionalProperties": false,
        ])

    func summary(of arguments: ToolArguments) -> String { "read \(arguments.text("path"))" }

    func run(_ arguments: ToolArguments, _ call: ToolCallContext) async throws -> ToolOutput {
        let place = try files.place(arguments.text("path"))
        guard let status = try place.files.status(of: place.path) else {
            throw ToolMistake("There is no file \(place.shown).\(try await NearestNames.hint(for: place))")
        }
        switch status.kind {
        case .directory: return try list(place)
        case .link:
            throw ToolMistake("\(place.shown) is a symbolic link. Read what it points to (`ls -l` in `bash` tells), if that lies in the worktree.")
        case .other: throw ToolMistake("\(place.shown) is no regular file.")
        case .regular: break
        }
        guard status.size <= Self.fileLimit else {
            throw ToolMistake("\(place.shown) has \(status.size) bytes, too many to read. Look at parts of it with `bash` (`sed -n 1,50p`, `tail`).")
        }
        let content = try place.files.read(place.path, limit: Self.fileLimit)
        memory.noteRead(place, content)
        if content.prefix(8192).contains(0) { return ToolOutput("\(place.shown) is a binary file of \(content.count) bytes; it is not shown.") }
        return try show(content, arguments)
    }

    private func show(_ content: [UInt8], _ arguments: ToolArguments) throws(ToolMistake) -> ToolOutput {
        let text = NumberedLines(content)
        guard !text.lines.isEmpty else { return ToolOutput("(the file is empty)") }
        let first = max(1, arguments.integer("offset") ?? 1)
        guard first <= text.lines.count else { throw ToolMistake("The file has only \(text.lines.count) lines.") }
        var shown = ""
        var next = first
        let count = min(max(1, arguments.integer("limit") ?? Self.lineCount), Self.lineCount, text.lines.count - first + 1)
        while next < first + count, shown.isEmpty || shown.utf8.count < byteLimit {
            shown += NumberedLines.show(text.lines[next - 1], number: next)
            next += 1
        }
        if text.isCRLF { shown += "[the lines of this file end with CRLF; `edit` and `write` keep that]\n" }
        if next <= text.lines.count { shown += "[lines \(first) to \(next - 1) of \(text.lines.count); go on with offset \(next)]\n" }
        return ToolOutput(shown)
    }

    private func list(_ place: GuestFiles.Place) throws -> ToolOutput {
        let entries = try place.files.entries(of: place.path)
        guard !entries.isEmpty else { return ToolOutput("(the folder is empty)") }
        let lines = entries.prefix(Self.entryLimit).map { entry in
            switch entry.kind {
            case .directory: SafeText.make(entry.name.string) + "/"
            case .link: SafeText.make(entry.name.string) + " (link)"
            default: SafeText.make(entry.name.string)
            }
        }
        let more = entries.count > lines.count ? "\n[\(entries.count - lines.count) more]" : ""
        return ToolOutput(lines.joined(separator: "\n") + more)
    }
}
