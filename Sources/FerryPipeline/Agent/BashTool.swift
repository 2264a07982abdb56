internal import FerryLLM
internal import FerrySandbox

/// Runs one shell command in the sandbox.
struct BashTool: AgentTool {
    static let defaultSeconds = 120

    let runner: any CommandRunner
    let policy: SandboxPolicy
    let outputs: OutputStore
    let onlyReads = false
    let quotesOthers = true
    let definition: ToolDefinition

    init(runner: any CommandRunner, policy: SandboxPolicy, outputs: OutputStore) {
        self.runner = runner
        self.policy = policy
        self.outputs = outputs
        let longest = Int(policy.limits.time.components.seconds)
        let network =
            policy.proxy == nil
            ? "There is no network." : "Of the network only some hosts can be reached, by programs that heed HTTPS_PROXY and HTTP_PROXY."
        let access = policy.worktreeAccess == .readWrite ? "" : " The worktree is read-only for you; /tmp is not."
        definition = ToolDefinition(
            name: "bash",
            description: """
                Runs a command with /bin/bash in the worktree (\(SandboxPolicy.guestWorktree)) and returns its output and how it ended.\(access) \
                \(network) /tmp and the home folder are your own and are kept between commands; environment, current folder and processes \
                are not: a process in the background ends with its command. Standard input is empty. \
                Do not commit: what you leave in the worktree is what counts.
                """,
            parameters: [
                "type": "object",
                "properties": [
                    "command": ["type": "string", "description": "The command."],
                    "timeout_seconds": [
                        "type": "integer",
                        "description": .string("After this long it is ended: \(min(Self.defaultSeconds, longest)) if not given, \(longest) at most."),
                    ],
                ],
                "required": ["command"],
                "additionalProperties": false,
            ])
    }

    func summary(of arguments: ToolArguments) -> String { "bash \(arguments.text("command"))" }

    func run(_ arguments: ToolArguments, _ call: ToolCallContext) async throws -> ToolOutput {
        let command = arguments.text("command")
        guard !command.isEmpty, !command.utf8.contains(0) else { throw ToolMistake("The command is empty, or holds a NUL character.") }
        // Linux takes no longer argument (MAX_ARG_STRLEN, execve(2)).
        guard command.utf8.count < 128 << 10 else { throw ToolMistake("The command is longer than 128 KiB. Put long text into a file with `write`.") }
        if let reason = ShellLine.backgroundProcess(in: command) {
            throw ToolMistake(
                "The command was not run: \(reason), and a process in the background ends with its command. "
                    + "Start and use it within one command (`server & pid=$!; …; kill $pid`), or run it in the foreground with `timeout_seconds`.")
        }
        var policy = policy
        let wanted = Duration.seconds(min(arguments.integer("timeout_seconds") ?? Self.defaultSeconds, 1 << 30))
        policy.limits.time = max(.seconds(1), min(wanted, policy.limits.time, call.timeLeft))
        let log = try outputs.log(number: call.number)
        let result = try await runner.run(SandboxCommand(["/bin/bash", "-c", command], log: log), under: policy)
        let whole = try outputs.take(result, log: log)
        let cut = try outputs.insert(whole, number: call.number, isWhole: result.outputBytes <= OutputStore.kept)
        var output = Self.output(whole, cut: cut, result, limit: policy.limits.time)
        output.tests = TestOutput.summary(of: PlainOutput(whole.utf8), command: command)
        return output
    }

    private static func output(_ whole: String, cut text: String, _ result: CommandResult, limit: Duration) -> ToolOutput {
        let ending =
            switch result.ending {
            case .exited(let status): "exit \(status)"
            case .signalled(let signal): "killed by signal \(signal)"
            case .deadline: "ended because its time was up (\(limit.components.seconds) s)"
            case .diskLimit: "ended because it wrote too much to disk"
            case .memoryLimit: "ended because it used too much memory"
            }
        let (seconds, attoseconds) = result.duration.components
        let time = "\(seconds).\(attoseconds / 100_000_000_000_000_000) s"
        guard !text.isEmpty else { return ToolOutput("(\(ending), no output, \(time))", identity: ending) }
        let end = text.utf8.last == UInt8(ascii: "\n") ? "" : "\n"
        return ToolOutput("\(text)\(end)(\(ending), \(time))", identity: "\(whole)\(ending)")
    }
}
