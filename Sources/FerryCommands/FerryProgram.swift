internal import ArgumentParser
internal import FerryVault

/// The program `ferry` without its process: arguments in, words on the terminal, an exit status out.
package enum FerryProgram {
    /// Runs one command. `arguments` are without the program's name. Returns the exit status: 0 done, 1 failed, 2 wrong use,
    /// 3 something was asked of a person, 78 configuration.
    package static func run(_ arguments: [String]) async -> Int32 {
        NoteWriter.ignoreSignals()
        let console = Console.standard
        do {
            try Trial.armFailPoints(console)
            var command = try FerryCommand.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return 0
        } catch {
            return status(of: error, console)
        }
    }

    private static func status(of error: any Error, _ console: Console) -> Int32 {
        if let code = error as? ExitCode { return code.rawValue }
        let code = FerryCommand.exitCode(for: error)
        if code.isSuccess {
            console.print(FerryCommand.fullMessage(for: error))
            return 0
        }
        if code == .validationFailure {
            console.warn(FerryCommand.fullMessage(for: error))
            return 2
        }
        let failure = CommandError(error)
        console.warn(console.style.paint("ferry: ", .red) + SafeText.make(failure.message))
        for line in SafeText.make(failure.remedy).split(separator: "\n", omittingEmptySubsequences: false) where !line.isEmpty {
            console.warn("  " + line)
        }
        return failure.code.rawValue
    }
}
