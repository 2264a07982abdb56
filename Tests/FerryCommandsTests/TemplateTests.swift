@testable internal import FerryCommands
internal import FerryModel
internal import FerryPipeline
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

/// The template as Obsidian and Ferry read it.
@Suite(.timeLimit(.minutes(1)))
struct TemplateTests {
    private var notes: [(path: String, content: String)] { VaultTemplateFiles.files.filter { $0.path.hasSuffix(".md") } }

    @Test func `a new vault has no fault`() async throws {
        try await VaultFixture.with(whole: true) { vault in
            let view = try vault.view()
            let configuration = try await ConfigurationLoader(root: view.root, layout: view.layout, offLimits: view.offLimits, store: nil).load()
            #expect(configuration.faults.map(\.description) == [])
            #expect(view.settings.faults == [])
            let example = try FileContents.read(vault.root.appending("10_features/01_ideas/Example feature.md"))
            #expect(FeatureNote(parsing: example, path: "Example feature.md").faults == [])
        }
    }

    @Test func `base names are one of a kind, but for the READMEs that nothing links to`() {
        let names = VaultTemplateFiles.files.map { FilePath($0.path).lastComponent?.string.lowercased() ?? "" }.filter { $0 != "readme.md" }
        #expect(Set(names).count == names.count)
    }

    @Test func `every link resolves by its bare name to one file`() throws {
        let names = VaultTemplateFiles.files.map { FilePath($0.path) }
        for note in notes {
            // Code is no link: shell tests have double brackets, too.
            let lines = note.content.split(separator: "\n").filter { !$0.hasPrefix(" ") }
            for line in lines {
                for match in line.matches(of: /\[\[(?<target>[^\]|\\#]+)/) {
                    let target = String(match.target)
                    let hits = names.filter { $0.stem == target || $0.lastComponent?.string == target }
                    #expect(hits.count == 1, "\(note.path): [[\(target)]]")
                }
            }
        }
    }

    @Test func `the dashboard of the template gives way to Ferry's words without a trace`() throws {
        let note = try #require(notes.first { $0.path == "90_system/dashboard.md" })
        let written = String(decoding: try Dashboard.updated(Array(note.content.utf8), BlockContent()), as: UTF8.self)
        #expect(written.hasPrefix(note.content.prefix { $0 != "<" } + "<!-- ferry:begin -->\n"))
        #expect(written.hasSuffix("<!-- ferry:end -->\n"))
        #expect(!written.contains("has not looked"))
    }
}
