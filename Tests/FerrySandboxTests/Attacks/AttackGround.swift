internal import FerrySystem
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

/// Runs attacks: all of a group in one sandbox, then in one go where nothing defends.
enum AttackGround {
    /// - Parameter change: what the attacks need beside the usual policy.
    static func outcomes(
        of attacks: [Attack], _ change: @escaping @Sendable (inout Scratch) throws -> Void = { _ in }
    ) async throws -> [String: Attack.Outcome] {
        try #require(Set(attacks.map(\.name)).count == attacks.count)
        var outcomes: [String: Attack.Outcome] = [:]
        try await withScratch { scratch async throws in
            try await Target.with(scratch.root) { target async throws in
                try change(&scratch)
                let inside = try await inside(attacks, scratch, target)
                let outside = try await outside(attacks, scratch, target)
                for attack in attacks {
                    outcomes[attack.name] = Attack.Outcome(inside: inside[attack.name] ?? "", outside: outside[attack.name] ?? "")
                }
            }
        }
        return outcomes
    }

    /// Each script in a folder of its own, cut off after a while; what it says goes to a file.
    private static func driver(_ scripts: String, _ work: String, _ output: String) -> String {
        """
        mkdir -p \(output) \(work)
        for script in \(scripts)/*; do
            n=$(basename $script); mkdir -p \(work)/$n; cd \(work)/$n
            ( echo began; timeout -s KILL 10 sh $script ) > \(output)/$n 2>&1 < /dev/null
        done
        exit 0
        """
    }

    private static func file(_ index: Int) -> String { String(index + 1000) }
    private static func text(_ attack: Attack) -> String { "bitten() { echo bitten; exit; }\n" + attack.script + "\n" }

    private static func inside(_ attacks: [Attack], _ scratch: Scratch, _ target: Target) async throws -> [String: String] {
        var policy = scratch.policy
        for (index, attack) in attacks.enumerated() { policy.files["/ferry/attacks/" + file(index)] = Array(text(attack).utf8) }
        let command = SandboxCommand(
            ["/bin/sh", "-c", driver("/ferry/attacks", "/work/attacks", "/tmp/said")], environment: target.environment)
        let result = try await Scratch.runner.run(command, under: policy)
        #expect(result.ending == .exited(0), "\(result.text)")
        return try said(attacks, in: policy.temporary.appending("said"))
    }

    private static func outside(_ attacks: [Attack], _ scratch: Scratch, _ target: Target) async throws -> [String: String] {
        let root = scratch.root.appending("control")
        for (index, attack) in attacks.enumerated() {
            let folder = root.appending("\(attack.control)")
            try Directory.create(folder)
            try FileContents.write(Array(text(attack).utf8), to: folder.appending(file(index)))
        }
        let usual = [
            "/usr/bin/bwrap", "--ro-bind", "/", "/", "--bind", root.string, root.string, "--dev", "/dev", "--proc", "/proc", "--unshare-pid",
            "--unshare-net",
            "--die-with-parent",
        ]
        for control in Set(attacks.map(\.control)) {
            let line = driver(root.appending("\(control)").string, root.appending("work").string, root.appending("said").string)
            let words = (control == .host ? [] : usual) + ["/bin/sh", "-c", line]
            let process = HostProcess(
                FilePath(words[0]), words.dropFirst().map { Array($0.utf8) }, environment: target.hostEnvironment, directory: scratch.worktree,
                deadline: .seconds(50))
            _ = try await process.runUnsandboxed()
        }
        return try said(attacks, in: root.appending("said"))
    }

    private static func said(_ attacks: [Attack], in folder: FilePath) throws -> [String: String] {
        var said: [String: String] = [:]
        for (index, attack) in attacks.enumerated() {
            let file = folder.appending(file(index))
            if try FileStatus.ifPresent(file) != nil { said[attack.name] = String(decoding: try FileContents.read(file), as: UTF8.self) }
        }
        return said
    }
}
