@testable internal import FerryCommands
internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

/// The demo as a person starts it: the built program, the real service, git and the sandbox.
@Suite(.timeLimit(.minutes(2)))
struct DemoTests {
    @Test func `the demo carries its note to merged code`() async throws {
        try await withScratch { scratch in
            let ferry = BuiltFerry(scratch: WorkingFolder.resolved(scratch))
            let root = geteuid() == 0 ? "--allow-root" : "--yes"
            let answer = try await ferry("demo", "--yes", "--quick", root, deadline: .seconds(100))
            #expect(answer.status == 0, "\(answer.output)\(answer.errors)")
            #expect(answer.errors.isEmpty)
            // One failing test run and one finding of a shipped rule, which the fix loop mends, then nothing.
            #expect(answer.output.contains("✗ failed: python3 -m unittest"))
            #expect(answer.output.contains("warning: till/receipt.py:") && answer.output.contains("(interfaces-have-docum"))
            #expect(answer.output.contains("✓ passed: python3 -m unittest (exit 0") && answer.output.contains("9 tests passed"))
            #expect(answer.output.contains("FR-001: merge Discount codes") && answer.output.contains("every byte as it was"))

            let folder = try #require(try Directory.entries(of: ferry.scratch).map(\.name).first { $0.string.hasPrefix("ferry-demo-") })
            let scene = DemoScene(folder: ferry.scratch.appending(folder))
            #expect(try text(scene.repository.appending("README.md")).contains("`WELCOME` takes 10 %"))
            #expect(try text(scene.vault.pushing(scene.note(in: .done))).contains("status: done"))
            #expect(try FileStatus.ifPresent(ferry.scratch.appending("home").appending(".local")) == nil)
        }
    }

    @Test func `root is refused unless it was allowed, and told what to do`() throws {
        let error = #expect(throws: CommandError.self) { try RootAccess.check(isAllowed: false, user: 0) }
        #expect(error?.code == .configuration && error?.remedy.contains("--allow-root") == true)
        try RootAccess.check(isAllowed: true, user: 0)
        try RootAccess.check(isAllowed: false, user: 1000)
    }

    @Test func `the demo's vault has nothing to mend`() async throws {
        try await withScratch { scratch in
            let root = WorkingFolder.resolved(scratch).appending("vault")
            var files = VaultTemplateFiles.files.filter { $0.path != "90_system/ferry.md" }
            let settings = try #require(DemoFiles.files.first { $0.path == "vault/ferry.md" }).content
            files.append(("90_system/ferry.md", settings.replacing("{{script}}", with: "/nowhere/script.json")))
            _ = try await VaultFounding(root: root, files: files).found()
            let view = try VaultView(root: root, stateHome: scratch.appending("state"), cacheHome: scratch.appending("cache"))
            #expect(try await VaultLint(view: view).report().findings.filter { $0.level == .error } == [])
        }
    }
}
