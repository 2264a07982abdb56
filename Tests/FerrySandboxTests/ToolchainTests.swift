internal import FerrySystem
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerrySandbox

@Suite(.timeLimit(.minutes(1)))
struct ToolchainTests {
    private static let forbidden: [FilePath] = ["/home/ann/vault", "/home/ann/.cache/ferry"]

    @Test(
        arguments: [
            "/", "/home", "/home/ann", "/home/bob", "/root", "/proc", "/proc/1", "/sys/kernel", "/dev", "/run/user/1000", "/etc", "/etc/ssl", "/var",
            "/tmp",
            "/home/ann/.ssh", "/home/ann/.config", "/home/ann/.config/ferry", "/home/ann/.aws/sso", "/home/ann/.local", "/home/ann/vault",
            "/home/ann/vault/tools", "/home/ann/.cache", "/home/ann/.cache/ferry/worktrees", "relative/path", "/opt/../home/ann", "/home/ann/",
        ] as [FilePath])
    func `this folder is no toolchain`(_ path: FilePath) {
        #expect(Toolchain.refusal(of: path, resolved: path, home: "/home/ann", forbidden: Self.forbidden) != nil)
        #expect(Toolchain.refusal(of: "/opt/link", resolved: path, home: "/home/ann", forbidden: Self.forbidden) != nil)
    }

    @Test(arguments: ["/work/tools", "/ferry/tools"] as [FilePath])
    func `a path that means something else inside needs another name`(_ path: FilePath) {
        #expect(Toolchain.refusal(of: path, resolved: path, home: "/home/ann", forbidden: []) != nil)
        #expect(Toolchain.refusal(of: "/opt/link", resolved: path, home: "/home/ann", forbidden: []) == nil)
    }

    @Test(
        arguments: [
            "/home/ann/.cargo", "/home/ann/.pyenv", "/home/ann/.pyenv/shims", "/home/ann/.local/bin", "/home/ann/.nvm", "/opt/swift", "/usr/local/go",
            "/nix/store", "/home/ann/.sshfs-tools",
        ] as [FilePath])
    func `this folder may be a toolchain`(_ path: FilePath) {
        #expect(Toolchain.refusal(of: path, resolved: path, home: "/home/ann", forbidden: Self.forbidden) == nil)
    }

    @Test func `a toolchain is visible read-only through a link, and nothing beside it`() async throws {
        try await withScratch { scratch async throws in
            for folder in ["host/tools-1/bin", "host/private"] { try Directory.create(scratch.root.appending(folder)) }
            try scratch.write("#!/bin/sh\necho it works\n", to: "host/tools-1/bin/mytool", mode: 0o755)
            try scratch.write("secret", to: "host/private/key")
            try scratch.write("token", to: "host/tools-1/credentials.toml")
            let link = scratch.root.appending("host/tools")
            try #require(symlink("tools-1", link.string) == 0)
            scratch.policy.toolchains = [link]

            let result = try await scratch.shell("mytool; cat \(link)/bin/mytool | wc -l; ls \(scratch.root)/host; wc -c < \(link)/credentials.toml")
            #expect(result.text == "it works\n2\ntools\ntools-1\n0\n")
            #expect(try await scratch.shell("echo x > \(link)/bin/mytool").ending == .exited(2))
            #expect(try scratch.text("host/tools-1/bin/mytool") == "#!/bin/sh\necho it works\n")
        }
    }

    @Test func `a toolchain that is not there, or holds the worktree, is an error of the policy`() async throws {
        try await withScratch { scratch async throws in
            for path in [scratch.root.appending("none"), scratch.root, "/"] {
                scratch.policy.toolchains = [path]
                let error = await #expect(throws: SandboxError.self) { try await scratch.shell("true") }
                #expect(error?.code == .policy)
                #expect(error?.message.contains(path.string) == true)
            }
        }
    }
}
