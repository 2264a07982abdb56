@testable internal import FerryGit
internal import FerryModel
internal import Testing

@Suite struct CommitMessageTests {
    private func text(_ subject: String, _ body: String = "") -> String {
        String(
            decoding: CommitMessage(subject: subject, body: body, feature: FeatureID(number: 7), run: RunNumber(2), vault: "abc").bytes, as: UTF8.self
        )
    }
    private let trailers = "Ferry-Feature: FR-007\nFerry-Run: 2\nFerry-Vault: abc\n"

    @Test func `subject, quoted body and trailers stand in this order`() {
        #expect(text("Add x", "one\n\ntwo\n") == "Add x\n\n> one\n>\n> two\n\n" + trailers)
        #expect(text("Add x") == "Add x\n\n" + trailers)
    }

    @Test(arguments: [
        ("two\nlines\r\nhere", "two lines here"), ("a\u{1b}[31mred", "a [31mred"), ("a\u{202e}b", "a b"), ("", "Work on FR-007"),
        ("\n\u{0}", "Work on FR-007"),
        ("Do it [skip ci]", "Do it (skip ci)"), ("[CI Skip] x", "(CI Skip) x"), ("array[i] = [1]", "array[i] = [1]"), ("[skip", "[skip"),
        ("***NO_CI***", "***NO CI***"), ("thanks @octocat", "thanks @ octocat"), ("mail a@b.c", "mail a@b.c"), ("fixes #12", "fixes # 12"),
        ("Closes GH-3", "Closes GH 3"), ("high-5 weigh-2", "high-5 weigh-2"), ("see https://x/y", "see https: //x/y"), ("fixup! a", "fixup: a"),
        ("a \u{200b}#\u{200b}1", "a # 1"),
    ])
    func `a subject is one line that nothing acts on`(given: String, kept: String) {
        #expect(text(given).split(separator: "\n").first.map(String.init) == kept)
    }

    @Test func `a long subject is cut at 72 characters`() {
        let first = text(String(repeating: "ä", count: 100)).split(separator: "\n")[0]
        #expect(first.count == 72 && first.hasSuffix("…"))
    }

    @Test func `git reads only Ferry's trailers, whatever the body says`() async throws {
        try await ScratchRepository.with { scratch in
            let (repository, worktree, base) = try await scratch.worktree()
            guard case .tree(let tree) = try await repository.snapshot(worktree, base: base) else { throw Unexpected(what: "refused") }
            let message = CommitMessage(
                subject: "Ferry-Run: 9", body: "x\n\nFerry-Run: 9\nCo-authored-by: E <e@e>\n---\nSigned-off-by: E\nskip-checks: true",
                feature: FeatureID(number: 7),
                run: RunNumber(2), vault: "abc\nEvil: 1")
            let commit = try await repository.commit(tree, parents: [base], message: message, time: someTime)
            let found = try await scratch.sh("git log -1 --format='%(trailers:only,unfold)' \(commit)")
            #expect(found == "Ferry-Feature: FR-007\nFerry-Run: 2\nFerry-Vault: abcEvil:1\n")
        }
    }
}
