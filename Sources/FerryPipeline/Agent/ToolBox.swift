package import FerryLLM
internal import FerrySandbox
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// The tools of one agent, in a fixed order and with fixed text, and the one place where a call becomes a result.
package struct ToolBox: Sendable {
    /// All tools there are, in their order.
    package static let names = ["bash", "read", "edit", "write", "grep", "glob", finish]
    /// Ends the work with the report; carried out by the loop itself.
    package static let finish = "finish"

    package let definitions: [ToolDefinition]
    private let tools: [any AgentTool]
    private let files: GuestFiles
    private let memory: FileMemory
    private let outputs: OutputStore
    private let redactor: Redactor

    /// The tools that the workspace allows. `readBytes` bounds one answer of `read`, for models with a small window.
    package init(_ workspace: AgentWorkspace, report: ReportSchema, redactor: Redactor, readBytes: Int = 256 << 10) {
        let files = GuestFiles(workspace)
        let memory = FileMemory()
        let outputs = OutputStore(folder: workspace.outputs, redactor: redactor)
        let all: [any AgentTool] = [
            BashTool(runner: workspace.runner, policy: workspace.policy, outputs: outputs),
            ReadTool(files: files, memory: memory, byteLimit: readBytes),
            EditTool(files: files, memory: memory),
            WriteTool(files: files, memory: memory),
            GrepTool(files: files, runner: workspace.runner, policy: workspace.policy, outputs: outputs),
            GlobTool(files: files),
        ]
        tools = all.filter { tool in
            let name = tool.definition.name
            return workspace.tools.contains(name) && (workspace.mayWrite || (name != "edit" && name != "write"))
        }
        definitions = tools.map(\.definition) + [Self.finishDefinition(report)]
        self.files = files
        self.memory = memory
        self.outputs = outputs
        self.redactor = redactor.ofKnownValues
    }

    private static func finishDefinition(_ report: ReportSchema) -> ToolDefinition {
        ToolDefinition(
            name: finish, description: "Ends your work with your report. Call it once, alone, when all is done. \(report.summary)",
            parameters: report.schema)
    }

    /// Whether the call may run beside others.
    func onlyReads(_ call: ToolCall) -> Bool { tool(call.name)?.onlyReads ?? true }

    /// One line for the live display.
    func summary(of call: ToolCall) -> String {
        guard let tool = tool(call.name), let arguments = try? ToolArguments(call, for: tool.definition) else { return call.name }
        let line = SafeText.make(tool.summary(of: arguments)).split(separator: "\n", maxSplits: 1).first.map(String.init) ?? call.name
        return line.unicodeScalars.count > 120 ? String(line.unicodeScalars.prefix(119)) + "…" : line
    }

    /// The arguments in a form that is the same for the same call.
    func canonicalArguments(of call: ToolCall) -> String {
        guard let tool = tool(call.name), let arguments = try? ToolArguments(call, for: tool.definition) else { return call.arguments }
        return arguments.canonical
    }

    /// Runs one call. What the model did wrong is a result with `isError`; thrown are `CancellationError`, `SandboxError`, and `Errno`
    /// where the machine, not the call, is at fault.
    func run(_ call: ToolCall, _ context: ToolCallContext) async throws -> ToolOutput {
        var output = try await result(of: call, context)
        // A model that has not seen a key cannot pass it on.
        output.text = redactor.redact(output.text)
        output.identity = redactor.redact(output.identity)
        return output
    }

    private func result(of call: ToolCall, _ context: ToolCallContext) async throws -> ToolOutput {
        guard let tool = tool(call.name) else {
            return ToolOutput("No such tool: \(call.name); there are \(definitions.map(\.name).joined(separator: ", ")).", isError: true)
        }
        do {
            return try await tool.run(try ToolArguments(call, for: tool.definition), context)
        } catch let mistake as ToolMistake {
            return ToolOutput(try outputs.insert(SafeText.make(mistake.message), number: context.number), isError: true)
        } catch let failure as OutputStore.Failure {
            throw failure.cause
        } catch let cause as Errno where !Self.isMachineFault(cause) {
            return ToolOutput("The file could not be had: \(Self.explain(cause)).", isError: true)
        }
    }

    /// The result as it goes into the conversation: what files and commands say stands between marks that it cannot know, so that it passes neither for
    /// Ferry's words nor for another result. How a command ended is Ferry's word, and stands after them; so does a mistake.
    func fenced(_ call: ToolCall, _ output: ToolOutput) -> String {
        guard !output.isError, tool(call.name)?.quotesOthers == true else { return output.text }
        let fence = PromptFence(seed: "tool")
        let key = RepetitionWatch.mark(of: output.identity)
        guard call.name == "bash" else { return fence.wrap(output.text, as: call.name, key: key) }
        // By bytes: as Characters, a line end after a carriage return is another one.
        let bytes = output.text.utf8
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map(bytes.index(after:)) else { return output.text }
        return fence.wrap(String(output.text[..<end]), as: call.name, key: key) + "\n" + output.text[end...]
    }

    /// For a conversation that begins anew and has seen no file.
    func forgetFiles() { memory.forgetAll() }

    /// What the agent has come to know of files since this was last asked.
    func takeFileNews() -> [FileMemory.Note] { memory.takeNews() }

    /// What it knew before an interruption.
    func restoreFiles(_ notes: [FileMemory.Note]) {
        for note in notes { if let place = try? files.place(note.path) { memory.restore(note, of: place) } }
    }

    private func tool(_ name: String) -> (any AgentTool)? { tools.first { $0.definition.name == name } }

    private static func isMachineFault(_ cause: Errno) -> Bool {
        [.noSpace, .diskQuotaExceeded, .ioError, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .readOnlyFileSystem].contains(cause)
    }

    private static func explain(_ cause: Errno) -> String {
        switch cause {
        case .tooManySymbolicLinkLevels: "a symbolic link is on the way, and links are not followed"
        case .improperLink: "a folder on the way is another mount"
        case .notDirectory: "a part of the path is a file, not a folder"
        case .isDirectory: "it is a folder"
        case .permissionDenied, .notPermitted: "it may not be opened"
        case .notSupported, .noSuchAddressOrDevice: "it is no regular file"
        case .fileTooLarge: "it is too large"
        case .fileNameTooLong: "the name is too long"
        case .noSuchFileOrDirectory: "it is not there any more"
        default: cause.description
        }
    }
}
