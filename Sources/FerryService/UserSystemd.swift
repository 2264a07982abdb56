internal import FerrySandbox
internal import FerrySystem
internal import Glibc
internal import SystemPackage

/// The systemd of this user, asked by `systemctl --user`.
package struct UserSystemd: Sendable {
    package enum Availability: Hashable, Sendable {
        case available
        /// This system has none.
        case absent
        /// There is one, and it does not answer; the text is what it, or systemctl, said.
        case unreachable(String)
    }

    /// It could not be asked.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    package struct Answer: Sendable {
        package let status: Int32
        package let output: String
        package let error: String
    }

    private let systemctl: FilePath?
    private let environment: [String: String]

    /// `environment` is this process's; `PATH` says where systemctl is looked for.
    package init(environment: [String: String]) {
        let folders = (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":").map { FilePath(String($0)) }
        systemctl = folders.map { $0.appending("systemctl") }.first { path in path.isAbsolute && path.withPlatformString { access($0, X_OK) } == 0 }
        var kept = environment.filter {
            ["HOME", "PATH", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "XDG_CONFIG_HOME", "XDG_DATA_HOME"].contains($0.key)
        }
        // A shell that was made by su or cron does not know where its own manager listens.
        if kept["XDG_RUNTIME_DIR"] == nil, (try? FileStatus(of: FilePath("/run/user/\(geteuid())")))?.kind == .directory {
            kept["XDG_RUNTIME_DIR"] = "/run/user/\(geteuid())"
        }
        kept["LC_ALL"] = "C"
        kept["SYSTEMD_COLORS"] = "0"
        kept["SYSTEMD_PAGER"] = ""
        self.environment = kept
    }

    /// Whether it can be asked.
    package func availability() async -> Availability {
        // sd_booted(3)
        guard systemctl != nil, (try? FileStatus(of: "/run/systemd/system"))?.kind == .directory else { return .absent }
        do {
            let answer = try await call(["show", "--property=Version"])
            return answer.status == 0 ? .available : .unreachable(answer.error)
        } catch { return .unreachable("\(error)") }
    }

    /// `systemctl --user …`. Throws `Failure`, or `HostProcess.StartFailure`.
    package func call(_ arguments: [String], deadline: Duration = .seconds(30)) async throws -> Answer {
        guard let systemctl else { throw Failure(description: "systemctl is not there") }
        let words = ["--user", "--no-pager", "--no-ask-password"] + arguments
        let process = HostProcess(
            systemctl, words.map { Array($0.utf8) }, environment: environment, directory: "/", outputLimit: 1 << 20, deadline: deadline)
        let result = try await process.runUnsandboxed()
        guard case .exited(let status) = result.ending else {
            throw Failure(description: "`systemctl --user \(arguments.joined(separator: " "))` did not end in time")
        }
        return Answer(status: status, output: Self.text(result.output), error: Self.text(result.error))
    }

    /// What the manager knows of a unit, by the names of its properties.
    package func properties(of unit: String, _ names: [String]) async throws -> [String: String] {
        let answer = try await call(["show", "--property=\(names.joined(separator: ","))", "--", unit])
        let pairs = answer.output.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return Dictionary(pairs) { $1 }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        var text = String(decoding: bytes, as: UTF8.self)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
