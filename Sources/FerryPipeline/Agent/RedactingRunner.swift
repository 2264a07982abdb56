package import FerrySandbox
internal import FerrySystem
internal import SystemPackage

/// Takes secrets out of what commands put out, before anything is made of it: conversations, logs, evidence, notes. Keys are in no sandbox; but a repository,
/// a note or a model can hold one.
package struct RedactingRunner: CommandRunner {
    private let inner: any CommandRunner
    private let redactor: @Sendable () -> Redactor

    /// `redactor` is asked for after each command: keys can be given meanwhile.
    package init(_ inner: any CommandRunner, redactor: @escaping @Sendable () -> Redactor) {
        self.inner = inner
        self.redactor = redactor
    }

    /// As the inner one; counts of bytes are those of the redacted output, its digest that of the original. Throws `Errno` where the log cannot be written.
    @concurrent
    package func run(_ command: SandboxCommand, under policy: SandboxPolicy) async throws -> CommandResult {
        var result = try await inner.run(command, under: policy)
        let redactor = redactor()
        let isWhole = result.head.count + result.tail.count >= result.outputBytes
        if isWhole, let whole = redactor.redacted(result.head + result.tail) {
            result.head = whole
            result.tail = []
            result.outputBytes = whole.count
        } else if !isWhole {
            // A secret that the cut went through would not be known by its half.
            let head = Self.untilLastLineEnd(result.head)
            let tail = Array(Self.untilLastLineEnd(result.tail.reversed()).reversed())
            result.head = redactor.redacted(head) ?? head
            result.tail = redactor.redacted(tail) ?? tail
        }
        // An output that fits and holds nothing needs no look at its log.
        guard let log = command.log, result.loggedBytes > 0, let redacted = redactor.redacted(try FileContents.read(log, limit: 256 << 20)) else {
            return result
        }
        try FileContents.write(redacted, to: log)
        if !isWhole { result.outputBytes += redacted.count - result.loggedBytes }
        result.loggedBytes = redacted.count
        return result
    }

    /// Without what follows the last line end, if that is not much.
    private static func untilLastLineEnd(_ bytes: [UInt8]) -> [UInt8] {
        let rest = bytes.reversed().prefix(4096).prefix { $0 != UInt8(ascii: "\n") }.count
        return rest < 4096 ? bytes.dropLast(rest) : bytes
    }
}
