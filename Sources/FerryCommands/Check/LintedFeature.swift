internal import FerryModel
internal import FerryVault
internal import SystemPackage

/// One note of a state folder, as far as it can be judged by itself.
struct LintedFeature: Sendable {
    let path: FilePath
    let id: FeatureID?
    let title: String
    /// As written.
    let dependsOn: [String]
    let exclusion: FeatureNote.Exclusion?
    let findings: [NoteFinding]
    /// Of keys that others may object to.
    private let lines: [String: Int]

    init(_ content: [UInt8], path: FilePath, state: FeatureState, prefix: String, knows known: KnownNames) {
        self.path = path
        let note = FeatureNote(parsing: content, path: path, prefix: prefix)
        id = note.id
        title = note.title
        dependsOn = note.dependsOn
        exclusion = note.exclusion
        let bytes = NoteBytes(content)
        lines = Dictionary(
            ["\(prefix)id", "repo", "model", "agent", "depends_on"].compactMap { key in bytes.line(of: key).map { (key, $0) } },
            uniquingKeysWith: { first, _ in first })
        findings = note.exclusion == nil ? Self.findings(note, content, path.string, state, prefix, known, lines) : []
    }

    /// The line of a key.
    func line(of key: String) -> Int? { lines[key] }

    private static func findings(
        _ note: FeatureNote, _ content: [UInt8], _ path: String, _ state: FeatureState, _ prefix: String, _ known: KnownNames, _ lines: [String: Int]
    ) -> [NoteFinding] {
        var findings = note.faults.map(NoteFinding.init)
        if let refusal = FeatureNote.refusalToWrite(into: content, prefix: prefix), !findings.contains(where: { $0.line == refusal.line }) {
            findings.append(.init(.notWritable, path, refusal.line, "Ferry could not write into it: \(refusal.what)", remedy: refusal.remedy))
        }
        if let name = note.repo, let problem = known.problem(withRepository: name) {
            findings.append(.init(.unknownRepo, path, lines["repo"], problem.what, remedy: problem.remedy))
        }
        if let name = note.model, let problem = known.models.problem(with: name) {
            findings.append(.init(.unknownModel, path, lines["model"], problem.what, remedy: problem.remedy))
        }
        if let name = note.agent, let problem = known.problem(withAgent: name) {
            findings.append(.init(.unknownAgent, path, lines["agent"], problem.what, remedy: problem.remedy))
        }
        if state == .blocked { findings += OpenQuestions.of(note, content).map { .init(.openQuestion, path, $0.line, $0.text, remedy: $0.remedy) } }
        if state == .planned, note.isEmpty {
            findings.append(.init(.empty, path, nil, "it is planned and has no text", remedy: "write what is wanted, or move it out of planned"))
        } else if state == .planned, NoteName.isUntitled(FilePath(path)) {
            findings.append(.init(.untitled, path, nil, "it is planned and has no name yet, so Ferry waits", remedy: "rename it"))
        }
        return findings
    }
}

/// The names that features may use.
struct KnownNames: Sendable {
    var repositories: [String]
    var agents: [String]
    var models: ModelNames

    func problem(withRepository name: String) -> (what: String, remedy: String)? {
        if repositories.contains(name) { return nil }
        let near = NearestWords.of(name, among: repositories)
        let remedy =
            repositories.isEmpty
            ? "add one with `ferry init DIR --repo PATH`"
            : near.isEmpty ? "the repositories are \(repositories.joined(separator: ", "))" : "did you mean \(near.joined(separator: ", "))?"
        return ("there is no repository `\(InertText.excerpt(name, limit: 60))`", remedy)
    }

    func problem(withAgent name: String) -> (what: String, remedy: String)? {
        if agents.contains(name) { return nil }
        return ("there is no agent `\(InertText.excerpt(name, limit: 60))`", "the agents are \(agents.joined(separator: ", "))")
    }
}

/// Questions in Ferry's block that nobody has answered.
enum OpenQuestions {
    static func of(_ note: FeatureNote, _ content: [UInt8]) -> [(line: Int, text: String, remedy: String)] {
        guard note.block != nil else { return [] }
        var questions: [(Int, String, String)] = []
        for (index, line) in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            guard line.starts(with: "> [!question] Q".utf8) else { continue }
            let text = String(decoding: line.dropFirst("> [!question] ".utf8.count), as: UTF8.self)
            guard let number = Int(text.dropFirst().prefix(while: \.isNumber)), note.answersByNumber[number] == nil else { continue }
            questions.append(
                (
                    index + 1, "a question waits for an answer: \(InertText.excerpt(text))",
                    "answer it behind `A\(number):`, then move the note to planned"
                ))
        }
        return questions
    }
}
