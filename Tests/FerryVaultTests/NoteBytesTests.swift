internal import FerryTestSupport
internal import Testing

@testable internal import FerryVault

@Suite(.timeLimit(.minutes(1)))
struct NoteBytesTests {
    private func keys(_ text: String) -> [String] { NoteBytes(Array(text.utf8)).frontMatter?.entries.map(\.key) ?? ["none"] }

    @Test(arguments: [
        ("---\nid: FR-1\nstatus: planned\n---\nbody\n", ["id", "status"]),
        ("\u{FEFF}---\nid: FR-1\n---\n", ["id"]),
        ("---\r\nid: FR-1\r\nstatus: planned\r\n---\r\nbody\r\n", ["id", "status"]),
        ("--- \t\nid: FR-1\n---  \n", ["id"]),
        ("---\nid: FR-1\n---", ["id"]),
        ("---\n---\n", []),
        ("---\n\n# only a comment\n---\n", []),
        ("---\nid: FR-1\n...\nbody\n", ["id"]),
        ("---\nid: FR-1\n...\nx: y\n---\nbody\n", ["id", "x"]),
        ("---\nid: FR-1\nbody\n", ["none"]),
        ("----\nid: FR-1\n----\n", ["none"]),
        ("text\n---\nid: FR-1\n---\n", ["none"]),
        ("", ["none"]),
        ("---\ntext: |\n  ---\n  status: fake\n\n  more\nstatus: planned\n---\n", ["text", "status"]),
        ("---\ntext: >-2\n  status: fake\nid: x\n---\n", ["text", "id"]),
        ("---\na:\n  status: nested\n  b: [1,\nfake: 2]\nstatus: planned\n---\n", ["a", "status"]),
        ("---\na: \"open\nstatus: fake\nend\"\nstatus: planned\n---\n", ["a", "status"]),
        ("---\na: 'it''s\nstatus: fake'\nb: don't\nstatus: planned\n---\n", ["a", "b", "status"]),
        ("---\na: [x, {y: 1,\nstatus: fake}]\nstatus: planned\n---\n", ["a", "status"]),
        ("---\ntags:\n- a\n- b\nstatus: planned\n---\n", ["tags", "status"]),
        ("---\n\"quoted key\": 1\n'single': 2\nspaced : 3\na:b: 4\n---\n", ["quoted key", "single", "spaced", "a:b"]),
        ("---\nurl: http://x/#y # comment: no\nstatus: planned\n---\n", ["url", "status"]),
        ("---\nb:\n  c: |\n    it's \"open\n  d: 1\nstatus: planned\n---\n", ["b", "status"]),
        ("---\nstatus:idea\nid: x\n---\n", ["id"]),
    ])
    func `top-level keys are found as a person sees them`(_ text: String, _ expected: [String]) {
        #expect(keys(text) == expected)
    }

    @Test func `a note that is not plain front matter says why`() {
        #expect(NoteBytes(Array("---\nid: x\n".utf8)).oddity == .unclosed)
        #expect(NoteBytes(Array("---\rid: x\r---\r".utf8)).oddity == .bareCarriageReturns)
        #expect(NoteBytes([0xFF, 0xFE, 0x2D, 0]).oddity == .zeroBytes)
        #expect(NoteBytes(Array("---\na: ".utf8) + [0xE9] + Array("\n---\n".utf8)).oddity == .notUTF8)
        #expect(NoteBytes(Array("---\n".utf8) + [UInt8](repeating: 97, count: 2 << 20) + Array("\n---\n".utf8)).oddity == .tooLarge)
        #expect(NoteBytes(Array("text ".utf8) + [0xE9]).oddity == nil)
    }

    @Test func `values come with the line on which they stand`() throws {
        let bytes = Array("---\r\na: 1\r\n\r\nlist:\r\n  - x\r\n  - 'y'\r\nnull: ~\r\n---\r\n".utf8)
        let entries = try #require(NoteBytes(bytes).frontMatter).entries
        #expect(try YAMLReader.value(of: entries[0], in: bytes) == NoteValue(line: 2, content: .text("1")))
        let list = NoteValue(line: 5, content: .list([NoteValue(line: 5, content: .text("x")), NoteValue(line: 6, content: .text("y"))]))
        #expect(try YAMLReader.value(of: entries[1], in: bytes) == list)
        #expect(try YAMLReader.value(of: entries[2], in: bytes).content == .empty)
    }

    @Test func `an alias bomb and deep nesting are refused before the parser sees them`() throws {
        let bomb =
            "---\na: [&a [x,x], &b [*a,*a]]\nb: " + String(repeating: "[", count: 2000) + "\n" + String(repeating: "]", count: 2000) + "\n---\n"
        let bytes = Array(bomb.utf8)
        let entries = try #require(NoteBytes(bytes).frontMatter).entries
        #expect(throws: YAMLReader.Failure.self) { try YAMLReader.value(of: entries[0], in: bytes) }
        #expect(entries.count == 2)
        #expect(throws: YAMLReader.Failure.self) { try YAMLReader.value(of: entries[1], in: bytes) }
        let dashes = Array(("---\nc: \n " + String(repeating: "- ", count: 900) + "x\n---\n").utf8)
        let entry = try #require(NoteBytes(dashes).frontMatter?.entries.first)
        #expect(entry.shape == .tooDeep)
    }
}
