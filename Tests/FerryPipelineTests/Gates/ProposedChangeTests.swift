internal import FerryGit
internal import FerrySandbox
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

@Suite(.timeLimit(.minutes(1))) struct ProposedChangeTests {
    @Test func `a change is read from git with both sides of every file`() async throws {
        try await Export.with { export in
            let script = """
                git init -q -b main && git config user.name U && git config user.email u@x
                printf 'one\\ntwo\\n' > a.txt; printf 'gone\\n' > gone.txt; printf 'x\\n' > turned; git add -A; git commit -qm 1
                printf 'one\\nTWO\\nthree\\n' > a.txt; rm gone.txt turned; ln -s a.txt turned; printf '\\000\\001' > b.bin
                printf 'echo\\n' > 'a "run".sh'; chmod +x a*.sh; git add -A; git commit -qm 2; git rev-parse HEAD~1 HEAD
                """
            let result = try await BubblewrapRunner().run(SandboxCommand(["/bin/sh", "-ec", script]), under: export.policy)
            let ids = PlainOutput(result.head).lines.compactMap { CommitID($0) }
            try #require(ids.count == 2, "\(PlainOutput(result.head).lines)")
            let git = try await GitRepository.open(path: export.folder, privateDirectory: export.root.appending("state"))
            let change = try await ProposedChange(from: ids[0], to: ids[1], in: git)

            let expected = [
                "a \"run\".sh added +1 -0", "a.txt modified +2 -1", "b.bin added +0 -0", "gone.txt deleted +0 -1", "turned typeChanged +1 -1",
            ]
            #expect(change.files.map { "\($0.path) \($0.kind.rawValue) +\($0.addedLines) -\($0.deletedLines)" } == expected)
            let byPath = Dictionary(uniqueKeysWithValues: change.files.map { ($0.path, $0) })
            #expect(byPath["a.txt"]?.newLines.map(\.number) == [2, 3])
            #expect(byPath["a.txt"]?.before == .text(SourceText("one\ntwo\n")))
            #expect(byPath["a \"run\".sh"]?.becameExecutable == true)
            #expect(byPath["turned"]?.isLink == true)
            #expect(byPath["b.bin"]?.isBinary == true)
            #expect(byPath["gone.txt"]?.after == .absent)
        }
    }

    @Test func `text is told from binary as git does, and what is too long is said to be`() {
        #expect(FileContent([0x61, 0]) == .binary(start: [0x61, 0], bytes: 2))
        #expect(FileContent(Array(repeating: 0x61, count: 8000) + [0]).text != nil)
        #expect(FileContent(Array(repeating: 0x61, count: 11), longestText: 10) == .tooLong(bytes: 11))
    }

    @Test func `lines end with or without a carriage return`() {
        #expect(SourceText("a\r\nb\n\nc").lines.map(\.text) == ["a", "b", "", "c"])
        #expect(SourceText("").lines.isEmpty)
    }

    @Test func `a line that moved is not new, one that was doubled is`() {
        #expect(SourceText("b\na\n").lines(notIn: SourceText("a\nb\n")).isEmpty)
        #expect(SourceText("a\na\n").lines(notIn: SourceText("a\n")).map(\.number) == [2])
    }
}
