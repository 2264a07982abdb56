internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

struct SandboxPolicyTests {
    private static let policy = SandboxPolicy(worktree: "/w", temporary: "/t", home: "/h")

    private func refusal(_ command: SandboxCommand = SandboxCommand(["x"]), _ policy: SandboxPolicy = policy) -> SandboxError? {
        do { try policy.check(command) } catch { return error as? SandboxError }
        return nil
    }

    @Test(arguments: ["/abs", "..", "a/../..", "a/./b", "a\0b"])
    func `this working directory is refused`(_ directory: String) {
        // `a/./b` is the same folder as `a/b` and means no harm.
        let isHarmless = FilePath(directory).components.allSatisfy { $0.kind == .regular } && directory == "a/./b"
        #expect((refusal(SandboxCommand(["x"], directory: directory)) == nil) == isHarmless)
    }

    @Test(arguments: ["/etc/x", "/ferry", "/ferry/../etc/x", "/ferry/git/config", "/ferry/objects/x", "/ferry/objects-1", "relative"])
    func `this file path is refused`(_ path: String) {
        var policy = Self.policy
        policy.files = [path: []]
        #expect(refusal(SandboxCommand(["x"]), policy)?.code == .policy)
    }

    @Test(arguments: ["", "A=B", "A\0"])
    func `this name of a variable is refused`(_ name: String) {
        #expect(refusal(SandboxCommand(["x"], environment: [name: "v"]))?.code == .policy)
    }

    @Test func `commands that cannot be passed on are refused`() {
        #expect(refusal(SandboxCommand([]))?.code == .policy)
        #expect(refusal(SandboxCommand([""]))?.code == .policy)
        #expect(refusal(SandboxCommand(["x", "a\0b"]))?.code == .policy)
        #expect(refusal(SandboxCommand(["x", String(repeating: "a", count: 131_072)]))?.code == .policy)
        #expect(refusal(SandboxCommand(["x", String(repeating: "a", count: 131_071)])) == nil)
    }

    @Test func `a shared folder that holds the vault is refused, one beside it is not`() {
        var policy = Self.policy
        policy.worktree = "/home/ann/project"
        policy.forbidden = ["/home/ann/project/notes"]
        #expect(refusal(SandboxCommand(["x"]), policy)?.message.contains("/home/ann/project/notes") == true)
        policy.forbidden = ["/home/ann/project-notes"]
        #expect(refusal(SandboxCommand(["x"]), policy) == nil)
    }
}
