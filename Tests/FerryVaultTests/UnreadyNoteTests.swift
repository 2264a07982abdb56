internal import FerryVault
internal import SystemPackage
internal import Testing

struct UnreadyNoteTests {
    private func unready(_ name: String, isEmpty: Bool = false, beside: String...) -> UnreadyNote? {
        UnreadyNote(FilePath("/v/\(name)"), isEmpty: isEmpty) { beside.contains($0.lastComponent?.string ?? "") }
    }

    @Test func `the first reason counts, and a note with a name, a text and no lock is ready`() {
        #expect(unready("a.md") == nil)
        #expect(unready("Untitled.md", isEmpty: true, beside: ".Untitled.md.swp") == .empty)
        #expect(unready("Untitled 3.md", beside: ".Untitled 3.md.swp") == .untitled)
        #expect(unready("a.md", beside: ".a.md.swp") == .open)
        #expect(unready("a.md", beside: ".b.md.swp") == nil)
    }

    /// Each says what a person can do.
    @Test(arguments: [(UnreadyNote.empty, "Write"), (.untitled, "Rename"), (.open, "closed")])
    func `each is told with what ends it`(_ reason: UnreadyNote, _ remedy: String) { #expect(reason.sentence.contains(remedy)) }

    @Test(arguments: [
        "", " \n\t\r\n", "---\npriority: 2\n---\n", "---\nid: FR-001\n---\n\n<!-- ferry:begin -->\n> [!todo] x\n<!-- ferry:end -->\n",
    ])
    func `front matter, Ferry's block and blanks are no text`(_ text: String) {
        #expect(FeatureNote(parsing: Array(text.utf8), path: "a.md").isEmpty)
        #expect(!FeatureNote(parsing: Array((text + "x\n").utf8), path: "a.md").isEmpty)
    }
}
