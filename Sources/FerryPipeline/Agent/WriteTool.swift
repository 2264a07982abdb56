internal import FerryLLM
internal import FerrySystem
internal import SystemPackage

/// Writes a whole file.
struct WriteTool: AgentTool {
    let files: GuestFiles
    let memory: FileMemory
    let onlyReads = false

    let definition = ToolDefinition(
        name: "write",
        description: """
            Writes a whole file of the worktree; missing folders are made, and the mode of an existing file is kept. \
            A file that exists must have been read before. Best for new files, small files, and where `edit` does not apply.
            """,
        parameters: [
            "type": "object",
            "properties": [
                "path": ["type": "string", "description": "The file."],
                "content": ["type": "string", "description": "The whole content."],
            ],
            "required": ["path", "content"],
            "additionalProperties": false,
        ])

    func summary(of arguments: ToolArguments) -> String { "write \(arguments.text("path"))" }

    func run(_ arguments: ToolArguments, _ call: ToolCallContext) async throws -> ToolOutput {
        let place = try files.place(arguments.text("path"), writing: true)
        guard place.path.lastComponent != nil else { throw ToolMistake("\(place.shown) is a folder.") }
        var content = Array(arguments.text("content").utf8)
        let status = try place.files.status(of: place.path)
        var note = ""
        switch status?.kind {
        case nil: break
        case .directory: throw ToolMistake("\(place.shown) is a folder.")
        case .link, .other: throw ToolMistake("\(place.shown) is no regular file. Remove it with `bash` first, if it is to be replaced.")
        case .regular:
            let old = try place.files.read(place.path)
            try memory.check(place, is: old)
            if NumberedLines(old).isCRLF, !content.contains(UInt8(ascii: "\r")) {
                content = EditMatch.withCRLF(content)
                note = " Its lines end with CRLF, as before."
            }
            if old == content { note += " It had this content already." }
        }
        try place.files.write(content, to: place.path)
        memory.noteWritten(place, content)
        let size = "\(content.count) bytes, \(NumberedLines(content).lines.count) lines"
        return ToolOutput("\(status == nil ? "Created" : "Wrote") \(place.shown) (\(size)).\(note)")
    }
}
