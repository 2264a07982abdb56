internal import FerryVault
internal import SystemPackage

/// Gives any bytes to every reader and writer of notes and traps where a promise is broken. Reading never fails; writing is refused or changes
/// nothing but Ferry's own, and a second writing finds nothing to do.
package enum NoteExercise {
    /// First bytes that together try every part.
    package static let parts: [UInt8] = [0, 2, 10, 18, 26, 34, 42, 3, 5, 6, 7]

    /// The first byte says which part is tried, the rest is the note.
    package static func run(_ input: some Collection<UInt8>) {
        guard let kind = input.first else { return }
        let note = Array(input.dropFirst())
        switch kind & 7 {
        case 0, 1: read(note, prefix: kind < 128 ? "" : "ferry_")
        case 2: readOwn(note, which: kind >> 3)
        case 3, 4: splice(note, which: kind >> 3)
        case 5: block(note)
        case 6: merge(note)
        default: name(note)
        }
    }

    private static func read(_ bytes: [UInt8], prefix: String) {
        let note = FeatureNote(parsing: bytes, path: "10_features/03_planned/a.md", prefix: prefix)
        let lines = bytes.count { $0 == 0x0A } + 1
        for fault in note.faults { expect((1...lines).contains(fault.line ?? 1) && !fault.remedy.isEmpty, "a fault names line and remedy: \(fault)") }
        expect((1...5).contains(note.priority), "a priority is from 1 to 5")
    }

    private static func readOwn(_ bytes: [UInt8], which: UInt8) {
        let note = NoteBytes(bytes)
        let faults =
            switch which % 6 {
            case 0: SettingsNote(note).faults
            case 1: AgentNote(note, path: "20_agents/a.md").faults
            case 2: RuleNote(note, path: "30_review_rules/a.md").faults
            case 3:
                RepositoryNote(note, path: "80_repositories/a.md", offLimits: OffLimits(home: "/home/a", vault: "/home/a/vault", ferry: [])).faults
            case 4: PriceNote(note).faults
            default: KeyFile(parsing: bytes, path: "keys.yaml").faults
            }
        for fault in faults { expect(!fault.remedy.isEmpty, "a fault has a remedy: \(fault)") }
    }

    private static func splice(_ bytes: [UInt8], which: UInt8) {
        let keys: [(key: String, value: FlatValue)] = [
            ("id", .text("FR-012")), ("status", .text(which & 1 == 0 ? "planned" : "a: \"b' #c\n")), ("cost_usd", .number("1.50")),
        ]
        if let refusal = FeatureNote.refusalToWrite(into: bytes) {
            let lines = bytes.count { $0 == 0x0A } + 1
            expect((1...lines).contains(refusal.line ?? 1) && !refusal.remedy.isEmpty, "a refusal names line and remedy: \(refusal)")
        }
        guard let written = try? FrontMatterSplice.setting(keys, in: bytes) else { return }
        expect((try? FrontMatterSplice.setting(keys, in: written)) == written, "a second splice changes nothing")
        let before = NoteBytes(bytes)
        let after = NoteBytes(written)
        expect(written.reversed().starts(with: body(bytes, before).reversed()), "the body is as it was")
        let ours = Set(keys.map(\.key))
        let others = { (note: NoteBytes) in (note.frontMatter?.entries ?? []).map(\.key).filter { !ours.contains($0) } }
        expect(others(before) == others(after), "all other keys are there")
        for key in ours { expect(after.frontMatter?.entries.count { $0.key == key } == 1, "each key is there once") }
        if let removed = try? FrontMatterSplice.removing(ours, from: written) {
            expect(others(NoteBytes(removed)) == others(before), "taking Ferry's keys away leaves all others")
        }
    }

    /// What is below the front matter, found by another way than Ferry's own.
    private static func body(_ bytes: [UInt8], _ note: NoteBytes) -> ArraySlice<UInt8> {
        guard note.frontMatter != nil else { return bytes.dropFirst(bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0) }
        var rest = bytes.drop { $0 != 0x0A }.dropFirst()
        while !rest.isEmpty {
            let line = rest.prefix { $0 != 0x0A }
            rest = rest.dropFirst(line.count + 1)
            let isFence =
                line.starts(with: "---".utf8) && line.dropFirst(3).dropLast(line.last == 0x0D ? 1 : 0).allSatisfy { $0 == 0x20 || $0 == 0x09 }
            if isFence { return rest }
        }
        return []
    }

    private static func block(_ bytes: [UInt8]) {
        let before = NoteBytes(bytes)
        let had = FerryBlock.read(before, MarkdownBody(before)) != nil
        guard let written = try? FerryBlock.setting(content, in: bytes) else { return }
        expect(had || written.starts(with: bytes), "a block is put behind all that stands there")
        expect((try? FerryBlock.setting(content, in: written)) == written, "a second writing changes nothing")
        let after = NoteBytes(written)
        let block = FerryBlock.read(after, MarkdownBody(after))
        expect(block?.boxes.count == 1 && block?.kept.isEmpty == true, "the block is read as it was written")
        expect((try? FerryBlock.removing(from: written)) != nil, "what was written can be taken away")
    }

    private static let content: BlockContent = {
        var content = BlockContent()
        content.callouts = [.init(.info, ["At work: run 1"])]
        content.questions = [.init(1, "Which one?")]
        content.boxes = [.init(id: "approve", run: 1, commit: "abc", text: ["Approve"])]
        return content
    }()

    /// The note is cut in three: origin, and two versions made of the pieces.
    private static func merge(_ bytes: [UInt8]) {
        let third = bytes.count / 3
        let base = Array(bytes[..<(2 * third)])
        let mine = Array(bytes[third...])
        let theirs = Array(bytes[..<third] + bytes[(2 * third)...])
        expect(ThreeWayMerge.merge(base: base, mine: mine, theirs: base) == mine, "one side unchanged is the other")
        expect(ThreeWayMerge.merge(base: base, mine: base, theirs: mine) == mine, "one side unchanged is the other")
        let merged = ThreeWayMerge.merge(base: base, mine: mine, theirs: theirs)
        expect(merged == ThreeWayMerge.merge(base: base, mine: theirs, theirs: mine), "both sides count the same")
    }

    private static func name(_ bytes: [UInt8]) {
        _ = bytes.withUnsafeBytes { name in NoteName(name: name, parent: UnsafeRawBufferPointer(rebasing: name.prefix(name.count / 2))) }
        _ = NoteReference(String(decoding: bytes, as: UTF8.self))
    }

    private static func expect(_ holds: Bool, _ promise: @autoclosure () -> String) {
        // A precondition says nothing in a release build.
        if !holds { fatalError("Broken promise: \(promise())") }
    }
}
