internal import FerrySystem
internal import Glibc
package import SystemPackage

/// Runs programs that are killed, or whose call fails, at a chosen one of their calls that change files (`crashpoint.c`, beside this file).
package struct CrashPoint: Sendable {
    package enum Ending: Hashable, Sendable {
        case exited(Int32)
        case killed
    }

    package struct Fault: Error, CustomStringConvertible { package let description: String }

    private let library: FilePath

    /// Compiles the library into `folder`. Throws `Fault` where that fails.
    package init(in folder: FilePath) throws {
        library = folder.appending("crashpoint.so")
        try Self.compile(FilePath(#filePath).removingLastComponent().appending("crashpoint.c"), to: library)
    }

    /// Makes a library for LD_PRELOAD of a file in C. Throws `Fault`.
    static func compile(_ source: FilePath, to library: FilePath) throws {
        let ending = try run("/usr/bin/env", ["cc", "-shared", "-fPIC", "-O1", "-o", library.string, source.string, "-ldl"], ownEnvironment)
        guard ending == .exited(0) else { throw Fault(description: "\(source) was not compiled (\(ending)); install gcc, or clang as cc") }
    }

    /// Runs a program to its end, but for the call with this number, from 1: that one is not made. It is killed there, or gets `error`.
    /// - Parameters:
    ///   - below: only calls that concern files below these folders are counted.
    ///   - trace: a file that gets a line for each call.
    package func run(
        _ program: FilePath, _ arguments: [String], environment: [String: String] = [:], at call: Int, failingWith error: Errno? = nil,
        below folders: [FilePath], trace: FilePath? = nil
    ) throws -> Ending {
        var variables = ["LD_PRELOAD=\(library)", "CRASH_AT=\(call)", "CRASH_BELOW=\(folders.map(\.string).joined(separator: ":"))"]
        if let error { variables.append("CRASH_ERRNO=\(error.rawValue)") }
        if let trace { variables.append("CRASH_TRACE=\(trace)") }
        let given = environment.isEmpty ? Self.ownEnvironment : environment.map { "\($0.key)=\($0.value)" }
        return try Self.run(program, arguments, given + variables)
    }

    /// For a program that is started some other way.
    /// - Parameters:
    ///   - count: how many calls in a row fail.
    ///   - calls: names of the calls that are counted; empty: all.
    package func environment(
        at call: Int, count: Int = 1, failingWith error: Errno, below folders: [FilePath], calls: [String] = [], trace: FilePath? = nil
    ) -> [String: String] {
        var variables = [
            "LD_PRELOAD": library.string, "CRASH_AT": "\(call)", "CRASH_BELOW": folders.map(\.string).joined(separator: ":"),
            "CRASH_ERRNO": "\(error.rawValue)", "CRASH_FOR": "\(count)",
        ]
        if !calls.isEmpty { variables["CRASH_CALLS"] = calls.joined(separator: ",") }
        variables["CRASH_TRACE"] = trace?.string
        return variables
    }

    /// A program that the package builds, beside the running tests. Throws `Fault`.
    package static func program(_ name: String) throws -> FilePath {
        var buffer = [CChar](repeating: 0, count: 4097)
        guard readlink("/proc/self/exe", &buffer, 4096) > 0 else { throw Fault(description: "/proc/self/exe cannot be read") }
        let tests = buffer.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath() }
        // A runner of its own is told where the tests are by its arguments.
        let folders = ([tests] + CommandLine.arguments.map { FilePath($0) }).map { $0.removingLastComponent() }
        guard let folder = folders.first(where: { (try? FileStatus(of: $0.appending(name)))?.kind == .regular }) else {
            throw Fault(description: "\(name) is not built beside the tests; run `swift build --build-tests`")
        }
        return folder.appending(name)
    }

    private static var ownEnvironment: [String] {
        ["PATH", "TMPDIR", "HOME"].compactMap { (name: String) in getenv(name).map { "\(name)=\(String(cString: $0))" } }
    }

    private static func run(_ program: FilePath, _ arguments: [String], _ environment: [String]) throws -> Ending {
        let words = ([program.string] + arguments).map { strdup($0) }
        let variables = environment.map { strdup($0) }
        defer { (words + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let failure = posix_spawn(&pid, program.string, nil, nil, words + [nil], variables + [nil])
        guard failure == 0 else { throw Fault(description: "\(program) did not start: \(Errno(rawValue: failure))") }
        var status: Int32 = 0
        while waitpid(pid, &status, 0) == -1, errno == EINTR {}
        return status & 0x7F == 0 ? .exited(status >> 8 & 0xFF) : .killed
    }
}
