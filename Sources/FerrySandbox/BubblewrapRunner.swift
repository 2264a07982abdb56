internal import FerrySystem
internal import Glibc
internal import Subprocess
package import SystemPackage

/// Runs commands in bubblewrap, each through a `ferry-step` of its own that outlives neither the command nor Ferry.
/// There is no other way in Ferry to run what agents, repositories or notes name; where the sandbox cannot be had, nothing runs.
package struct BubblewrapRunner: CommandRunner {
    let step: FilePath
    let bubblewrap: FilePath
    let allowRoot: Bool
    private let cgroup: FilePath?
    private let longest: Duration
    private let keep: Int
    private let logLimit: Int

    package static let usualBubblewrap: FilePath = "/usr/bin/bwrap"

    /// - Parameters:
    ///   - step: the helper; where `nil`, `FERRY_STEP` in the environment names it, else it lies beside the running program.
    ///   - allowRoot: whether to run as root at all. The sandbox is the same, but limits on processes do not bind root.
    ///   - cgroup: a cgroup (version 2) delegated to Ferry in which each step gets its own. Without one memory is watched, not bounded.
    ///   - keep: the most bytes of `CommandResult.head` and of `tail`, each.
    ///   - logLimit: the most bytes of a log.
    ///   - longest: no command runs longer, whatever its policy says.
    package init(
        step: FilePath? = nil, bubblewrap: FilePath = usualBubblewrap, allowRoot: Bool = false, cgroup: FilePath? = nil, keep: Int = 64 << 10,
        logLimit: Int = 64 << 20, longest: Duration = .seconds(86_400)
    ) {
        self.longest = longest
        self.step = step ?? Self.usualStep
        self.bubblewrap = bubblewrap
        self.allowRoot = allowRoot
        self.cgroup = cgroup
        self.keep = keep
        self.logLimit = logLimit
    }

    @concurrent
    package func run(_ command: SandboxCommand, under policy: SandboxPolicy) async throws -> CommandResult {
        try await runTelling(command, under: policy).result
    }

    /// As `run`, and tells who bounds the command's memory.
    @concurrent
    func runTelling(_ command: SandboxCommand, under policy: SandboxPolicy) async throws -> (result: CommandResult, memory: StepReport.Memory) {
        try Task.checkCancellation()
        try checkMachine()
        var policy = policy
        policy.limits.time = min(policy.limits.time, longest)
        try policy.check(command)
        let start = ContinuousClock.now
        var step = try await runStep(for: command, under: policy)
        let duration = ContinuousClock.now - start
        policy.reopenFolders()
        // Only now: the helper has ended, and it ends after the tree.
        try Task.checkCancellation()
        let output = step.output
        let result = CommandResult(
            ending: try Self.ending(step.report, output: output.head, overDisk: step.overDisk), duration: duration, head: output.head,
            tail: output.tail, outputBytes: output.bytes, outputDigest: step.output.finishDigest(), loggedBytes: output.logged)
        return (result, step.report?.memory ?? .none)
    }

    private func checkMachine() throws {
        guard geteuid() != 0 || allowRoot else {
            throw SandboxError(
                .root, "Ferry runs as root and does not run commands of agents as root.",
                remedy: "Start it as an ordinary user, or pass --allow-root and accept that process limits do not hold.")
        }
        guard bubblewrap.isExecutable else { throw SandboxRemedy.missing(bubblewrap) }
        guard step.isExecutable else {
            throw SandboxError(
                .helper, "Ferry's helper \(step) is missing.", remedy: "Put ferry-step beside the ferry program, or name it in FERRY_STEP.")
        }
    }

    private struct Step {
        var output: OutputRecorder
        var report: StepReport?
        var overDisk: Bool
    }

    /// Away from its caller's actor: `Subprocess` is built without what keeps a throwing call on it (docs/decisions/0047).
    @concurrent
    private func runStep(for command: SandboxCommand, under policy: SandboxPolicy) async throws -> Step {
        let arguments = BubblewrapArguments(command, under: policy, on: try SandboxHost(for: policy, home: HomeFolder.path))
        let specification = StepSpecification(
            arguments, input: command.input, limits: policy.limits, bubblewrap: bubblewrap, cgroup: cgroup)
        guard OpenFileLimit.hasRoom else {
            throw SandboxError(
                .helper, "Ferry has too many files open to start a command.", remedy: "Raise `ulimit -n` for Ferry, or lower `agents_at_once`.")
        }
        let disk = DiskWatch(policy)
        BrokenPipes.areErrors
        var options = PlatformOptions()
        // Ctrl-C at a terminal is for Ferry, which then ends its steps in order.
        options.createSession = true
        // The helper answers SIGTERM by killing the tree, and ends when it is gone. SIGKILL would leave that to the kernel.
        options.teardownSequence = [.send(signal: .terminate, allowedDurationToNextStep: .seconds(5))]
        var output = try OutputRecorder(log: command.log, keep: keep, logLimit: logLimit)
        defer { output.closeLog() }
        do {
            let result = try await Subprocess.run(
                .path(step), environment: .custom(ProcessMark.environment.map { Array("\($0.key)=\($0.value)".utf8) + [0] }),
                platformOptions: options, input: .inputWriter, output: .sequence,
                error: .bytes(limit: 1 << 16)
            ) { execution in
                let control = execution.standardInputWriter
                _ = try await control.write(specification.message)
                return try await withThrowingTaskGroup(of: Bool.self) { group in
                    group.addTask {
                        guard (try? await disk.waitUntilOver()) != nil else { return false }
                        // Where the helper has ended meanwhile there is nobody left to tell.
                        _ = try? await control.write(Array("k".utf8))
                        return true
                    }
                    // Read to the end whatever comes: a command that nobody reads from blocks or dies of SIGPIPE.
                    for try await buffer in execution.standardOutput { output.append(buffer.withUnsafeBytes { Array($0) }) }
                    group.cancelAll()
                    return try await group.next() ?? false
                }
            }
            return Step(output: output, report: StepReport(result.standardError), overDisk: result.closureResult)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw SandboxError(
                .helper, "Ferry's helper \(step) could not be run: \(error).",
                remedy: "Check that ferry-step is whole and of the same version as ferry.")
        }
    }

    private static var usualStep: FilePath {
        if let named = getenv("FERRY_STEP") { return FilePath(platformString: named) }
        return ((try? SymbolicLink.target(of: "/proc/self/exe")) ?? "/").removingLastComponent().appending("ferry-step")
    }
}

extension BubblewrapRunner {
    /// What a report means. Throws `SandboxError` where the command itself was never executed.
    static func ending(_ report: StepReport?, output: [UInt8], overDisk: Bool) throws -> CommandResult.Ending {
        guard let report else {
            throw SandboxError(
                .helper, "Ferry's helper ferry-step ended without a report.", remedy: "It was killed, perhaps for want of memory: try again.")
        }
        if let failure = report.failure { throw SandboxRemedy.error(for: failure) }
        guard !report.left else {
            throw SandboxError(
                .helper, "Processes of the command were killed but do not end: the kernel holds them.",
                remedy: "Look for a disk or network file system that hangs.")
        }
        switch report.ending {
        case .deadline: return .deadline
        case .memory: return .memoryLimit
        case .request:
            guard overDisk else {
                throw SandboxError(.helper, "Ferry's helper ferry-step was told to stop by somebody else.", remedy: "Try again.")
            }
            return .diskLimit
        case .itself where report.signal != 0: return .signalled(report.signal)
        case .itself where report.started: return (129...159).contains(report.code) ? .signalled(report.code - 128) : .exited(report.code)
        case .itself:
            let text = String(decoding: output.prefix(2000), as: UTF8.self).trimmed
            // Nothing else has run, so the words are bubblewrap's own. The statuses are those of shells.
            guard text.hasPrefix("bwrap: execvp ") else { throw SandboxRemedy.error(forBubblewrapSaying: text) }
            return .exited(text.hasSuffix("No such file or directory") ? 127 : 126)
        }
    }
}

extension FilePath {
    var isExecutable: Bool { withPlatformString { access($0, X_OK) == 0 } }
}

extension String {
    var trimmed: String {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        return String(decoding: utf8.drop(while: isSpace).reversed().drop(while: isSpace).reversed(), as: UTF8.self)
    }
}
