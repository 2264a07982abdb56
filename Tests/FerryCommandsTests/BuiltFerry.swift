internal import FerryCommands
internal import FerrySandbox
internal import FerrySystem
internal import FerryTestSupport
internal import Foundation
internal import SystemPackage
internal import Testing

/// The program as it was built, beside the tests.
struct BuiltFerry {
    let scratch: FilePath

    struct Answer {
        let status: Int32
        let output: String
        let errors: String

        /// The output as JSON; fails the test where it is none.
        func json() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any], "\(output)\(errors)")
        }
    }

    /// Runs `ferry` in the scratch folder with a home and Ferry folders of its own, and no terminal.
    func callAsFunction(_ arguments: String..., environment: [String: String] = [:], deadline: Duration = .seconds(50)) async throws -> Answer {
        let program = try Self.program()
        try Directory.create(scratch.appending("home"))
        var variables = [
            "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": scratch.appending("home").string, "TMPDIR": scratch.string,
            "XDG_STATE_HOME": scratch.appending("state").string, "XDG_CACHE_HOME": scratch.appending("cache").string,
            "XDG_CONFIG_HOME": scratch.appending("config").string,
        ]
        variables.merge(environment) { $1 }
        let process = HostProcess(
            program, arguments.map { Array($0.utf8) }, environment: variables, directory: scratch, outputLimit: 1 << 20, errorLimit: 1 << 20,
            deadline: deadline)
        let result = try await process.runUnsandboxed()
        guard case .exited(let status) = result.ending else {
            Issue.record(
                "ferry \(arguments.joined(separator: " ")): \(result.ending)\n\(String(decoding: result.output + result.error, as: UTF8.self))")
            return Answer(status: -1, output: "", errors: "")
        }
        return Answer(status: status, output: String(decoding: result.output, as: UTF8.self), errors: String(decoding: result.error, as: UTF8.self))
    }

    private static func program() throws -> FilePath {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        // The bundle of the tests lies beside the programs; a runner of its own is told where it is by its arguments.
        let candidates = [tests] + CommandLine.arguments
        let folders = candidates.map { FilePath($0).removingLastComponent() }
        let found = folders.map { $0.appending("ferry") }.first { (try? FileStatus(of: $0))?.kind == .regular }
        return try #require(found, "ferry is not built beside the tests; run `swift build --build-tests`")
    }
}
