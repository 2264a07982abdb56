@testable internal import FerryCommands
internal import FerryModel
internal import FerryStore
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct FeatureListTests {
    private static let notes = [
        "vault/10_features/05_review/Dark mode.md": "---\nid: FR-012\n---\n# Dark mode\n",
        "vault/10_features/01_ideas/sub/Light mode.md": "# Light mode\n",
        "vault/10_features/02_drafts/board.md": "---\nkanban-plugin: basic\n---\n# Board\n",
        "vault/10_features/06_done/twice.md": "---\nid: FR-013\n---\n", "vault/10_features/07_blocked/twice too.md": "---\nid: FR-013\n---\n",
    ]

    private func find(_ word: String, from folder: String = "", records: [FeatureRecord] = []) async throws -> String {
        var found = ""
        try await VaultFixture.with(Self.notes) { vault in
            found = try FeatureList(vault.view(), records: records).find(word, from: vault.root.pushing(FilePath(folder))).path.string
        }
        return found
    }

    @Test(arguments: ["FR-012", "fr-12", "Dark mode", "dark mode.md", "10_features/05_review/Dark mode.md"])
    func `a feature is found by id, name and path`(word: String) async throws {
        #expect(try await find(word) == "10_features/05_review/Dark mode.md")
    }

    @Test func `a path counts from the folder that the person is in`() async throws {
        #expect(try await find("../05_review/Dark mode.md", from: "10_features/01_ideas") == "10_features/05_review/Dark mode.md")
        #expect(try await find("sub/Light mode.md", from: "10_features/01_ideas") == "10_features/01_ideas/sub/Light mode.md")
    }

    @Test func `an id that is not yet in the note is known from the records`() async throws {
        let known = record(14, .planned, path: "10_features/01_ideas/sub/Light mode.md")
        #expect(try await find("FR-014", records: [known]) == "10_features/01_ideas/sub/Light mode.md")
    }

    @Test func `an unknown name gets the nearest ones`() async throws {
        let error = await #expect(throws: CommandError.self) { try await find("Drak mode") }
        #expect(error?.remedy == "Did you mean Dark mode?")
        let other = await #expect(throws: CommandError.self) { try await find("xyzzy") }
        #expect(other?.remedy.contains("ferry status") == true)
    }

    @Test func `an id that two notes bear is named with both`() async throws {
        let error = await #expect(throws: CommandError.self) { try await find("FR-013") }
        #expect(error?.message.contains("06_done/twice.md") == true && error?.message.contains("07_blocked/twice too.md") == true)
    }

    @Test func `boards and READMEs are no features`() async throws {
        await #expect(throws: CommandError.self) { try await find("board") }
        await #expect(throws: CommandError.self) { try await find("README") }
    }
}
