internal import FerryModel
internal import FerryTestSupport
internal import SystemPackage
internal import Testing

@testable internal import FerryVault

@Suite(.timeLimit(.minutes(1)))
struct FeatureNoteTests {
    private func feature(_ text: String, path: String = "10_features/03_planned/Dark mode.md", prefix: String = "") -> FeatureNote {
        FeatureNote(parsing: Array(text.utf8), path: .init(path), prefix: prefix)
    }

    private let full = """
        ---
        id: FR-012
        title: "Dark mode: the setting"
        repo: "[[shop]]"
        priority: 1
        depends_on: [FR-011, "[[Theme tokens|tokens]]", 80_x/Other.md]
        budget_usd: 2.50
        model: fast
        status: In Progress
        mine: {a: [1, 2]}
        tags: &t [x, y]
        ---
        # Another title

        Intro.

        ## scope:
        ### Files to modify
        - `src/theme/*.css` and `src/app.ts`
        - README.md: the list
        ### Files not to touch
        - `LICENSE`

        ## Phases
        ### Phase 1: Tokens
        First.
        ### Phase 2 - Switch
        Second.

        ## Implementation plan
        Do it.

        ## Testing
        ```sh
        make test
        grep -q dark README.md
        ```
        ```json
        {"no": "command"}
        ```
        - Look at it once.

        ## Definition of done
        - [ ] It is dark.
        - [x] It stays
          dark.

        ## Questions
        Q1 Which colour?
        A1: black
        not grey

        ## Feedback
        Too light.

        <!-- ferry:begin -->
        > [!question] Q2 Which size?
        > A2: large

        - [x] Approve and merge <!-- ferry:box approve run-1 abc1234 -->
        <!-- ferry:end -->

        """

    @Test func `everything that a feature may say is found`() {
        let note = feature(full)
        #expect(note.faults.isEmpty)
        #expect(note.id == FeatureID("FR-012"))
        #expect(note.title == "Dark mode: the setting")
        #expect(note.repo == "shop")
        #expect(note.priority == 1)
        #expect(note.dependsOn == ["FR-011", "Theme tokens", "Other"])
        #expect(note.budget == Money(dollars: 2.5))
        #expect(note.status == .inProgress)
        #expect(note.filesToModify.map(\.description) == ["src/theme/*.css", "src/app.ts", "README.md"])
        #expect(note.filesNotToTouch.map(\.description) == ["LICENSE"])
        #expect(note.phases.map(\.title) == ["Tokens", "Switch"])
        #expect(note.phases.map(\.text) == ["First.", "Second."])
        #expect(note.phases.map(\.line) == [25, 27])
        #expect(note.implementationPlan == "Do it.")
        #expect(note.tests == [.init(script: "make test\ngrep -q dark README.md", line: 35)])
        #expect(note.testBoxes == ["Look at it once."])
        #expect(note.definitionOfDone == ["It is dark.", "It stays dark."])
        #expect(note.feedback == "Too light.")
        #expect(note.answers == "A1: black\nnot grey\nA2: large")
        #expect(note.block?.boxes.map(\.id) == ["approve"])
        #expect(!note.textForAgents.contains("ferry:") && note.textForAgents.hasPrefix("# Another title"))
    }

    @Test func `a two-line note without front matter works`() {
        let note = feature("Add a dark mode\nIt should follow the system.\n")
        #expect(note.title == "Dark mode")
        #expect(note.faults.isEmpty && note.id == nil && note.status == nil && note.priority == 3)
        #expect(note.textForAgents == "Add a dark mode\nIt should follow the system.")
        #expect(feature("# Heading\n\ntext").title == "Heading")
        #expect(feature("Setext\r\n===\r\ntext").title == "Setext")
        #expect(feature("").isEmpty && feature("---\nid: FR-1\n---\n\n").isEmpty)
    }

    @Test func `broken YAML in a key of the person hides none of the others`() {
        let note = feature("---\nid: FR-3\nbroken: @name [\nother: %x\nstatus: planned\n---\nText")
        #expect(note.id == FeatureID("FR-3"))
        #expect(note.faults.isEmpty)
    }

    @Test(arguments: [
        ("priority: high", "f.md:2: priority is `high`; write a whole number such as 3"),
        ("priority: 7", "f.md:2: priority is `7`; write a whole number from 1 to 5"),
        ("budget_usd: lots", "f.md:2: budget_usd is `lots`; write US dollars such as 2.50"),
        ("status: started", "f.md:2: status is `started`; write one of ideas, drafts, planned, in_progress, review, done, blocked"),
        ("id: 12", "f.md:2: id is `12`; write an id such as FR-012, or remove the line"),
        ("title: [a, b]", "f.md:2: title is a list; write a text on one line"),
        ("title: *x", "f.md:2: title uses an anchor, an alias or a tag; write the value itself"),
        ("repo: [a, b]", "f.md:2: repo names 2 notes; name one"),
        ("title: a\ntitle: b", "f.md:3: the key title is there twice; keep one of the two"),
        (
            "title: 'open",
            "f.md:2: the YAML is broken (found unexpected end of stream); mend the YAML; text with `:`, `#`, `@`, `%` or a backtick in it is best put in double quotes"
        ),
    ])
    func `a value that cannot be used is a fault with its line`(_ yaml: String, _ expected: String) {
        let note = feature("---\n\(yaml)\n---\nText", path: "f.md")
        #expect(note.faults.map(\.description) == [expected])
    }

    @Test func `a path that leaves the repository is a fault`() {
        let note = feature("## Scope\n### Files to modify\n- `/etc/passwd`\n- ../x\n- ok.txt\n", path: "f.md")
        #expect(note.faults.map(\.line) == [3, 4])
        #expect(note.filesToModify.map(\.description) == ["ok.txt"])
    }

    @Test func `notes of plugins are no features`() {
        #expect(feature("---\nkanban-plugin: board\n---\n").exclusion == .kanban)
        #expect(feature("---\nexcalidraw-plugin: parsed\n---\n").exclusion == .excalidraw)
        #expect(feature("---\nferry: ignore\n---\n").exclusion == .ignored)
        #expect(feature("---\nferry: \"Ignore\"\n---\n").exclusion == .ignored)
        #expect(feature("---\nferry: 'ignore'\n---\n").exclusion == .ignored)
        #expect(feature("---\ntitle: <% tp.file.title %>\n---\n").exclusion == .templater)
        #expect(feature("<%* await tp.x() %>\n").exclusion == .templater)
        #expect(feature("Render `<% x %>` in EJS.\n```\n<% y %>\n```\n").exclusion == nil)
    }

    @Test func `a prefix keeps Ferry's keys apart from the person's`() {
        let note = feature("---\nstatus: [idea]\nferry-status: review\nferry-id: FR-9\n---\n", prefix: "ferry-")
        #expect(note.faults.isEmpty && note.status == .review && note.id == FeatureID("FR-9"))
    }

    @Test func `an unquoted link is read as the link`() {
        #expect(feature("---\ndepends_on: [[FR-011]]\n---\n").dependsOn == ["FR-011"])
        #expect(feature("---\ndepends_on: FR-1, FR-002\n---\n").dependsOn == ["FR-001", "FR-002"])
        #expect(feature("---\ndepends_on:\n- \"[[a/b/Some note#Part|x]]\"\n---\n").dependsOn == ["Some note"])
    }

    @Test(arguments: [
        ("---\nid: FR-1\nstatus: planned\n---\n# Title\n", nil), ("A line.", nil), ("", nil), ("\n \n", nil), ("---\nstatus: [a]\n---\nx\n", 2),
        ("---\nid: FR-1\ncost_usd: &a 1\n---\nx\n", 3), ("---\nid: x\nid: x\n---\n", 3), ("text\n```\nopen\n", 2), ("---\nid: x\n", 1),
        ("text\n\n<!-- ferry:end -->\n", 3), ("---\n\nkanban-plugin: board\n---\n", 3),
    ])
    func `whether Ferry could write into a note is known without writing`(_ text: String, _ line: Int?) {
        let refusal = FeatureNote.refusalToWrite(into: Array(text.utf8))
        #expect(refusal?.line == line && refusal?.remedy.isEmpty != true, "\(String(describing: refusal))")
    }
}
