internal import FerryLLM
internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1)))
struct ReadToolTests {
    @Test func `lines come with their numbers, from where and as many as asked`() async throws {
        try await AgentFixture.with(["src/a.py": "one\ntwo\nthree\n", "empty": ""]) { fixture async throws in
            let box = fixture.toolBox()
            #expect(try await box.call("read", ["path": "src/a.py"]).text == "     1\tone\n     2\ttwo\n     3\tthree\n")
            #expect(try await box.call("read", ["path": "/work/src/a.py"]).text.hasPrefix("     1\tone\n"))
            let part = try await box.call("read", ["path": "src/a.py", "offset": 2, "limit": 1])
            #expect(part.text == "     2\ttwo\n[lines 2 to 2 of 3; go on with offset 3]\n")
            let beyond = try await box.call("read", ["path": "src/a.py", "offset": 9])
            #expect(beyond.isError && beyond.text == "The file has only 3 lines.")
            #expect(try await box.call("read", ["path": "empty"]).text == "(the file is empty)")
        }
    }

    @Test func `a long file comes in parts and a long line is cut`() async throws {
        let content = (1...5000).map { "line \($0)\n" }.joined() + String(repeating: "y", count: 5000) + "\n"
        try await AgentFixture.with(["long": content]) { fixture async throws in
            let box = fixture.toolBox()
            let first = try await box.call("read", ["path": "long"])
            #expect(first.text.hasSuffix("  2000\tline 2000\n[lines 1 to 2000 of 5001; go on with offset 2001]\n"))
            #expect(try await box.call("read", ["path": "long", "offset": 5001]).text.hasSuffix("… (3000 more bytes in this line)\n"))
        }
    }

    @Test func `one answer is bounded in bytes as well`() async throws {
        let content = (1...1000).map { _ in String(repeating: "z", count: 1000) + "\n" }.joined()
        try await AgentFixture.with(["wide": content]) { fixture async throws in
            let output = try await fixture.toolBox().call("read", ["path": "wide"])
            #expect(output.text.utf8.count < (256 << 10) + 2000)
            #expect(output.text.contains("of 1000; go on with offset"))
        }
    }

    @Test func `a folder is listed, a binary file and CRLF are told`() async throws {
        try await AgentFixture.with(["a/b/c": "", "a/d": "x\u{0}y", "a/w": "1\r\n2\r\n", "a/.git/config": ""]) { fixture async throws in
            let box = fixture.toolBox()
            #expect(try await box.call("read", ["path": "a"]).text == "b/\nd\nw")
            #expect(try await box.call("read", ["path": "a/d"]).text == "a/d is a binary file of 3 bytes; it is not shown.")
            #expect(try await box.call("read", ["path": "a/w"]).text.contains("     2\t2\n[the lines of this file end with CRLF"))
        }
    }

    @Test func `a missing file brings the nearest names`() async throws {
        try await AgentFixture.with(["src/parser.py": "", "lib/Deep/tokens.swift": ""]) { fixture async throws in
            let box = fixture.toolBox()
            #expect(try await box.call("read", ["path": "src/parsers.py"]).text == "There is no file src/parsers.py. Did you mean src/parser.py?")
            #expect(try await box.call("read", ["path": "tokens.swift"]).text.hasSuffix("Did you mean lib/Deep/tokens.swift?"))
            #expect(try await box.call("read", ["path": "qqq"]).text == "There is no file qqq.")
        }
    }

    @Test func `a link out of the worktree is not followed`() async throws {
        try await AgentFixture.with(["x": ""]) { fixture async throws in
            try write(["secret": "s3cret"], below: fixture.root)
            #expect(symlink("../secret", fixture.worktree.appending("link").string) == 0)
            #expect(symlink("..", fixture.worktree.appending("up").string) == 0)
            let box = fixture.toolBox()
            for path in ["link", "up/secret"] {
                let output = try await box.call("read", ["path": .string(path)])
                #expect(output.isError && output.text.contains("link") && !output.text.contains("s3cret"), "\(output.text)")
            }
        }
    }

    @Test func `tmp can be read with the tool`() async throws {
        try await AgentFixture.with { fixture async throws in
            let box = fixture.toolBox()
            _ = try await box.call("bash", ["command": "echo log > /tmp/build.log"])
            #expect(try await box.call("read", ["path": "/tmp/build.log"]).text == "     1\tlog\n")
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct EditToolTests {
    @Test func `an edit changes the file, keeps its mode and shows the lines around`() async throws {
        try await AgentFixture.with(["run.sh": "a\nb\nc\nd\ne\nf\ng\nh\n"]) { fixture async throws in
            #expect(chmod(fixture.worktree.appending("run.sh").string, 0o755) == 0)
            let box = fixture.toolBox()
            _ = try await box.call("read", ["path": "run.sh"])
            let output = try await box.call("edit", ["path": "run.sh", "old_string": "e\n", "new_string": "E\n"])
            let around = "     2\tb\n     3\tc\n     4\td\n     5\tE\n     6\tf\n     7\tg\n     8\th\n"
            #expect(output.text == "Edited run.sh (1 place). It reads now:\n\(around)")
            #expect(try fixture.file("run.sh") == "a\nb\nc\nd\nE\nf\ng\nh\n")
            #expect(try FileStatus(of: fixture.worktree.appending("run.sh")).mode == 0o755)
            let long = (1...40).map { "line \($0)\n" }.joined()
            let grown = try await box.call("edit", ["path": "run.sh", "old_string": "c\n", "new_string": .string(long)])
            #expect(grown.text.split(separator: "\n").count < 16)
            // What the tool wrote itself counts as read.
            #expect(try await !box.call("edit", ["path": "run.sh", "old_string": "E", "new_string": "F"]).isError)
        }
    }

    @Test func `a file that was not read, or changed since, is not edited`() async throws {
        try await AgentFixture.with(["a": "one\n"]) { fixture async throws in
            let box = fixture.toolBox()
            let edit: JSONValue = ["path": "a", "old_string": "one", "new_string": "two"]
            #expect(try await box.call("edit", edit).text == "a has not been read yet. Use `read` first, then change it.")
            _ = try await box.call("read", ["path": "a"])
            _ = try await box.call("bash", ["command": "echo one more > a"])
            #expect(try await box.call("edit", edit).text.contains("has changed since it was read"))
            #expect(try fixture.file("a") == "one more\n")
        }
    }

    @Test func `two edits that do not apply bring the advice to write`() async throws {
        try await AgentFixture.with(["a": "one\ntwo\none\n"]) { fixture async throws in
            let box = fixture.toolBox()
            _ = try await box.call("read", ["path": "a"])
            let first = try await box.call("edit", ["path": "a", "old_string": "one", "new_string": "x"])
            #expect(first.isError && first.text.contains("found 2 times in a, at lines 1, 3") && !first.text.contains("`write`"))
            _ = try await box.call("read", ["path": "a"])
            let second = try await box.call("edit", ["path": "a", "old_string": "twoo", "new_string": "x"])
            #expect(second.isError && second.text.contains("     2\ttwo\n") && second.text.contains("use `write`"))
        }
    }

    @Test(arguments: [
        ("b", "x", "y", "There is no file b."), ("a", "x", "x", "are the same"), ("a", "", "x", "is empty"), ("d", "x", "y", "no regular file"),
    ])
    func `an edit that makes no sense is refused`(path: String, old: String, new: String, message: String) async throws {
        try await AgentFixture.with(["a": "x", "d/e": ""]) { fixture async throws in
            let arguments: JSONValue = ["path": .string(path), "old_string": .string(old), "new_string": .string(new)]
            let output = try await fixture.toolBox().call("edit", arguments)
            #expect(output.isError && output.text.contains(message), "\(output.text)")
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct WriteToolTests {
    @Test func `a new file comes with its folders`() async throws {
        try await AgentFixture.with { fixture async throws in
            let output = try await fixture.toolBox().call("write", ["path": "a/b/c.txt", "content": "x\ny\n"])
            #expect(output.text == "Created a/b/c.txt (4 bytes, 2 lines).")
            #expect(try fixture.file("a/b/c.txt") == "x\ny\n")
        }
    }

    @Test func `an existing file is read first, keeps its mode and its CRLF`() async throws {
        try await AgentFixture.with(["w.bat": "a\r\nb\r\n"]) { fixture async throws in
            #expect(chmod(fixture.worktree.appending("w.bat").string, 0o700) == 0)
            let box = fixture.toolBox()
            #expect(try await box.call("write", ["path": "w.bat", "content": "c\n"]).text.contains("has not been read yet"))
            _ = try await box.call("read", ["path": "w.bat"])
            #expect(try await box.call("write", ["path": "w.bat", "content": "c\nd\n"]).text.contains("CRLF, as before"))
            #expect(try FileContents.read(fixture.worktree.appending("w.bat")) == Array("c\r\nd\r\n".utf8))
            #expect(try FileStatus(of: fixture.worktree.appending("w.bat")).mode == 0o700)
        }
    }

    @Test(arguments: [".git", ".git/hooks/post-checkout", "sub/.Git/config", "link/x", "d"])
    func `what must not be written is not`(path: String) async throws {
        try await AgentFixture.with(["d/e": ""]) { fixture async throws in
            try Directory.create(fixture.root.appending("outside"))
            #expect(symlink("../outside", fixture.worktree.appending("link").string) == 0)
            let output = try await fixture.toolBox().call("write", ["path": .string(path), "content": "x"])
            #expect(output.isError, "\(output.text)")
            #expect(try Directory.entries(of: fixture.root.appending("outside")).isEmpty)
            #expect(try FileStatus.ifPresent(fixture.worktree.appending(".git")) == nil)
        }
    }
}

@Suite(.timeLimit(.minutes(1)))
struct SearchToolTests {
    private static let files = [
        "src/b.py": "import os\nvalue = 1\n", "src/a.py": "value = 2\n", "test/a_test.py": "VALUE\n", "bin.dat": "value\u{0}\n",
        ".git/x.py": "value\n", "name: 1.txt": "value\n",
    ]

    @Test func `grep finds lines, sorted, without binary files and git`() async throws {
        try await AgentFixture.with(Self.files) { fixture async throws in
            let box = fixture.toolBox()
            #expect(try await box.call("grep", ["pattern": "value( =|$)"]).text == "name: 1.txt:1:value\nsrc/a.py:1:value = 2\nsrc/b.py:2:value = 1")
            #expect(try await box.call("grep", ["pattern": "value", "path": "test", "ignore_case": true]).text == "test/a_test.py:1:VALUE")
            #expect(try await box.call("grep", ["pattern": "value", "include": "b.*"]).text == "src/b.py:2:value = 1")
            #expect(try await box.call("grep", ["pattern": "value", "path": "src/a.py"]).text == "src/a.py:1:value = 2")
            #expect(try await box.call("grep", ["pattern": "-rf nothing"]).text == "No line matches -rf nothing.")
            #expect(try await box.call("grep", ["pattern": "x", "path": "nowhere"]).isError)
        }
    }

    @Test func `grep stops at its bounds and says so`() async throws {
        let content = String(repeating: "hit " + String(repeating: "w", count: 1000) + "\n", count: 60)
        let many = Dictionary(uniqueKeysWithValues: (10...19).map { ("f\($0)", content) })
        try await AgentFixture.with(many) { fixture async throws in
            let output = try await fixture.toolBox().call("grep", ["pattern": "hit"])
            #expect(output.text.hasSuffix("[300 more lines; use a narrower pattern or `path`]"))
            #expect(output.text.split(separator: "\n").count == 201)
            #expect(output.text.split(separator: "\n")[0].hasSuffix("w…"))
        }
    }

    @Test func `glob finds files in every folder, sorted, without git`() async throws {
        try await AgentFixture.with(Self.files) { fixture async throws in
            let box = fixture.toolBox()
            #expect(try await box.call("glob", ["pattern": "*.py"]).text == "src/a.py\nsrc/b.py\ntest/a_test.py")
            #expect(try await box.call("glob", ["pattern": "src/**"]).text == "src/a.py\nsrc/b.py")
            #expect(try await box.call("glob", ["pattern": "a*", "path": "test"]).text == "test/a_test.py")
            #expect(try await box.call("glob", ["pattern": "*.rs"]).text == "No file matches *.rs.")
            #expect(try await box.call("glob", ["pattern": "*", "path": "none"]).isError)
        }
    }

    @Test func `glob names a link and does not follow it`() async throws {
        try await AgentFixture.with(["d/f": ""]) { fixture async throws in
            #expect(symlink(".", fixture.worktree.appending("d/loop").string) == 0)
            let output = try await fixture.toolBox().call("glob", ["pattern": "d/**"])
            #expect(output.text == "d/f\nd/loop")
        }
    }

    @Test func `glob stops at its bound and says so`() async throws {
        try await AgentFixture.with(Dictionary(uniqueKeysWithValues: (1...250).map { ("d/f\($0)", "") })) { fixture async throws in
            #expect(try await fixture.toolBox().call("glob", ["pattern": "f*"]).text.hasSuffix("[50 more; use a narrower pattern]"))
        }
    }
}
