package import FerrySandbox
package import FerrySystem
package import SystemPackage

/// Runs commands that prove a commit, in a clean export of it.
package struct EvidenceRunner: Sendable {
    private let runner: any CommandRunner
    private let policy: SandboxPolicy
    private let logs: FilePath
    private let preset: String

    /// Output above this many bytes is understood by its first and last part only.
    private static let longestOutput = 32 << 20

    /// - Parameters:
    ///   - policy: what a command may see and use; its worktree is the export. Later commands see what earlier ones wrote there.
    ///   - logs: a folder, made if it is missing, for one file a command.
    ///   - preset: the policy's name, for the record.
    package init(runner: any CommandRunner, policy: SandboxPolicy, logs: FilePath, preset: String = "build") {
        self.runner = runner
        self.policy = policy
        self.logs = logs
        self.preset = preset
    }

    /// Runs one command and says what it proves. A command that fails, hangs or is not there is a value.
    /// Throws `SandboxError` where nothing can be run, `Errno` for the log, `CancellationError`.
    /// - Parameters:
    ///   - line: a shell line, or several (`/bin/sh -c`).
    ///   - commit: the full id of the commit that was exported.
    ///   - label: what the log is named after.
    ///   - directory: below the repository's root.
    ///   - report: a JUnit XML file that the command writes, relative to the repository's root.
    package func run(
        _ line: String, commit: String, label: String, directory: String = "", report: String? = nil
    ) async throws -> Evidence {
        try Directory.create(logs, mode: 0o700)
        let log = logs.appending(label + ".log")
        let staleReport = await Self.reportBytes(report, in: policy.worktree)
        let result = try await runner.run(SandboxCommand(["/bin/sh", "-c", line], directory: directory, log: log), under: policy)
        try await failpoint(.checkAfterEffect)
        let output = await Self.output(of: result, log: log)
        let reported = await Self.reportBytes(report, in: policy.worktree)
        let tests = (reported == staleReport ? nil : reported.flatMap(JUnitReport.summary(of:))) ?? TestOutput.summary(of: output, command: line)
        let verdict = EvidenceVerdict(result.ending, output: output, tests: tests, limit: policy.limits.time)
        return Evidence(
            label: label, command: line, directory: directory, commit: commit, environment: policy.environmentDigest.description, preset: preset,
            ending: EvidenceEnding(result.ending), milliseconds: Int(result.duration / .milliseconds(1)),
            outputDigest: result.outputDigest.description, outputBytes: result.outputBytes, log: log.string,
            excerpt: output.tail(bytes: Evidence.excerptBytes), tests: tests, verdict: verdict.verdict, cause: verdict.cause, reason: verdict.reason,
            policy: policy.summary)
    }

    /// A report that lies in the repository, and that the command did not write anew, says nothing.
    @concurrent
    private static func reportBytes(_ report: String?, in folder: FilePath) async -> [UInt8]? {
        report.flatMap { JUnitReport.bytes(at: $0, in: folder) }
    }

    /// All of it where it is not too long.
    @concurrent
    private static func output(of result: CommandResult, log: FilePath) async -> PlainOutput {
        let isWhole = result.head.count + result.tail.count >= result.outputBytes
        if !isWhole, let bytes = try? FileContents.read(log, limit: longestOutput) { return PlainOutput(bytes) }
        return PlainOutput(result.head + (isWhole ? [] : Array("\n[…]\n".utf8)) + result.tail)
    }
}

extension SandboxPolicy {
    /// What it allows, for people: the numbers that can change a result.
    var summary: String {
        let parts = [
            "worktree \(worktreeAccess == .readOnly ? "read-only" : "read-write")", proxy == nil ? "no network" : "network by the proxy",
            "\(limits.memoryBytes >> 20) MB of memory",
            "\(limits.processes) processes", "\(limits.diskBytes >> 20) MB of disk", "\(limits.time.components.seconds) s",
        ]
        return (parts + (toolchains.isEmpty ? [] : ["toolchains " + toolchains.map(\.string).joined(separator: ", ")])).joined(separator: ", ")
    }

    /// SHA-256 over what can change a command's result apart from the worktree: toolchains, environment, limits, access, files.
    package var environmentDigest: ContentHash {
        var parts = [
            "access \(worktreeAccess)", "git \(agentGit != nil)", "network \(proxy != nil)", "time \(limits.time)", "memory \(limits.memoryBytes)",
        ]
        parts += ["processes \(limits.processes)", "open \(limits.openFiles)", "file \(limits.fileBytes)", "disk \(limits.diskBytes)"]
        parts += toolchains.map { "toolchain \($0)" }
        parts += environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        parts += files.sorted { $0.key < $1.key }.map { "file \($0.key) \(ContentHash(of: $0.value))" }
        return ContentHash(of: parts.joined(separator: "\0").utf8)
    }
}
