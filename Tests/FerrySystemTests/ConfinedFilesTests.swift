internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct ConfinedFilesTests {
    @Test func `a file is written with its folders and read again`() async throws {
        try await withScratch { root in
            let files = ConfinedFiles(root: root)
            try files.write("one".utf8, to: "a/b/c.txt")
            #expect(try files.read("a/b/c.txt") == Array("one".utf8))
            #expect(try files.entries(of: "a/b").map(\.name.string) == ["c.txt"])
            #expect(try files.status(of: "a/b/c.txt")?.kind == .regular)
            #expect(try files.status(of: "a/x/y") == nil)
            #expect(try files.status(of: "")?.kind == .directory)
        }
    }

    @Test func `the mode of a replaced file is kept and nothing else is left behind`() async throws {
        try await withScratch(["run.sh": "old"]) { root in
            #expect(chmod(root.appending("run.sh").string, 0o755) == 0)
            let files = ConfinedFiles(root: root)
            try files.write("new".utf8, to: "run.sh")
            #expect(try files.status(of: "run.sh")?.mode == 0o755)
            #expect(try files.entries(of: "").map(\.name.string) == ["run.sh"])
        }
    }

    @Test(arguments: ["link/secret.txt", "direct.txt", "inner/link/secret.txt"])
    func `a link is followed neither for reading nor for writing`(path: FilePath) async throws {
        try await withScratch(["outside/secret.txt": "secret", "tree/inner/a": ""]) { root in
            let files = ConfinedFiles(root: root.appending("tree"))
            #expect(symlink("../outside", root.appending("tree/link").string) == 0)
            #expect(symlink("../../outside", root.appending("tree/inner/link").string) == 0)
            #expect(symlink("../outside/secret.txt", root.appending("tree/direct.txt").string) == 0)
            #expect(throws: Errno.tooManySymbolicLinkLevels) { try files.read(path) }
            #expect(throws: (any Error).self) { try files.write("x".utf8, to: path) }
            let secret = try text(root.appending("outside/secret.txt"))
            #expect(secret == "secret")
            #expect(try files.status(of: "direct.txt")?.kind == .link)
        }
    }

    @Test(arguments: ["../outside.txt", "/etc/passwd", "a/../../outside.txt", "./a"])
    func `a path that is not plain and below the root is refused`(path: FilePath) async throws {
        try await withScratch(["outside.txt": "x", "tree/a": ""]) { root in
            let files = ConfinedFiles(root: root.appending("tree"))
            #expect(throws: Errno.permissionDenied) { try files.read(path) }
            #expect(throws: Errno.permissionDenied) { try files.write("x".utf8, to: path) }
            #expect(throws: Errno.permissionDenied) { try files.status(of: path) }
        }
    }

    @Test(arguments: [".git", ".git/config", "sub/.GIT/config"])
    func `a name that is off limits is not there`(path: FilePath) async throws {
        try await withScratch([".git/config": "x", "sub/.GIT/config": "x"]) { root in
            let files = ConfinedFiles(root: root, offLimits: [".git"])
            #expect(throws: Errno.permissionDenied) { try files.read(path) }
            #expect(throws: Errno.permissionDenied) { try files.write("x".utf8, to: path) }
            let names = try files.entries(of: "").map(\.name.string)
            #expect(names == ["sub"])
        }
    }

    @Test func `a FIFO neither blocks a reader nor is replaced`() async throws {
        try await withScratch { root in
            #expect(mkfifo(root.appending("pipe").string, 0o600) == 0)
            let files = ConfinedFiles(root: root)
            #expect(throws: Errno.notSupported) { try files.read("pipe") }
            #expect(throws: Errno.notSupported) { try files.write("x".utf8, to: "pipe") }
        }
    }
}
