internal import FerryModel
internal import FerryStore
internal import FerryTestSupport
internal import FerryWireServer
internal import FerrySystem
internal import SystemPackage
internal import Testing

extension EndToEnd {
    /// Exactly what was shown is merged, and nobody's work is touched.
    @Suite(.timeLimit(.minutes(1)))
    struct ApprovalTests {
        private static let answers: [Answer] = [.planner(), .coder(run: 1, writes: Hello.farewellWhole), .tester(), .reviewer()]

        @Test func `a checkout with uncommitted work is not touched, and the merge follows when it is clean`() async throws {
            try await Scene.with(Self.answers) { scene in
                let base = try await scene.git("rev-parse", "main")
                let readme = scene.repository.appending("README.md")
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await scene.note("Say goodbye", reaches: .review)
                    try FileContents.write(Array("my own work\n".utf8), to: readme, mode: 0o644)
                    try scene.move("Say goodbye", .review, .done)
                    try await scene.note("Say goodbye", in: .done, says: "Approved, waits")
                    #expect(try await scene.record("Say goodbye")?.isApproved == true)
                    #expect(try text(readme) == "my own work\n")
                    #expect(try await scene.git("rev-parse", "main") == base)
                    #expect(try await scene.git("status", "--porcelain") == " M README.md")
                    try await scene.git("checkout", "--", "README.md")
                    try await scene.note("Say goodbye", in: .done, says: "Merged as")
                    try await scene.note("Say goodbye", reaches: .done)
                    #expect(try await scene.git("status", "--porcelain") == "")
                    #expect(try await scene.git("rev-parse", "main") != base)
                }
            }
        }

        @Test func `what was taken out of the base since the work began is not brought back by an approval`() async throws {
            try await Scene.with(Self.answers) { scene in
                let base = try await scene.git("rev-parse", "main")
                try write(["secret": "a key\n"], below: scene.repository)
                try await scene.git("add", "secret")
                try await scene.git("commit", "--quiet", "--message", "by mistake")
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    try await scene.git("reset", "--quiet", "--hard", base)
                    try scene.move("Say goodbye", .review, .done)
                    try await scene.note("Say goodbye", in: .review, says: "it was rewound, rebased, or pushed by force")
                    #expect(try await scene.git("rev-parse", "main") == base)
                    // A person may want all of it.
                    try await scene.git("merge", "--quiet", "--no-edit", try #require(feature.branch))
                    try scene.move("Say goodbye", .review, .done)
                    try await scene.note("Say goodbye", in: .done, says: "Merged as")
                }
            }
        }

        @Test func `an approval waits while the base is another branch than the work began from`() async throws {
            try await Scene.with(Self.answers) { scene in
                try await scene.git("branch", "old")
                try write(["more": "more\n"], below: scene.repository)
                try await scene.git("add", "more")
                try await scene.git("commit", "--quiet", "--message", "more")
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    let note = scene.vault.pushing(Scene.repositoryNote)
                    let whole = try text(note)
                    try FileContents.write(Array(whole.replacing(/base: .*/, with: "base: old").utf8), to: note)
                    try scene.move("Say goodbye", .review, .done)
                    try await scene.note("Say goodbye", in: .done, says: "and main does")
                    try FileContents.write(Array(whole.utf8), to: note)
                    try await scene.note("Say goodbye", reaches: .done)
                    #expect(try await scene.git("rev-parse", "main^2") == feature.tip)
                    #expect(try await scene.git("log", "--format=%s", "old").split(separator: "\n").count == 1)
                }
            }
        }

        @Test func `a branch that is not where it was is checked anew, without a word of feedback`() async throws {
            try await Scene.with(Self.answers + [.tester(), .reviewer()]) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    try await scene.git("branch", "--force", try #require(feature.branch), "main")
                    try scene.move("Say goodbye", .review, .done)
                    try await scene.note("Say goodbye", in: .review, says: "Move the note to planned to have it checked anew")
                    try scene.move("Say goodbye", .review, .planned)
                    #expect(await eventually { (try? await scene.record("Say goodbye"))??.run == RunNumber(2) })
                }
            }
        }

        @Test func `an approval that waits is not forgotten while its note is double`() async throws {
            try await Scene.with(Self.answers) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    try FileContents.write(Array("my own work\n".utf8), to: scene.repository.appending("README.md"), mode: 0o644)
                    try scene.move("Say goodbye", .review, .done)
                    try await scene.note("Say goodbye", in: .done, says: "Approved, waits")
                    try scene.write(try scene.read("Say goodbye", in: .done), "A copy", in: .done)
                    try await scene.note("Say goodbye", in: .done, says: "Two notes bear the id")
                    try await scene.git("checkout", "--", "README.md")
                    try Directory.removeTree(scene.vault.pushing(scene.path("A copy", in: .done)))
                    try await scene.note("Say goodbye", reaches: .done)
                    #expect(try await scene.git("rev-parse", "main^2") == feature.tip)
                }
            }
        }

        @Test func `an approval whose repository has no note any more says so, and goes on when there is one`() async throws {
            try await Scene.with(Self.answers) { scene in
                let (note, kept) = (scene.vault.pushing(Scene.repositoryNote), scene.folder.appending("repository.md"))
                let readme = scene.repository.appending("README.md")
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    try FileContents.write(Array("my own work\n".utf8), to: readme, mode: 0o644)
                    try scene.move("Say goodbye", .review, .done)
                    try await scene.note("Say goodbye", in: .done, says: "Approved, waits")
                    try scene.rename(note, kept)
                    try await scene.note("Say goodbye", in: .done, says: "has no usable note any more")
                    try await scene.git("checkout", "--", "README.md")
                    try scene.rename(kept, note)
                    try await scene.note("Say goodbye", reaches: .done)
                    #expect(try await scene.git("rev-parse", "main^2") == feature.tip)
                }
            }
        }

        @Test func `ticking the box approves`() async throws {
            try await Scene.with(Self.answers) { scene in
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let feature = try await scene.note("Say goodbye", reaches: .review)
                    try await scene.note("Say goodbye", in: .review, says: "- [ ] Approve and merge")
                    try scene.edit("Say goodbye", in: .review) { $0.replace("- [ ] Approve and merge", with: "- [x] Approve and merge") }
                    try await scene.note("Say goodbye", reaches: .done)
                    #expect(try await scene.git("rev-parse", "main^2") == feature.tip)
                    #expect(try await scene.history(feature.id).contains("approved by its box"))
                }
            }
        }

        @Test func `two boxes that ask for different things do nothing, and that is said`() async throws {
            try await Scene.with(Self.answers) { scene in
                let base = try await scene.git("rev-parse", "main")
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    try await scene.note("Say goodbye", reaches: .review)
                    try await scene.note("Say goodbye", in: .review, says: "- [ ] Request changes")
                    try scene.edit("Say goodbye", in: .review) {
                        $0 = $0.replacing("- [ ] Approve and merge", with: "- [x] Approve and merge").replacing(
                            "- [ ] Request", with: "- [x] Request")
                    }
                    try await scene.note("Say goodbye", in: .review, says: "two boxes were ticked that ask for different things")
                    try await scene.note("Say goodbye", in: .review, says: "- [ ] Approve and merge")
                    #expect(try await scene.git("rev-parse", "main") == base)
                }
            }
        }

        @Test func `a stale tick does nothing and says so`() async throws {
            let comment = ["hello/farewell.py": "def farewell(name):\n    return f\"Goodbye, {name}\"  # thanks\n"]
            try await Scene.with(Self.answers + [.coder(run: 2, writes: comment, mends: 1)]) { scene in
                let base = try await scene.git("rev-parse", "main")
                try await scene.whileServing {
                    try scene.write(Hello.farewell, "Say goodbye", in: .planned)
                    let first = try await scene.note("Say goodbye", reaches: .review)
                    let box = "<!-- ferry:box approve run-1 \(first.tip?.prefix(12) ?? "") -->"
                    try await scene.note("Say goodbye", in: .review, says: box)
                    try scene.edit("Say goodbye", in: .review) { $0.replace("<!-- ferry:begin", with: "## Feedback\nA comment.\n\n<!-- ferry:begin") }
                    try scene.move("Say goodbye", .review, .planned)
                    let second = try await scene.note("Say goodbye", reaches: .review)
                    let fresh = "<!-- ferry:box approve run-2 \(second.tip?.prefix(12) ?? "") -->"
                    try await scene.note("Say goodbye", in: .review, says: fresh)
                    // An old buffer, ticked where the first run's box was.
                    try scene.edit("Say goodbye", in: .review) {
                        $0.replace("- [ ] Approve and merge \(fresh)", with: "- [x] Approve and merge \(box)")
                    }
                    try await scene.note("Say goodbye", in: .review, says: "belongs to another run or commit")
                    try await scene.note("Say goodbye", in: .review, says: "- [ ] Approve and merge \(fresh)")
                    #expect(try await scene.record("Say goodbye")?.isApproved == false)
                    #expect(try await scene.git("rev-parse", "main") == base)
                }
            }
        }
    }
}
