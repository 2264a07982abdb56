internal import FerryVault
internal import SystemPackage
internal import Testing

struct NoteNameTests {
    @Test(arguments: ["a.md", "A Feature.MD", "sub/deep/a.md", "FR-001 x.md", "café.md"])
    func `Markdown at any depth is a note`(_ path: String) { #expect(NoteName(FilePath(path)) == .note) }

    @Test(arguments: [
        "README.md", "readme.md", "a.txt", "a.md~", ".a.md", ".obsidian/a.md", ".trash/a.md", "sub/.hidden/a.md", "~$a.md", "#a.md#", "a.md.tmp",
        "4913",
        "a.md___jb_tmp___", "~syncthing~a.md.tmp", ".syncthing.a.md.tmp", "Topic/Topic.md", ".goutputstream-X.md",
    ])
    func `what editors, sync tools and Obsidian leave is ignored`(_ path: String) { #expect(NoteName(FilePath(path)) == .ignored) }

    @Test(arguments: [
        ("a.sync-conflict-20260102-030405-ABCDEFG.md", "a"), ("a (conflicted copy 2026-01-01 101010).md", "a"),
        ("a (Conflicted copy phone 202601011010).md", "a"), ("a_conflict-20260102-030405.md", "a"), ("a (late save).md", "a"),
    ])
    func `conflict copies are told from notes, with the note that they are of`(_ path: String, _ original: String) {
        #expect(NoteName(FilePath(path)) == .conflictCopy(of: original))
    }

    @Test func `a note in parentheses is no conflict copy`() { #expect(NoteName("a (draft).md") == .note) }
}
