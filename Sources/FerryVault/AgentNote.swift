package import FerryModel

/// An agent: settings above, system prompt below. A note of `20_agents/`.
package struct AgentNote: Hashable, Sendable {
    package enum Backend: String, Hashable, Sendable, CaseIterable {
        case builtin, claude, codex, acp, command
    }

    /// By what an agent program of somebody else's may ask its model.
    package enum Auth: String, Hashable, Sendable, CaseIterable {
        /// A key of Ferry's, which the program never sees.
        case key
        /// The person's own login with the program, lent to it.
        case login
    }

    package enum Effort: String, Hashable, Sendable, CaseIterable {
        case low, medium, high, xhigh, max
    }

    /// The tools of the built-in backend.
    package static let toolNames = ["bash", "read", "edit", "write", "grep", "glob", "finish"]

    /// The roles that every feature needs.
    package static let roles = ["planner", "coder", "tester", "reviewer"]
    /// What `{{…}}` in a prompt may name.
    package static let placeholders = ["base", "repository", "role", "test_command"]

    /// The file's name without `.md`.
    package let name: String
    /// One of `roles`, or a specialist's.
    package let role: String
    /// An alias of the settings or `provider/model`; `nil`: the alias of the feature's tier.
    package let model: String?
    /// Where the note says so.
    package let modelLine: Int?
    package let backend: Backend
    /// Of `toolNames`, in their order; `finish` is always among them.
    package let tools: [String]
    package let maxTurns: Int
    package let maxMinutes: Int
    package let budget: Money?
    package let effort: Effort?
    /// For a backend of somebody else's: the program as a shell would call it; the usual name where the note has none.
    package let command: String?
    /// Folders that the program needs beside the system, as the note has them: `/…` or `~/…`.
    package let toolchains: [String]
    package let auth: Auth
    /// The stages that a specialist joins; empty for the four roles.
    package let stages: [String]
    /// The system prompt, placeholders unfilled.
    package let prompt: String
    package let faults: [NoteFault]

    /// Never fails: what cannot be read has its default and a fault. A note with faults is not to be used.
    package init(_ note: NoteBytes, path: String) {
        var reader = NoteReader(note, path: path, isStrict: true)
        let body = MarkdownBody(note)
        name = NotePath.stem(path)
        role = reader.text("role") ?? ""
        model = reader.text("model")
        modelLine = reader.line(of: "model")
        backend = reader.word("backend", Backend.self) ?? .builtin
        tools = Self.tools(&reader)
        maxTurns = reader.wholeNumber("max_turns", 1...10_000, example: 60) ?? 60
        maxMinutes = reader.wholeNumber("max_minutes", 1...1440, example: 30) ?? 30
        budget = reader.money("budget_usd")
        effort = reader.word("effort", Effort.self)
        command = reader.text("command", such: "write a command on one line")
        toolchains = Self.toolchains(&reader)
        auth = reader.word("auth", Auth.self) ?? .key
        if auth == .login, backend != .claude, backend != .codex {
            reader.fault(reader.line(of: "auth"), "`auth: login` is for the backends claude and codex", "take `auth` out of the note")
        }
        if command == nil, backend == .command || backend == .acp, !reader.hasFault(at: "command") {
            reader.fault(reader.line(of: "backend"), "the backend `\(backend.rawValue)` has no program", "write `command:` with how it is started")
        }
        stages = reader.texts("stages").map(\.text)
        prompt = body.text(body.lineNumbers)
        if role.isEmpty {
            reader.fault(reader.line(of: "role") ?? 1, "the agent has no role", "write `role:` with one of \(Self.roles.joined(separator: ", "))")
        } else if !Self.roles.contains(role), stages.isEmpty {
            let shown = InertText.excerpt(role, limit: 60)
            reader.fault(
                reader.line(of: "role"), "role is `\(shown)`",
                "write one of \(Self.roles.joined(separator: ", ")), or say with `stages` when this specialist works")
        }
        if prompt.isEmpty { reader.fault(nil, "the agent has no instruction", "write its system prompt below the keys") }
        Self.checkPlaceholders(body, &reader)
        faults = reader.finish()
    }

    private static func toolchains(_ reader: inout NoteReader) -> [String] {
        reader.texts("toolchains", such: "write a list of folders such as [~/.local/share/claude]").compactMap { item in
            if item.text.hasPrefix("/") || item.text.hasPrefix("~/") { return item.text }
            reader.fault(item.line, "toolchains is `\(InertText.excerpt(item.text, limit: 120))`", "write a path that begins with `/` or `~/`")
            return nil
        }
    }

    private static func tools(_ reader: inout NoteReader) -> [String] {
        let named = reader.texts("tools")
        guard reader.line(of: "tools") != nil else { return toolNames }
        for (text, line) in named where !toolNames.contains(text) {
            reader.fault(line, "there is no tool `\(InertText.excerpt(text, limit: 60))`", "the tools are \(toolNames.joined(separator: ", "))")
        }
        return toolNames.filter { name in name == "finish" || named.contains { $0.text == name } }
    }

    private static func checkPlaceholders(_ body: MarkdownBody, _ reader: inout NoteReader) {
        for number in body.lineNumbers {
            let line = body.content(ofLine: number).text
            for piece in line.split(separator: "{{", omittingEmptySubsequences: false).dropFirst() {
                guard let end = piece.firstRange(of: "}}") else {
                    reader.fault(number, "a placeholder is not closed", "write `{{name}}`")
                    continue
                }
                let name = piece[..<end.lowerBound].trimmingBlanks
                if !placeholders.contains(name) {
                    let names = placeholders.map { "{{\($0)}}" }.joined(separator: ", ")
                    reader.fault(number, "the placeholder `{{\(InertText.excerpt(name, limit: 60))}}` is unknown", "the placeholders are \(names)")
                }
            }
        }
    }

    /// The prompt with its placeholders filled; a value is text and is not looked through for placeholders again.
    package func prompt(filling values: [String: String]) -> String {
        var result = ""
        for (index, piece) in prompt.split(separator: "{{", omittingEmptySubsequences: false).enumerated() {
            guard index > 0 else {
                result += piece
                continue
            }
            guard let end = piece.firstRange(of: "}}"), let value = values[piece[..<end.lowerBound].trimmingBlanks] else {
                result += "{{" + piece
                continue
            }
            result += value + piece[end.upperBound...]
        }
        return result
    }
}
