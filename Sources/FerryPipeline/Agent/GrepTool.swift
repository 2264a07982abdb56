internal import FerryLLM
internal import FerrySandbox
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Finds lines by a regular expression: grep(1) in the sandbox, on a worktree that it can only read.
struct GrepTool: AgentTool {
    /// Lines in all, and in one file.
    static let limit = 200
    static let fileLimit = 50
    /// Characters of one line.
    private static let width = 300

    let files: GuestFiles
    let runner: any CommandRunner
    let policy: SandboxPolicy
    let outputs: OutputStore
    let onlyReads = true
    let quotesOthers = true

    init(files: GuestFiles, runner: any CommandRunner, policy: SandboxPolicy, outputs: OutputStore) {
        self.files = files
        self.runner = runner
        self.outputs = outputs
        var policy = policy
        policy.worktreeAccess = .readOnly
        policy.limits.time = min(policy.limits.time, .seconds(60))
        self.policy = policy
    }

    let definition = ToolDefinition(
        name: "grep",
        description: """
            Finds the lines of the worktree that match an extended regular expression (as `grep -E`), as `path:line:text`, sorted by path, \
            at most \(limit), and \(fileLimit) of one file. Binary files and .git are left out.
            """,
        parameters: [
            "type": "object",
            "properties": [
                "pattern": ["type": "string", "description": "The regular expression."],
                "path": ["type": "string", "description": "The file or folder to look in; the worktree if not given."],
                "include": ["type": "string", "description": "Only files with such a name, for example `*.py`."],
                "ignore_case": ["type": "boolean", "description": "Whether small and capital letters are the same; false if not given."],
            ],
            "required": ["pattern"],
            "additionalProperties": false,
        ])

    func summary(of arguments: ToolArguments) -> String { "grep \(arguments.text("pattern"))" }

    func run(_ arguments: ToolArguments, _ call: ToolCallContext) async throws -> ToolOutput {
        let pattern = arguments.text("pattern")
        let include = arguments.optionalText("include")
        guard !pattern.isEmpty, [pattern, include ?? ""].allSatisfy({ !$0.utf8.contains(0) && $0.utf8.count < 64 << 10 }) else {
            throw ToolMistake("The pattern is empty, longer than 64 KiB, or holds a NUL character.")
        }
        let place = try files.place(arguments.optionalText("path") ?? ".")
        guard place.files == files.worktree else { throw ToolMistake("`grep` looks only into the worktree. Use `bash` for \(place.shown).") }
        guard try place.files.status(of: place.path) != nil else { throw ToolMistake("There is no file or folder \(place.shown).") }
        var command = ["/usr/bin/grep", "-rnIEZ", "--color=never", "--exclude-dir=.git", "--max-count=\(Self.fileLimit)"]
        if arguments.flag("ignore_case") { command.append("-i") }
        // The order counts: where --include comes first, only what it names is searched.
        if let include { command.append("--include=\(include)") }
        command += ["--exclude=.git", "-H", "-e", pattern, "--", place.shown == "." ? "." : "./\(place.shown)"]
        let log = try outputs.log(number: call.number)
        let result = try await runner.run(SandboxCommand(command, environment: ["LC_ALL": "C.UTF-8"], log: log), under: policy)
        let text = try outputs.takeRaw(result, log: log)
        switch result.ending {
        case .exited(1) where text.isEmpty: return ToolOutput("No line matches \(pattern).")
        // 2 also stands for a file that could not be read, beside lines that were found.
        case .exited(let status) where status < 2 || text.contains(0): return ToolOutput(Self.lines(of: text))
        case .exited: throw ToolMistake("grep says: \(SafeText.make(text.prefix(500)))")
        case .deadline, .signalled, .diskLimit, .memoryLimit:
            throw ToolMistake("The search took too long. Give `path` or `include`, or a simpler pattern.")
        }
    }

    /// grep's order is that of the folders on disk; ours is the same each time.
    private static func lines(of output: [UInt8]) -> String {
        var found: [(path: String, text: String)] = []
        for line in output.split(separator: UInt8(ascii: "\n")) {
            guard let end = line.firstIndex(of: 0) else { continue }
            let path = SafeText.make(line[..<end].starts(with: "./".utf8) ? line[..<end].dropFirst(2) : line[..<end])
            let text = SafeText.showingHidden(String(decoding: line[(end + 1)...].prefix(4 * width), as: UTF8.self), keepsJoiners: true)
            found.append((path, text.unicodeScalars.count > width ? String(text.unicodeScalars.prefix(width)) + "…" : text))
        }
        let order = found.indices.sorted { (found[$0].path, $0) < (found[$1].path, $1) }
        let shown = order.prefix(limit).map { "\(found[$0].path):\(found[$0].text)" }.joined(separator: "\n")
        return found.count > limit ? "\(shown)\n[\(found.count - limit) more lines; use a narrower pattern or `path`]" : shown
    }
}
