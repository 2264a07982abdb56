internal import FerrySystem
internal import Glibc
internal import Subprocess
package import SystemPackage

/// A program of the host, run as the user that Ferry is, with nothing around it. For programs that Ferry itself chooses, with
/// arguments that Ferry itself writes: `git` (FerryGit) and what `ferry doctor` asks. Anything else goes through `CommandRunner`.
package struct HostProcess: Sendable {
    /// An absolute path; no `PATH` is searched.
    package var executable: FilePath
    /// Arguments after the name, in bytes.
    package var arguments: [[UInt8]]
    /// The whole environment, beside the mark of this process: nothing is inherited.
    package var environment: [String: String]
    package var directory: FilePath
    package var input: [UInt8]
    /// The most bytes of standard output; more is `Result.Ending.outputLimit`.
    package var outputLimit: Int
    /// The most bytes of standard error that are kept, from its start.
    package var errorLimit: Int
    package var deadline: Duration

    package init(
        _ executable: FilePath, _ arguments: [[UInt8]], environment: [String: String], directory: FilePath, input: [UInt8] = [],
        outputLimit: Int = 64 << 20, errorLimit: Int = 64 << 10, deadline: Duration = .seconds(60)
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.directory = directory
        self.input = input
        self.outputLimit = outputLimit
        self.errorLimit = errorLimit
        self.deadline = deadline
    }

    package struct Result: Hashable, Sendable {
        package enum Ending: Hashable, Sendable {
            case exited(Int32)
            case signalled(Int32)
            case deadline
            /// It wrote more than it may; `output` is the beginning.
            case outputLimit
        }
        package var ending: Ending
        package var output: [UInt8]
        package var error: [UInt8]

        package var succeeded: Bool { ending == .exited(0) }
    }

    /// Why a program could not be started. What it does once it runs is a `Result`.
    package struct StartFailure: Error, Hashable, Sendable, CustomStringConvertible {
        package let executable: FilePath
        package let reason: String
        package var description: String { "\(executable) could not be started: \(reason)." }
    }

    /// Runs it and returns when it has ended and its process group is killed. Throws `StartFailure`, and `CancellationError`
    /// when the task was cancelled: SIGTERM goes first, so that git removes its lock files, and SIGKILL after two seconds.
    @concurrent
    package func runUnsandboxed() async throws -> Result {
        BrokenPipes.areErrors
        try Task.checkCancellation()
        guard executable.isAbsolute, directory.isAbsolute, !arguments.contains(where: { $0.contains(0) }) else {
            throw StartFailure(executable: executable, reason: "a path is not absolute, or an argument holds a NUL")
        }
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await launch() }
            group.addTask {
                try await Task.sleep(awake: deadline)
                return nil
            }
            defer { group.cancelAll() }
            if let result = try await group.next() ?? nil {
                try Task.checkCancellation()
                return result
            }
            // Cancelling the launch ends the program and waits for it.
            group.cancelAll()
            let late = (try? await group.next()) ?? nil
            try Task.checkCancellation()
            return Result(ending: .deadline, output: late?.output ?? [], error: late?.error ?? [])
        }
    }

    private func launch() async throws -> Result {
        guard OpenFileLimit.hasRoom else { throw StartFailure(executable: executable, reason: "Ferry has too many files open; raise `ulimit -n`") }
        do {
            let outcome = try await Subprocess.run(
                .path(executable), arguments: Arguments(arguments.map { $0 + [0] }), environment: exactEnvironment, workingDirectory: directory,
                platformOptions: Self.options, input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                async let error = Self.beginning(of: execution.standardError, limit: errorLimit)
                async let written: Void = feed(execution.standardInputWriter)
                let output = try await output(of: execution)
                await written
                return try await Result(ending: output.count > outputLimit ? .outputLimit : .exited(0), output: output, error: error)
            }
            // Children that it left behind: the session is theirs alone now.
            killpg(outcome.processIdentifier.value, SIGKILL)
            var result = outcome.closureResult
            if result.ending == .exited(0) {
                result.ending =
                    switch outcome.terminationStatus {
                    case .exited(let code): .exited(code)
                    case .signaled(let signal): .signalled(signal)
                    }
            }
            return result
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw StartFailure(executable: executable, reason: "\(error)")
        }
    }

    /// Once there is more than may be the program is ended, since nobody reads on.
    private func output(of execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>) async throws -> [UInt8] {
        var output: [UInt8] = []
        for try await buffer in execution.standardOutput {
            output += buffer.withUnsafeBytes { Array($0) }
            guard output.count <= outputLimit else {
                await execution.teardown(using: Self.teardown)
                return output
            }
        }
        return output
    }

    private static func beginning(of stream: SubprocessOutputSequence, limit: Int) async throws -> [UInt8] {
        var kept: [UInt8] = []
        for try await buffer in stream { kept += buffer.withUnsafeBytes { $0.prefix(limit - kept.count) } }
        return kept
    }

    private func feed(_ writer: StandardInputWriter) async {
        // A program may end, or close its input, before it has read all of it. That is for its exit status to tell.
        _ = try? await writer.write(input)
        try? await writer.finish()
    }

    private var exactEnvironment: Environment {
        .custom(environment.merging(ProcessMark.environment) { $1 }.map { Array("\($0.key)=\($0.value)".utf8) + [0] })
    }

    private static let teardown: [TeardownStep] = [.send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))]

    private static var options: PlatformOptions {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = teardown
        return options
    }
}
