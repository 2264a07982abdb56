internal import FerryModel
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryVault

/// The quick look at a note's start is of one mind with the parser that reads all of it.
@Suite(.timeLimit(.minutes(Repetitions.count(2, long: 30))))
struct FrontMatterPeekTests {
    /// What `FeatureNote` says, as far as the front matter tells.
    private func told(_ bytes: [UInt8], prefix: String) -> FrontMatterPeek {
        let note = FeatureNote(parsing: bytes, path: "a.md", prefix: prefix)
        var peek = FrontMatterPeek()
        if let id = note.id { peek.setID(id) }
        if let status = note.status { peek.setStatus(status) }
        peek.isExcluded = FeatureNote.exclusion(byFrontMatterOf: NoteBytes(bytes)) != nil
        return peek
    }

    private func peeked(_ bytes: [UInt8], prefix: String, firstRead: Int = FrontMatterPeeker.firstRead) -> FrontMatterPeek? {
        let peeker = FrontMatterPeeker(prefix: prefix)
        return bytes.withUnsafeBytes { bytes in
            let first = UnsafeRawBufferPointer(rebasing: bytes[..<min(firstRead, bytes.count)])
            return peeker.peek(first, isWhole: first.count == bytes.count) ?? peeker.peek(bytes, isWhole: true)
        }
    }

    @Test(arguments: [
        "", "\n", "---", "---\n", "---\n---", "---\n---\n", "--- \n--- \nx", "----\nid: FR-1\n---\n", "# x\n---\nid: FR-1\n---\n",
        "---\nid: FR-001\nstatus: planned\n---\n", "---\r\nid: FR-001\r\nstatus: planned\r\n---\r\n", "\u{FEFF}---\nid: FR-1\n---\n",
        "---\nid: FR-001\n...\nx\n", "---\nid: FR-001\n...\nstatus: done\n---\n", "---\nid: FR-001\n", "---\rid: FR-001\r---\r",
        "---\nid: \"FR-001\"\nstatus: 'In Progress' # c\n---\n", "---\nid: FR-001 # c\nstatus: in-progress#x\n---\n",
        "---\nid: ' FR-001 '\n---\n", "---\nid: FR-0012345678\n---\n", "---\nid: fr-1\n---\n", "---\nid: FR-1-2\n---\n",
        "---\nid: FR-1\nid: FR-2\n---\n", "---\n\"id\": FR-1\n---\n", "---\nid : FR-1\n---\n", "---\nid:FR-1\n---\n",
        "---\nid:\n  FR-1\n---\n", "---\nid: FR-1\n  more\n---\n", "---\nid: >\n  FR-1\n---\n", "---\nid: [FR-1]\n---\n", "---\nid: &a FR-1\n---\n",
        "---\nid: !!str FR-1\n---\n", "---\nid: \"FR\\x2D1\"\n---\n", "---\nid: \"FR-1\n  \"\n---\n",
        "---\ntitle: \"open\nid: FR-1\"\nstatus: done\n---\n",
        "---\ntitle: [a,\nid: FR-1]\nstatus: done\n---\n", "---\ntext: |\n  id: FR-1\nstatus: done\n---\n", "---\nnested:\n  id: FR-1\n---\n",
        "---\n# id: FR-1\nstatus: done\n---\n", "---\ntags:\n  - a\n  - \"b c\"\n- d\nid: FR-1\n---\n",
        "---\ntags: [a, \"b, c\", d-e] # x\nid: FR-1\n---\n",
        "---\nkanban-plugin: basic\nid: FR-1\n---\n", "---\nexcalidraw-plugin: parsed\n---\n", "---\nferry: ignore\n---\n",
        "---\nferry: Ignore # c\n---\n",
        "---\nferry: \"ignore\"\n---\n", "---\nferry:\n  ignore\n---\n", "---\ncreated: <% tp.date.now() %>\nid: FR-1\n---\n", "---\n# <%\n---\n",
        "---\na: b: c\nid: FR-1\n---\n", "---\na: 'it''s'\nid: FR-1\n---\n", "---\na: b\n\tc: d\nid: FR-1\n---\n", "---\n{id: FR-1}\n---\n",
        "---\n? id\n: FR-1\n---\n", "---\n%YAML 1.2\nid: FR-1\n---\n", "---\nstatus: \n---\n", "---\nstatus: null\n---\n", "---\nstatus: ~\n---\n",
        "---\nstatus: nonsense\n---\n", "---\nstatus: DONE\n---\n", "---\nstatus: in  progress\n---\n", "---\ntitel: café\nid: FR-1\n---\n",
        "---\ncafé: x\nid: FR-1\n---\n", "---\nid: FR-1\u{0}\n---\n", "---\na: \u{7F}\nid: FR-1\n---\n", "---\na: - b\nid: FR-1\n---\n",
        "---\na: # b\nid: FR-1\n---\n", "---\na: [b] c\nid: FR-1\n---\n", "---\na: \"b\" c\nid: FR-1\n---\n", "---\na: \"b\"#c\nid: FR-1\n---\n",
        "---\n  id: FR-1\n---\n", "---\n- id: FR-1\n---\n", "---\na: b\n# c\n\n  d\nid: FR-1\n---\n", "---\nid: FR-1\n# c\n  d\n---\n",
        "---\nid: FR-1\n--- x\n---\n", "---\na: [b,\n---\nid: FR-1\n---\n", "---\na: x  # c: d\nid: FR-1\n---\n", "---\na: x:\nid: FR-1\n---\n",
    ])
    func `every shape of front matter is read as the parser reads it`(_ text: String) {
        let bytes = Array(text.utf8)
        for prefix in ["", "ferry_"] {
            #expect(peeked(bytes, prefix: prefix) == told(bytes, prefix: prefix))
            for end in 1...max(1, bytes.count) {
                #expect(peeked(bytes, prefix: prefix, firstRead: end) == told(bytes, prefix: prefix), "cut at \(end)")
            }
        }
    }

    @Test func `front matter that does not end in the first piece is read on`() {
        let long = "---\n" + (0..<2000).map { "key\($0): value\n" }.joined() + "id: FR-7\nstatus: review\n---\n"
        let bytes = Array(long.utf8)
        #expect(peeked(bytes, prefix: "") == told(bytes, prefix: ""))
        #expect(peeked(bytes, prefix: "")?.number == 7)
    }

    @Test func `random front matter is read as the parser reads it`() {
        var random = IndexRandom(seed: 0x5EED)
        let rounds = getenv("FERRY_LONG") != nil ? 400_000 : 8_000
        for round in 0..<rounds {
            let bytes = RandomFrontMatter.bytes(&random)
            let prefix = round % 5 == 0 ? "f-" : ""
            let cut = Int.random(in: 1...max(1, bytes.count), using: &random)
            guard peeked(bytes, prefix: prefix, firstRead: cut) != told(bytes, prefix: prefix) else { continue }
            Issue.record("\(String(decoding: bytes, as: UTF8.self).debugDescription), prefix \(prefix), cut at \(cut)")
            return
        }
    }

    @Test func `the common shapes are read without the parser`() {
        for text in [
            "---\nid: FR-001\ntitle: \"Export: as CSV\"\nstatus: planned\npriority: 2\ntags: [feature, \"a b\"]\ndepends_on:\n  - FR-002\n  - \"[[x]]\"\n---\n# x\n",
            "---\r\nid: FR-001\r\nstatus: done\r\ncreated: 2026-01-02T10:30:00\r\nbranch: ferry/FR-001-x\r\ncost_usd: 1.25\r\n---\r\n",
            "# no front matter\n",
        ] {
            let bytes = Array(text.utf8)
            bytes.withUnsafeBytes { bytes in
                var scan = FrontMatterPeeker.QuickScan(bytes, isWhole: true, idKey: Array("id".utf8), statusKey: Array("status".utf8))
                #expect(scan.run() == .sure, "\(text)")
            }
        }
    }
}

/// Notes made of the pieces that matter, put together without sense.
enum RandomFrontMatter {
    private static let pieces = [
        "id: ", "status: ", "f-id: ", "f-status: ", "ferry: ", "kanban-plugin: ", "title: ", "tags:", "- ", "  ", " ", "\n", "\n", "\n", "\r\n",
        "---\n",
        "---", "...\n", "FR-12", "FR-001", "planned", "In Progress", "ignore", "\"", "'", "[", "]", "{", "}", ",", ":", ": ", "#", " # ", "|\n",
        ">-\n",
        "&a ", "*a", "!t ", "\\", "\t", "%", "<%", "@", "?", "-", "é", "\u{0}", "\r", "null", "~", "a", "b c",
    ].map { Array($0.utf8) }
    private static let lines = [
        "id: FR-7\n", "status: drafts\n", "title: \"a: b\"\n", "tags: [a, b]\n", "tags:\n  - x\n", "note: 'it''s'\n", "# comment\n", "\n",
        "f-id: 'AB-3'\n",
        "f-status: done\n", "ferry: ignore\n", "text: |\n  id: FR-9\n", "more: \"x\n  y\"\n", "created: 2026-01-02\n", "id: \"FR-8\" # c\n",
    ].map { Array($0.utf8) }

    static func bytes(_ random: inout IndexRandom) -> [UInt8] {
        var bytes = Array((Int.random(in: 0..<20, using: &random) == 0 ? "" : "---\n").utf8)
        for _ in 0..<Int.random(in: 0...9, using: &random) {
            let isWhole = Bool.random(using: &random)
            bytes += (isWhole ? lines : pieces).randomElement(using: &random) ?? []
            if isWhole, Int.random(in: 0..<6, using: &random) == 0, !bytes.isEmpty {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = pieces.randomElement(using: &random)?.first ?? 0x20
            }
        }
        if Int.random(in: 0..<10, using: &random) > 0 { bytes += Array("\n---\n".utf8) }
        return bytes + Array("# Body\n\nid: FR-99\n".utf8)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers at every run.
struct IndexRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
