internal import FerryTestSupport
internal import Foundation
internal import SystemPackage
internal import Testing

@testable internal import FerryVault

/// What holds for every note, checked on generated ones. A failure names the seed of its case; `NoteGenerator(seed:size:)` makes it again.
@Suite(.timeLimit(.minutes(60)))
struct SplicePropertyTests {
    /// 100,000 cases with `FERRY_LONG=1`, else a sample.
    static let cases = ProcessInfo.processInfo.environment["FERRY_LONG"] == "1" ? 100_000 : 3000

    /// Tries a property on all cases; a failing one is tried again with fewer pieces, and the smallest that fails is named.
    private func forAll(_ name: String, cases: Int = Self.cases, _ property: (inout NoteGenerator) throws -> Bool) throws {
        var applied = 0
        for seed in 0..<UInt64(cases) {
            do {
                var generator = NoteGenerator(seed: seed)
                if try property(&generator) { applied += 1 }
            } catch {
                for size in 1...8 {
                    var generator = NoteGenerator(seed: seed, size: size)
                    do { _ = try property(&generator) } catch {
                        Issue.record("\(name): seed \(seed), size \(size): \(error)")
                        return
                    }
                }
                Issue.record("\(name): seed \(seed): \(error)")
                return
            }
        }
        #expect(applied > cases / 8, "\(name): too few cases were not refused: \(applied)")
        print("check-long | \(name) | \(cases) cases, \(applied) written, \(cases - applied) refused or not applicable, none wrong")
    }

    private struct Broken: Error, CustomStringConvertible {
        let description: String
        init(_ what: String, _ note: [UInt8], _ result: [UInt8] = []) {
            description = "\(what)\n\(note.text.debugDescription)\n\(result.text.debugDescription)"
        }
    }

    private func hold(_ condition: Bool, _ what: String, _ note: [UInt8], _ result: [UInt8] = []) throws {
        if !condition { throw Broken(what, note, result) }
    }

    @Test func `setting keys changes nothing else, or is refused with line and remedy`() throws {
        try forAll("splice") { generator in
            let before = generator.note()
            let values = Self.values(&generator)
            let after: [UInt8]
            do { after = try FrontMatterSplice.setting(values, in: before) } catch let refusal as NoteRefusal {
                let lines = before.count { $0 == .lineFeed } + 1
                try hold(refusal.line.map { (1...lines).contains($0) } ?? before.isEmpty && !refusal.remedy.isEmpty, "no line: \(refusal)", before)
                return false
            }
            try hold(Self.withoutOurs(values, before, after), "other bytes changed", before, after)
            try hold(Oracle(before).agrees(with: Oracle(after), but: Dictionary(uniqueKeysWithValues: values)), "the oracle differs", before, after)
            try hold((try? FrontMatterSplice.setting(values, in: after)) == after, "a second splice writes", before, after)
            return true
        }
    }

    @Test func `setting Ferry's block changes nothing else, or is refused`() throws {
        try forAll("block") { generator in
            let before = generator.note()
            let content = Self.content(&generator)
            let old = FerryBlock.read(NoteBytes(before), MarkdownBody(NoteBytes(before)))
            guard let after = try? FerryBlock.setting(content, in: before) else { return false }
            let new = try #require(FerryBlock.read(NoteBytes(after), MarkdownBody(NoteBytes(after))))
            let head = old?.region.lowerBound ?? before.count
            let tail = before[(old?.region.upperBound ?? before.count)...]
            try hold(after.starts(with: before[..<head]) && after.suffix(tail.count).elementsEqual(tail), "other bytes changed", before, after)
            for line in old?.kept ?? [] where !line.isEmpty { try hold(after.text.contains(line), "a line of the person's is gone", before, after) }
            for answer in old?.answers.values.flatMap({ $0.split(separator: "\n") }) ?? [] {
                try hold(after.text.contains(answer), "an answer is gone", before, after)
            }
            try hold(new.boxes.map(\.id) == content.boxes.map(\.id), "the boxes are not read back", before, after)
            let above = MarkdownBody(NoteBytes(before)).headings.filter { $0.line < new.lines.lowerBound }
            try hold(MarkdownBody(NoteBytes(after)).headings.filter { $0.line < new.lines.lowerBound } == above, "headings changed", before, after)
            try hold((try? FerryBlock.setting(content, in: after)) == after, "a second writing writes", before, after)
            let removed = try FerryBlock.removing(from: after)
            if old == nil { try hold(Self.isBeginning(removed, of: before), "taking it away changes the text", before, removed) }
            return true
        }
    }

    @Test func `keys and block together come and go without a trace in the text`() throws {
        try forAll("keys and block") { generator in
            let before = generator.note()
            let values = Self.values(&generator)
            guard let after = try? FrontMatterSplice.setting(values, in: FerryBlock.setting(Self.content(&generator), in: before)) else {
                return false
            }
            try hold(FeatureNote.refusalToWrite(into: before) == nil || Self.holdsAll(values, before), "the dry run says otherwise", before, after)
            let note = FeatureNote(parsing: before, path: "a.md")
            let read = FeatureNote(parsing: after, path: "a.md")
            // What a person wrote within the block stands below it now, and counts.
            guard note.block?.kept.isEmpty ?? true else { return true }
            try hold(
                note.phases.map(\.title) == read.phases.map(\.title) && note.testCommands == read.testCommands, "sections changed", before, after)
            return true
        }
    }

    @Test func `a merge of three loses no line and makes none up`() throws {
        try forAll("merge") { generator in
            // Lines that are all different show what is lost; equal ones are harder to tell apart.
            let isUnique = generator.random.chance(2)
            let base = generator.random.lines(isUnique ? "base" : nil)
            let mine = generator.random.edited(base, isUnique ? "mine" : nil)
            let theirs = generator.random.edited(base, isUnique ? "theirs" : nil)
            let texts = [base, mine, theirs].map { Array($0.joined().utf8) }
            let story = Array("\(base)\n\(mine)\n\(theirs)".utf8)
            try hold(ThreeWayMerge.merge(base: texts[0], mine: texts[1], theirs: texts[0]) == texts[1], "unchanged theirs", story)
            try hold(ThreeWayMerge.merge(base: texts[0], mine: texts[0], theirs: texts[2]) == texts[2], "unchanged mine", story)
            try hold(ThreeWayMerge.merge(base: texts[0], mine: texts[1], theirs: texts[1]) == texts[1], "the same change", story)
            let merged = ThreeWayMerge.merge(base: texts[0], mine: texts[1], theirs: texts[2])
            try hold(merged == ThreeWayMerge.merge(base: texts[0], mine: texts[2], theirs: texts[1]), "sides differ", story, merged ?? [])
            guard let merged else { return false }
            let result = merged.split(separator: .lineFeed, omittingEmptySubsequences: false).dropLast().map { Array($0).text + "\n" }
            try hold(Set(result).isSubset(of: Set(mine).union(theirs)), "a line is made up", story, merged)
            guard isUnique else { return true }
            let kept = Set(base).intersection(mine).intersection(theirs)
            let expected = kept.union(Set(mine).subtracting(base)).union(Set(theirs).subtracting(base))
            try hold(Set(result) == expected && result.count == expected.count, "a line is lost, or there twice", story, merged)
            for side in [mine, theirs] {
                try hold(side.filter(expected.contains) == result.filter(Set(side).contains), "the order changed", story, merged)
            }
            return true
        }
    }

    // MARK: Parts

    private static func values(_ generator: inout NoteGenerator) -> [(key: String, value: FlatValue)] {
        let all: [(key: String, value: FlatValue)] = [
            ("id", .text("FR-012")),
            ("status", .text(generator.random.pick(["planned", "in_progress", "it's: \"x\" #y", "true", "a\nb\u{2028}", ""]))),
            ("branch", .text("ferry/FR-012-slug")), ("pr", .text("https://example.org/pull/1")), ("cost_usd", .number("1.50")),
        ]
        let chosen = all.filter { _ in !generator.random.chance(3) }
        return chosen.isEmpty ? [all[1]] : chosen
    }

    private static func content(_ generator: inout NoteGenerator) -> BlockContent {
        var content = BlockContent()
        content.callouts = [.init(.info, ["At work"], lines: [["text ", .code("x|y")]])]
        if generator.random.chance(2) { content.questions = [.init(1, "Which?")] }
        if generator.random.chance(2) { content.boxes = [.init(id: "approve", run: 1, commit: "abc", text: ["Approve"])] }
        if generator.random.chance(2) { content.rows = [.init("Tests", ["passed"])] }
        return content
    }

    private static func holdsAll(_ values: [(key: String, value: FlatValue)], _ note: [UInt8]) -> Bool {
        // What stands there already is not written, however odd it is written.
        values.count < 5 || NoteBytes(note).frontMatter != nil
    }

    /// Whether the text is the note's but for line ends and blanks at its end.
    private static func isBeginning(_ text: [UInt8], of note: [UInt8]) -> Bool { text.trimmed == note.trimmed }

    /// Whether two notes are equal once the lines with our keys are out, and in those lines all before the value, and any comment.
    private static func withoutOurs(_ values: [(key: String, value: FlatValue)], _ before: [UInt8], _ after: [UInt8]) -> Bool {
        let keys = values.map(\.key)
        guard let old = NoteBytes(before).frontMatter else {
            guard let new = NoteBytes(after).frontMatter else { return false }
            let mark = before.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
            return new.entries.map(\.key) == keys && after[new.closing.upperBound...].elementsEqual(before[mark...])
        }
        guard let new = NoteBytes(after).frontMatter else { return false }
        // The edits, made again in the other direction.
        var result = after
        for entry in new.entries.reversed() where keys.contains(entry.key) {
            if let was = old.entries.first(where: { $0.key == entry.key }) {
                result.replaceSubrange(was.inline.isEmpty ? entry.afterColon..<entry.inline.upperBound : entry.inline, with: before[was.inline])
                if was.inline.isEmpty, entry.inline.isEmpty { continue }
            } else {
                result.removeSubrange(entry.lines)
            }
        }
        return result == before
    }
}

extension SeededRandom {
    fileprivate mutating func lines(_ name: String?) -> [String] {
        (0..<number(12)).map { "\(name.map { "\($0) " } ?? "")\(name == nil ? number(6) : $0)\n" }
    }

    /// Some lines taken out, some put in: named ones, else ones that may be there already.
    fileprivate mutating func edited(_ lines: [String], _ name: String?) -> [String] {
        var result = lines
        for count in 0..<number(4) {
            if chance(2), !result.isEmpty {
                result.remove(at: number(result.count))
            } else {
                result.insert(name.map { "\($0) \(count)\n" } ?? "\(number(20))\n", at: number(result.count + 1))
            }
        }
        return result
    }
}
