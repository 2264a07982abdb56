internal import FerrySandbox
internal import SystemPackage

/// One run of the git program: the only place where host git is started.
struct GitCommand {
    let program: FilePath
    let arguments: [String]
    let environment: [String: String]
    var input: [UInt8] = []
    /// Bytes of output to keep; git is ended when it writes more.
    var outputLimit = 256 << 20
    var deadline: Duration = .seconds(300)

    struct Answer {
        let status: Int32
        let output: [UInt8]
        /// Whether `output` is cut at the limit; then `status` says nothing.
        let isTruncated: Bool
        let errors: [UInt8]
    }

    /// Any exit status is an answer. Throws `GitError` when git could not be started, was killed or did not end in time,
    /// and `CancellationError`.
    func run() async throws -> Answer {
        let process = HostProcess(
            program, arguments.map { Array($0.utf8) }, environment: environment, directory: "/", input: input, outputLimit: outputLimit,
            errorLimit: 4096, deadline: deadline)
        let result: HostProcess.Result
        do { result = try await process.runUnsandboxed() } catch let error as HostProcess.StartFailure {
            throw GitError(.gitMissing, "\(name) did not start: \(error)", remedy: "Install git anew: apt-get install --reinstall git.")
        }
        switch result.ending {
        case .exited(let status): return Answer(status: status, output: result.output, isTruncated: false, errors: result.error)
        case .outputLimit: return Answer(status: 0, output: Array(result.output.prefix(outputLimit)), isTruncated: true, errors: result.error)
        case .signalled(let signal):
            throw GitError(
                .failed, "\(name) was ended by signal \(signal).", remedy: "If something on this machine ends git, stop it; Ferry tries again.")
        case .deadline:
            throw GitError(
                .endless, "\(name) did not end within \(deadline).",
                remedy: "See whether the disk that holds the repository answers; Ferry tries again.")
        }
    }

    /// As `run`, but a status other than 0 is thrown with what git said.
    func output() async throws -> [UInt8] {
        let answer = try await run()
        guard answer.status == 0 || answer.isTruncated else { throw failure(answer) }
        return answer.output
    }

    func failure(_ answer: Answer) -> GitError {
        GitError(
            .failed, "\(name) failed (status \(answer.status)): \(Self.excerpt(answer.errors))",
            remedy: "Mend what git names; Ferry tries again.")
    }

    /// The subcommand only: arguments may hold what a person wrote.
    private var name: String { "git \(arguments.first { !$0.hasPrefix("-") } ?? "")" }

    /// The first 400 bytes as one line of printable text.
    static func excerpt(_ errors: [UInt8]) -> String {
        let text = String(decoding: errors.prefix(400), as: UTF8.self)
        let line = String(String.UnicodeScalarView(text.unicodeScalars.map { PlainText.isInvisible($0) ? " " : $0 }))
        let words = line.split(separator: " ").joined(separator: " ")
        return words.isEmpty ? "it said nothing" : words
    }
}
