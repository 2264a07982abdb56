package import FerrySystem
package import SystemPackage

/// Runs commands of agents, repositories and notes, contained. The one seam; production is `BubblewrapRunner`.
package protocol CommandRunner: Sendable {
    /// Runs one command under its policy and returns when its whole process tree is gone.
    /// A non-zero exit status, a deadline and a kill are results. Throws `SandboxError` when nothing could be run at all,
    /// and `CancellationError` when the task was cancelled (the tree is gone by then).
    func run(_ command: SandboxCommand, under policy: SandboxPolicy) async throws -> CommandResult
}

/// A program with its arguments, and where its output goes.
package struct SandboxCommand: Sendable {
    /// The program and its arguments, as in argv; never a shell line by itself (`["/bin/sh", "-c", line]`).
    package var arguments: [String]
    /// The working directory, below the guest root of the worktree; empty is its root.
    package var directory: String
    /// Added to the environment that the policy builds from nothing.
    package var environment: [String: String]
    /// Given as standard input; empty is `/dev/null`.
    package var input: [UInt8]
    /// Where the whole output goes (created, mode 0600); `nil` keeps the head and the tail only.
    package var log: FilePath?

    package init(
        _ arguments: [String], directory: String = "", environment: [String: String] = [:], input: [UInt8] = [], log: FilePath? = nil
    ) {
        self.arguments = arguments
        self.directory = directory
        self.environment = environment
        self.input = input
        self.log = log
    }
}

/// How a command ended, and what it printed.
package struct CommandResult: Hashable, Sendable {
    package enum Ending: Hashable, Sendable {
        case exited(Int32)
        /// A signal ended it. An exit status of 128 + n, with which shells and bubblewrap pass on that signal n ended
        /// what they ran, is told as the signal as well (n up to 31).
        case signalled(Int32)
        /// The wall-clock limit of the policy ended it.
        case deadline
        /// It wrote more to disk than the policy allows.
        case diskLimit
        /// It held more memory than the policy allows.
        case memoryLimit
    }
    package var ending: Ending
    package var duration: Duration
    /// Standard output and error as they came, mixed: the first and the last part, cut in the middle where it was long.
    package var head: [UInt8]
    package var tail: [UInt8]
    /// Bytes written in all, and their digest; `head` and `tail` together are all of it when they have as many bytes.
    package var outputBytes: Int
    package var outputDigest: ContentHash
    /// Bytes of the output that are in `SandboxCommand.log`: fewer than `outputBytes` where it passed the cap or the disk was full.
    package var loggedBytes: Int

    package init(
        ending: Ending, duration: Duration, head: [UInt8], tail: [UInt8], outputBytes: Int, outputDigest: ContentHash, loggedBytes: Int = 0
    ) {
        self.ending = ending
        self.duration = duration
        self.head = head
        self.tail = tail
        self.outputBytes = outputBytes
        self.outputDigest = outputDigest
        self.loggedBytes = loggedBytes
    }

    package var succeeded: Bool { ending == .exited(0) }
}

/// Why nothing could be run. `message` says what is wrong, `remedy` what to do about it on this machine.
package struct SandboxError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Hashable, Sendable {
        /// bubblewrap is missing, or may not make its namespaces.
        case unavailable
        /// Ferry runs as root and was not told that it may.
        case root
        /// The policy names a path that may not be shared or is not there.
        case policy
        /// The helper `ferry-step` is missing or died.
        case helper
    }
    package let code: Code
    package let message: String
    package let remedy: String
    package init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }
    package var description: String { message + " " + remedy }
}
