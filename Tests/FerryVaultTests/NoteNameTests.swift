internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import Glibc
internal import SystemPackage
internal import Testing

struct NoteNameTests {
    @Test(arguments: [
        "a.md", "A Feature.MD", "a.Md", "sub/deep/a.md", "2026/a.md", "FR-001 x.md", "café.md", "cafe\u{301}.md", "👍.md", " a.md", "-rf.md", "a .md",
        "$(touch x).md", "#1 idea.md", "a#b^c|d.md", "a.md.md", "a.b.c.md", "4913.md", "sedaches.md", "XXL-size.md", "tmpfile.md",
        "sub/README of x.md",
        "my readme.md", "merge_conflict-handling.md", "How Syncthing names .sync-conflict- files.md", "What a conflicted copy is.md", "a (draft).md",
        "a (case conflicts).md", "a (sfconflict).md", "Case Conflict.md",
        "a (late saves).md", "note 2.md", "note-LAPTOP.md", "backup~1.md", "tilde~.md", "sediments/a.md", "x.md/a.md", "Topic/Topics.md",
        "Untitled.md",
    ])
    func `Markdown at any depth is a note`(_ path: String) { #expect(NoteName(FilePath(path)) == .note) }

    /// Each name that section 2 of the reference on vaults lists, and the neighbours of each rule.
    @Test(arguments: [
        // No Markdown.
        "a.txt", "a", "md", "a.mdx", "a.markdown", "a.md ", "a.base", "a.canvas",
        // vim, nvim, nano, joe, mg, jed.
        "4913", "note.md~", ".note.md.swp", ".note.md.swo", ".note.md.swx", ".note.md.un~", "note.md.AbCd", ".#note.md", "#note.md#", "#a#",
        // emacs with file-precious-flag, VS Code, GIO, Qt, Kate, JetBrains, LibreOffice, Office.
        "tmpAb12Cd", "settings.vsctmp", ".goutputstream-AB12CD", ".goutputstream-AB12CD.md", "note.md.AbCdEf", ".note.md.kate-swp",
        "note.md___jb_tmp___", "note.md___jb_old___", "note.md___jb_bak___", ".~lock.note.md#", "~$note.md", "~$a.md",
        // sed, perl, git, patch.
        "sedAb12Cd", "XXAb12Cd", ".git/HEAD.md", "note.md.orig", "note.md.rej", "note.orig", "note.md.bak", "note.bak",
        // rsync, rclone, browsers, unison, Syncthing, Nextcloud, iCloud.
        ".note.md.AbCdEf", ".~tmp~/note.md", "note.md.partial", "note.md.part", "note.md.crdownload", "note.md.tmp",
        ".unison.note.md.0123456789abcdef.unison.tmp", ".syncthing.note.md.tmp", ".syncthing.note.md", "~syncthing~note.md.tmp", "~syncthing~note.md",
        ".note.md.~1a2b", ".note.md.icloud", ".stversions/note~20260102-030405.md", ".stfolder/a.md",
        // Obsidian, hidden, Ferry's own.
        ".obsidian/a.md", ".trash/a.md", "sub/.trash/deep/a.md", "sub/.hidden/a.md", ".a.md", ".md", ".ferry-0123456789abcdef", "..md",
        // Folders of backups and broken transfers.
        "old.bak/a.md", "a~/b.md", "~syncthing~x/a.md", "x.partial/a.md",
        // Never features.
        "README.md", "readme.md", "sub/ReadMe.MD", "Topic/Topic.md", "sub/Topic/Topic.md", "03_planned/03_planned.MD",
    ])
    func `what editors, sync tools and Obsidian leave is ignored`(_ path: String) { #expect(NoteName(FilePath(path)) == .ignored) }

    @Test(arguments: [
        ("a.sync-conflict-20260102-030405-ABCDEFG.md", "a"),
        ("a b.sync-conflict-20260102-030405-ABCDEFG.sync-conflict-20260103-030405-ABCDEFG.md", "a b"),
        ("a.sync-conflict-20150102-030405.md", "a"), ("a (conflicted copy 2026-01-01 101010).md", "a"),
        ("a (conflicted copy anna 2026-01-01 101010).md", "a"), ("a (Anna's conflicted copy 2026-01-01).md", "a"),
        ("a (Anna (Mac)'s Conflicted Copy 2026-01-01) (1).md", "a"), ("a (Conflicted copy phone 202601011010).md", "a"),
        ("a (draft) (Conflicted copy phone 202601011010).md", "a (draft)"), ("sub/a_conflict-20260102-030405.MD", "a"),
        ("a_conflict-anna-20260102-030405.md", "a"), ("a (late save).md", "a"), ("a (late save 2).md", "a"), ("a (ferry recovered).md", "a"),
        ("a (ferry recovered 2026-01-01).md", "a"), ("a (your edit).md", "a"), ("a(conflicted copy 2026-01-01 101010).md", "a"),
        ("a (Case Conflict).md", "a"), ("a (case conflict 1).md", "a"), ("a (Selective Sync Conflict).md", "a"),
        ("a (Unicode Encoding Conflict).md", "a"), ("a (SFConflict anna@example.org 2026-01-01-10-10-10).md", "a"),
    ])
    func `conflict copies are told from notes, with the note that they are of`(_ path: String, _ original: String) {
        #expect(NoteName(FilePath(path)) == .conflictCopy(of: original))
    }

    @Test func `names are bytes: no UTF-8, a line break, NFC beside NFD, 255 bytes`() throws {
        let broken = try #require(FilePath.Component(bytes: [0x66, 0xFF, 0x0A, 0x2E, 0x6D, 0x64]))
        #expect(NoteName(FilePath(root: nil, [broken])) == .note)
        let hidden = try #require(FilePath.Component(bytes: [0x2E, 0xFF, 0x2E, 0x6D, 0x64]))
        #expect(NoteName(FilePath(root: nil, [hidden])) == .ignored)
        // One spelling of é in the folder, the other in the note: two names.
        #expect(NoteName("café/cafe\u{301}.md") == .note)
        #expect(NoteName("cafe\u{301}/cafe\u{301}.md") == .ignored)
        #expect(NoteName(FilePath(String(repeating: "x", count: 252) + ".md")) == .note)
        #expect(NoteName("") == .ignored)
    }

    @Test func `a name is judged with its folder's name alone, without a path`() {
        func judged(_ name: String, in parent: String) -> NoteName {
            Array(name.utf8).withUnsafeBytes { name in Array(parent.utf8).withUnsafeBytes { NoteName(name: name, parent: $0) } }
        }
        #expect(judged("Topic.md", in: "Topic") == .ignored)
        #expect(judged("Topic.md", in: "") == .note)
        #expect(judged("", in: "") == .ignored)
        #expect(judged(".md", in: "") == .ignored)
        #expect(judged("Topic (your edit).md", in: "Topic") == .conflictCopy(of: "Topic"))
    }

    @Test(arguments: ["Untitled.md", "Untitled 2.md", "untitled kanban.md", "sub/Untitled.md"])
    func `a note without a name yet is told by Untitled`(_ path: String) { #expect(NoteName.isUntitled(FilePath(path))) }

    @Test func `other names are names`() { #expect(!NoteName.isUntitled("Titled.md") && !NoteName.isUntitled("Untitled/a.md")) }

    @Test(arguments: [
        ".a.md.swp", ".a.md.swo", ".a.md.swn", ".a.md.swx", ".a.md.kate-swp", ".#a.md", ".~lock.a.md#",
    ])
    func `a lock or swap file says that the note is open, also one that is a link to nowhere`(_ lock: String) async throws {
        try await withScratch(["a.md": "x", "b.md": "x"]) { folder in
            func isOpen(_ note: String) -> Bool { NoteName.isOpenInEditor(folder.appending(note)) { (try? FileStatus(of: $0)) != nil } }
            #expect(!isOpen("a.md"))
            try #require(symlink("anna@host.4711:1700000000", folder.appending(lock).string) == 0)
            #expect(isOpen("a.md"))
            #expect(!isOpen("b.md"))
            #expect(!isOpen(String(repeating: "x", count: 252) + ".md"))
        }
    }

    @Test func `what Ferry keeps beside a note has the note's bytes and is a conflict copy of it`() throws {
        for copy in KeptCopy.allCases {
            #expect(copy.name(for: "a b.md").string == "a b (\(copy.rawValue)).md")
            #expect(copy.name(for: "a.MD", number: 2).string == "a (\(copy.rawValue) 2).md")
            #expect(NoteName(FilePath(root: nil, [copy.name(for: "a.md", number: 7)])) == .conflictCopy(of: "a"))
        }
        let broken = try #require(FilePath.Component(bytes: [0x66, 0xFF, 0x2E, 0x6D, 0x64]))
        #expect(KeptCopy.lateSave.name(for: broken).withBytes { Array($0) } == [0x66, 0xFF] + Array(" (late save).md".utf8))
        let long = try #require(FilePath.Component(String(repeating: "é", count: 126) + ".md"))
        let kept = KeptCopy.lateSave.name(for: long)
        #expect(kept.string == String(repeating: "é", count: 120) + " (late save).md")
        #expect(kept.withBytes { $0.count } <= 255)
    }
}
