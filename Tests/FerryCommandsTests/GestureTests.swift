@testable internal import FerryCommands
internal import FerryModel
internal import FerryPipeline
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct GestureTests {
    private static func note(_ folder: String, _ text: String = "---\nid: FR-001\n---\n# Dark mode\n") -> [String: String] {
        ["vault/10_features/\(folder)/sub/Dark mode.md": text]
    }

    @Test(arguments: [
        (Wish.plan, "01_ideas", "03_planned"), (.go, "02_drafts", "03_planned"), (.approve, "05_review", "06_done"),
        (.reject, "05_review", "02_drafts"),
        (.cancel, "04_in_progress", "02_drafts"), (.retry, "07_blocked", "03_planned"),
    ]) func `a command moves the note, keeps its sub-path and every byte`(wish: Wish, from: String, to: String) async throws {
        try await VaultFixture.with(Self.note(from)) { vault in
            let outcome = try await GestureMaker(view: vault.view()).make(wish, "FR-001")
            #expect(outcome.note == "10_features/\(to)/sub/Dark mode.md")
            #expect(try vault.text(outcome.note) == "---\nid: FR-001\n---\n# Dark mode\n")
            #expect(try !vault.exists("10_features/\(from)/sub/Dark mode.md"))
            #expect(!outcome.isServed)
            #expect(outcome.lines(Style(isColoured: false)).last?.contains("ferry run") == true)
        }
    }

    @Test func `a wrong state is refused with what can be done, and nothing moves`() async throws {
        try await VaultFixture.with(Self.note("01_ideas")) { vault in
            let error = await #expect(throws: CommandError.self) { try await GestureMaker(view: vault.view()).make(.approve, "FR-001") }
            #expect(error?.code == .failed)
            #expect(error?.remedy.contains("ferry plan FR-001") == true)
            let stayed = try vault.exists("10_features/01_ideas/sub/Dark mode.md")
            #expect(stayed)
        }
    }

    @Test(arguments: [(Wish.retry, "05_review"), (.retry, "07_blocked"), (.approve, "05_review"), (.plan, "01_ideas")])
    func `a note that cannot be read is not sent on, and that is why`(wish: Wish, folder: String) async throws {
        try await VaultFixture.with(Self.note(folder)) { vault in
            let path = FilePath("10_features/\(folder)/sub/Dark mode.md")
            let state = try #require(FeatureState.allCases.first { folder.hasSuffix($0.rawValue) })
            try await vault.record([record(1, state, path: path)])
            try #require(chmod(vault.root.pushing(path).string, 0) == 0)
            let error = await #expect(throws: CommandError.self) { try await GestureMaker(view: vault.view()).make(wish, "FR-001") }
            #expect(error?.message.contains("\(path) cannot be read") == true && error?.remedy.contains("chmod") == true)
            #expect(try vault.exists(path.string))
        }
    }

    @Test func `go asks for this version of a note in planned to be started at once, and leaves its dates as they are`() async throws {
        try await VaultFixture.with(Self.note("03_planned")) { vault in
            let path = vault.root.appending("10_features/03_planned/sub/Dark mode.md")
            let before = try FileStatus(of: path)
            let outcome = try await GestureMaker(view: vault.view()).make(.go, "FR-001")
            #expect(try FileStatus(of: path) == before)
            let text = try vault.text(outcome.note)
            #expect(text == "---\nid: FR-001\n---\n# Dark mode\n")
            let folders = try #require(try vault.view().folders)
            #expect(folders.isAskedToGo(ContentHash(of: Array(text.utf8))))
        }
    }

    @Test func `a note is never moved over another`() async throws {
        let files = Self.note("01_ideas").merging(["vault/10_features/03_planned/sub/Dark mode.md": "other"]) { $1 }
        try await VaultFixture.with(files) { vault in
            await #expect(throws: CommandError.self) { try await GestureMaker(view: vault.view()).make(.plan, "FR-001") }
            let other = try vault.text("10_features/03_planned/sub/Dark mode.md")
            #expect(other == "other")
        }
    }

    @Test func `retry in review asks for feedback first`() async throws {
        try await VaultFixture.with(Self.note("05_review")) { vault in
            let error = await #expect(throws: CommandError.self) { try await GestureMaker(view: vault.view()).make(.retry, "FR-001") }
            #expect(error?.code == .asked)
            try write(Self.note("05_review", "---\nid: FR-001\n---\n# Dark mode\n## Feedback\nDarker.\n"), below: vault.scratch)
            #expect(try await GestureMaker(view: vault.view()).make(.retry, "FR-001").to == "planned")
        }
    }

    @Test func `a blocked feature with an open question is not planned before it is answered`() async throws {
        let block = "<!-- ferry:begin -->\n> [!question] Q1 Which blue?\n> A1:\n<!-- ferry:end -->\n"
        try await VaultFixture.with(Self.note("07_blocked", "---\nid: FR-001\n---\n# Dark mode\n\(block)")) { vault in
            try await vault.record([record(1, .blocked, path: "10_features/07_blocked/sub/Dark mode.md") { $0.questions = ["Which blue?"] }])
            let error = await #expect(throws: CommandError.self) { try await GestureMaker(view: vault.view()).make(.plan, "FR-001") }
            #expect(error?.code == .asked)
            #expect(error?.message.contains("Which blue?") == true)
            #expect(error?.remedy.contains("ferry answer FR-001") == true)
        }
    }

    @Test func `the emergency stop is named where work would start`() async throws {
        try await VaultFixture.with(Self.note("01_ideas").merging(["vault/90_system/STOP.md": "x"]) { $1 }) { vault in
            let outcome = try await GestureMaker(view: vault.view()).make(.plan, "FR-001")
            #expect(outcome.isStopped)
            #expect(outcome.lines(Style(isColoured: false)).last?.contains("ferry stop --undo") == true)
        }
    }
}
