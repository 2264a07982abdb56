internal import FerryLLM
internal import FerryModel

/// A transcript as the body of a note in the vault: what each side said, calls with their results, and the sums.
package struct TranscriptNote: Sendable {
    /// Lines of one result that are shown; the file outside the vault has them all.
    private static let resultLines = 40
    private static let said = 4_000

    /// Turns any text into Markdown that is inert: it closes no fence or block, runs nothing, forges nothing.
    private let inert: @Sendable (String) -> String

    /// `inert` makes the text of agents and tools harmless; it returns whole lines of Markdown (a fenced block).
    package init(inert: @escaping @Sendable (String) -> String) { self.inert = inert }

    /// Markdown, ending with a newline. `record` says where the full text lies.
    package func render(_ entries: [TranscriptEntry], record: String) -> String {
        var parts = [summary(of: entries, record: record)]
        for entry in entries { parts += part(for: entry) }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private func summary(of entries: [TranscriptEntry], record: String) -> String {
        var turns = 0
        var calls = 0
        var usage = ModelUsage()
        var cost: Money? = .zero
        for entry in entries {
            switch entry.event {
            case .answered(_, _, _, let used, let price, _, _):
                turns += 1
                usage = usage + used
                cost = Self.sum(cost, price)
            case .failed(_, _, let used, let price):
                usage = usage + used
                cost = Self.sum(cost, price)
            case .result: calls += 1
            case .began, .said, .ended: break
            }
        }
        let price = cost.map { "\($0) USD" } ?? "price unknown"
        let sums = "\(turns) turns · \(calls) tool calls · \(usage.input) tokens in, \(usage.output) out · \(price)"
        return "\(sums)\n\nThe full text: `\(Self.code(record))`"
    }

    private static func sum(_ left: Money?, _ right: Money?) -> Money? {
        guard let left, let right else { return nil }
        return left + right
    }

    private func part(for entry: TranscriptEntry) -> [String] {
        switch entry.event {
        case .began(let role, let model, let conversation, _, let tools):
            let again = conversation > 1 ? ", conversation \(conversation)" : ""
            let names = tools.map(Self.plain).joined(separator: ", ")
            return ["## \(Self.plain(role))\(again)", "\(entry.at) · `\(Self.code(model))` · tools: \(names)"]
        case .said(let text): return ["**Ferry**", inert(Self.cut(text))]
        case .answered(let turn, let message, let stop, let usage, let cost, let seconds, _):
            let price = cost.map { "\($0) USD" } ?? "price unknown"
            let note = stop == .done || stop == .tools ? "" : " · \(stop.rawValue)"
            let head = "### Turn \(turn)\n\n\(usage.input) tokens in, \(usage.output) out · \(price) · \(Self.time(seconds))\(note)"
            return [head] + message.blocks.compactMap(part)
        case .failed(let turn, let reason, _, let cost):
            return ["### Turn \(turn): no answer\n\n\(cost.map { "\($0) USD" } ?? "price unknown")", inert(Self.cut(reason))]
        case .result(_, _, _, let summary, let text, let isError, let seconds):
            let mark = isError ? "mistake" : "result"
            return ["**\(mark)** of `\(Self.code(summary))` · \(Self.time(seconds))", inert(Self.middle(text))]
        case .ended(let outcome): return ["## End", inert(Self.cut(outcome))]
        }
    }

    private func part(for block: AssistantMessage.Block) -> String? {
        switch block {
        case .text(let text): text.isEmpty ? nil : inert(Self.cut(text))
        case .thinking(let text): text.isEmpty ? nil : "*thinking*\n\n\(inert(Self.cut(text)))"
        case .toolCall(let call): "**call** of `\(Self.code(call.name))`\n\n\(inert(Self.cut(call.arguments)))"
        case .opaque: nil
        }
    }

    private static func time(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10) s" }

    private static func cut(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > said else { return text }
        return String(scalars.prefix(said)) + "\n[… \(text.utf8.count) bytes in all …]"
    }

    /// The first and the last lines.
    private static func middle(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > resultLines else { return cut(text) }
        let half = resultLines / 2
        let shown = lines.prefix(half) + ["[… \(lines.count - resultLines) lines …]"] + lines.suffix(half)
        return cut(shown.joined(separator: "\n"))
    }

    /// `<%` would run in Templater wherever it stands.
    private static let codeMarks: [Character: Character] = ["\n": " ", "\t": " ", "`": "'", "<": "‹", ">": "›"]

    /// For a code span: one line without backticks.
    private static func code(_ text: String) -> String {
        let line = SafeText.make(text).map { Self.codeMarks[$0] ?? $0 }
        return String(line.prefix(200))
    }

    /// For running text: letters, digits and a few marks.
    private static func plain(_ text: String) -> String {
        String(text.unicodeScalars.filter { $0.properties.isAlphabetic || "0123456789 -_".unicodeScalars.contains($0) }.map(Character.init))
    }
}
