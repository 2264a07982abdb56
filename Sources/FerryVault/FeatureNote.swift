package import FerryModel
package import SystemPackage

/// A feature: any Markdown. All that Ferry recognises in it is optional; unknown keys are the person's own.
package struct FeatureNote: Hashable, Sendable {
    /// A part of the plan, from `## Phases`.
    package struct Phase: Hashable, Sendable {
        /// Without `Phase 1:`.
        package let title: String
        package let text: String
        package let line: Int
    }

    /// A line or script of `## Testing` that Ferry runs.
    package struct TestCommand: Hashable, Sendable {
        package let script: String
        /// The script's first line in the note.
        package let line: Int
    }

    package let id: FeatureID?
    package let title: String
    package let repo: String?
    /// 1 first, 5 last.
    package let priority: Int
    /// As written: an id, or a note's name.
    package let dependsOn: [String]
    package let budget: Money?
    package let model: String?
    package let agent: String?
    package let autonomy: String?

    /// What Ferry acknowledged last, or a person edited; `nil` also for a word that is no state (then there is a fault).
    package let status: FeatureState?
    package let branch: String?
    package let pr: String?
    package let cost: Money?

    package let filesToModify: [PathPattern]
    package let filesNotToTouch: [PathPattern]
    package let phases: [Phase]
    /// Text of `## Implementation plan`; empty if there is none.
    package let implementationPlan: String
    package let tests: [TestCommand]
    /// Steps of `## Testing` in prose, for the person.
    package let testBoxes: [String]
    package let definitionOfDone: [String]
    /// Text of `## Feedback`; empty if there is none.
    package let feedback: String
    /// By question number, from the block and from `## Questions`.
    package let answersByNumber: [Int: String]
    /// Ferry's block, if it is intact.
    package let block: FerryBlock?
    /// The note as agents are given it: without front matter and without Ferry's block.
    package let textForAgents: String
    /// Why the note is no feature although its name is a note's; `nil` for a feature.
    package let exclusion: Exclusion?
    package let faults: [NoteFault]

    /// What else a note can be.
    package enum Exclusion: String, Hashable, Sendable {
        case kanban, excalidraw, templater
        /// `ferry: ignore`
        case ignored
    }

    /// Never fails. `prefix` is the setting `property_prefix`: it stands before the keys that Ferry writes.
    package init(parsing bytes: [UInt8], path: FilePath, prefix: String = "") {
        let whole = NoteBytes(bytes)
        var reader = NoteReader(whole, path: path.string, isStrict: false)
        block = Self.block(whole, &reader)
        // The block stands at the end of the person's last section, and is none of its text.
        let note = block.map { NoteBytes($0.blanked(in: bytes)) } ?? whole
        let body = MarkdownBody(note)
        id = Self.id(&reader, prefix)
        title = reader.text("title") ?? body.headings.first(where: { !$0.text.isEmpty })?.text ?? NotePath.stem(path.string)
        repo = reader.reference("repo")
        priority = reader.wholeNumber("priority", 1...5, example: 3) ?? 3
        dependsOn = reader.references("depends_on").map(\.description)
        budget = reader.money("budget_usd")
        model = reader.text("model")
        agent = reader.reference("agent")
        autonomy = reader.text("autonomy")
        status = Self.status(&reader, prefix)
        branch = reader.text("\(prefix)branch")
        pr = reader.text("\(prefix)pr")
        cost = reader.money("\(prefix)cost_usd")
        let sections = FeatureSections(body)
        filesToModify = sections.patterns("Files to modify", &reader)
        filesNotToTouch = sections.patterns("Files not to touch", &reader)
        phases = sections.phases()
        implementationPlan = sections.text("Implementation plan")
        tests = sections.tests(&reader)
        testBoxes = sections.testBoxes()
        definitionOfDone = sections.items("Definition of done")
        feedback = sections.text("Feedback")
        answersByNumber = sections.answers().merging(block?.answers ?? [:]) { $1 }
        textForAgents = body.text(body.lineNumbers)
        exclusion = Self.exclusion(note, body)
        if body.isTooLarge { reader.fault(nil, "the note is too large to be read", "move its material into other notes and link them", .tooLarge) }
        if !body.isUTF8 {
            reader.fault(nil, "the note is not UTF-8", "save it as UTF-8; characters that cannot be read are shown as \u{FFFD}", .notUTF8)
        }
        faults = reader.finish()
    }

    /// The scripts of `tests`.
    package var testCommands: [String] { tests.map(\.script) }

    package var answersAnything: Bool { !answersByNumber.isEmpty }

    /// The answers as lines `A1: …`, in order.
    package var answers: String { answersByNumber.sorted { $0.key < $1.key }.map { "A\($0.key): \($0.value)" }.joined(separator: "\n") }

    /// Nothing but front matter, Ferry's block and blanks.
    package var isEmpty: Bool { textForAgents.isEmpty }

    static func id(_ reader: inout NoteReader, _ prefix: String) -> FeatureID? {
        guard let text = reader.text("\(prefix)id") else { return nil }
        if let id = FeatureID(text) { return id }
        reader.fault(
            reader.line(of: "\(prefix)id"), "\(prefix)id is `\(InertText.excerpt(text, limit: 60))`",
            "write an id such as FR-012, or remove the line",
            .badID)
        return nil
    }

    static func status(_ reader: inout NoteReader, _ prefix: String) -> FeatureState? {
        guard let text = reader.text("\(prefix)status") else { return nil }
        if let state = FeatureState(spelling: text) { return state }
        reader.fault(
            reader.line(of: "\(prefix)status"), "\(prefix)status is `\(InertText.excerpt(text, limit: 60))`",
            "write one of \(FeatureState.allCases.map(\.rawValue).joined(separator: ", "))", .unknownStatus)
        return nil
    }

    private static func block(_ note: NoteBytes, _ reader: inout NoteReader) -> FerryBlock? {
        // Most notes have none, and Markdown takes the most time of reading one.
        guard FerryBlock.isMentioned(in: note) else { return nil }
        do { return try FerryBlock(of: note, MarkdownBody(note)) } catch {
            reader.fault(error.line, error.what, error.remedy, .damagedBlock)
            return nil
        }
    }

    /// Notes of plugins that rewrite or run their notes, and those that a person took out: as far as the front matter tells.
    static func exclusion(byFrontMatterOf note: NoteBytes) -> Exclusion? {
        let entries = note.frontMatter?.entries ?? []
        if entries.contains(where: { $0.key == "kanban-plugin" }) { return .kanban }
        if entries.contains(where: { $0.key == "excalidraw-plugin" }) { return .excalidraw }
        if let own = entries.first(where: { $0.key == "ferry" }), unquoted(note.bytes[own.inline].text).lowercased() == "ignore" {
            return .ignored
        }
        if let frontMatter = note.frontMatter, note.bytes[frontMatter.content].text.contains("<%") { return .templater }
        return nil
    }

    /// Tools put quotes around words as they like.
    private static func unquoted(_ text: String) -> String {
        guard text.utf8.count > 1, let first = text.first, first == text.last, first == "\"" || first == "'" else { return text }
        return String(text.dropFirst().dropLast())
    }

    private static func exclusion(_ note: NoteBytes, _ body: MarkdownBody) -> Exclusion? {
        if let told = exclusion(byFrontMatterOf: note) { return told }
        // A command at the start of a line; `<%` in the middle of one, or in code, may be what the feature is about.
        let isTemplate = body.lineNumbers.contains { body.content(ofLine: $0).starts(with: "<%".utf8) && !body.isFenced($0) }
        return isTemplate ? .templater : nil
    }
}
