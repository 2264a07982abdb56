internal import FerryGit
internal import FerrySandbox
internal import FerrySystem
internal import SystemPackage

/// What the machine must have, whatever the vault.
struct MachineExamination: Sendable {
    let allowRoot: Bool

    func findings() async -> [DoctorFinding] {
        var findings = await SandboxHealth.check(BubblewrapRunner(allowRoot: allowRoot)).findings.map { finding in
            DoctorFinding(name: finding.name, level: finding.isGood ? .ok : .fail, detail: finding.detail, remedy: finding.remedy)
        }
        do {
            let git = try await GitProgram.find()
            findings.append(.ok("git", "\(git.executable), version \(git.version)"))
        } catch { findings.append(.fail("git", error)) }
        findings.append(inotify())
        return findings
    }

    private func inotify() -> DoctorFinding {
        do { _ = try Inotify() } catch {
            return .fail(
                "inotify", "no more instances can be made (\(error))",
                remedy: "Stop another watcher, or raise the limit: sysctl fs.inotify.max_user_instances=512")
        }
        let watches = Self.limit("max_user_watches")
        let instances = Self.limit("max_user_instances")
        guard let watches, let instances else { return .warn("inotify", "its limits cannot be read", remedy: "See whether /proc is mounted.") }
        // A folder takes a watch; editors and sync tools of the same user share the limit.
        guard watches >= 8192 else {
            return .warn(
                "inotify", "at most \(watches) folders of this user can be watched", remedy: "Raise it: sysctl fs.inotify.max_user_watches=65536")
        }
        return .ok("inotify", "\(watches) watches, \(instances) instances")
    }

    private static func limit(_ name: String) -> Int? {
        // Files of /proc have no size; read what comes.
        guard let file = try? FileDescriptor.open(FilePath("/proc/sys/fs/inotify").appending(name), .readOnly) else { return nil }
        defer { try? file.close() }
        var bytes = [UInt8](repeating: 0, count: 32)
        guard let count = try? bytes.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return nil }
        return Int(String(decoding: bytes[..<count], as: UTF8.self).filter(\.isNumber))
    }
}
