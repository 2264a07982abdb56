internal import FerryLLM
internal import FerryModel
internal import FerryVault

/// A transcript as the body of a note in the vault: what each side said, calls with their results, and the sums.
/// What agents and tools wrote is inert in it (`InertText`).
package enum TranscriptNote {
    /// Lines of one result that are shown; the record outside the vault has them all.
    private static let resultLines = 40
    /// Bytes of one text.
    private static let textLimit = 4_000

    /// Markdown, ending with a newline. `record` says where the full text lies.
    package static func render(_ entries: [TranscriptEntry], record: String) -> String {
        let text = InertText.page(entries.flatMap(parts)) { "*\($0) parts are left out here; the full text has them.*" }
        return [sums(of: entries), "The full text: \(InertText.code(record))", text].joined(separator: "\n\n") + "\n"
    }

    private static func sums(of entries: [TranscriptEntry]) -> String {
        var turns = 0
        var calls = 0
        var usage = ModelUsage()
        var cost: Money? = .zero
        for entry in entries {
            switch entry.event {
            case .answered(_, _, _, let used, let price, _, _, _):
                turns += 1
                usage = usage + used
                cost = cost.flatMap { sum in price.map { sum + $0 } }
            case .failed(_, _, let used, let price):
                usage = usage + used
                cost = cost.flatMap { sum in price.map { sum + $0 } }
            case .result: calls += 1
            case .began, .said, .ended, .resumed: break
            }
        }
        return "\(turns) turns · \(calls) tool calls · \(line(usage, cost))"
    }

    private static func line(_ usage: ModelUsage, _ cost: Money?) -> String {
        "\(usage.input) tokens in, \(usage.output) out · \(cost.map { "\($0) USD" } ?? "price unknown")"
    }

    private static func parts(of entry: TranscriptEntry) -> [String] {
        switch entry.event {
        case .began(let role, let model, let conversation, _, let tools):
            let again = conversation > 1 ? ", conversation \(conversation)" : ""
            let names = InertText.inline(tools.joined(separator: ", "))
            return ["## \(InertText.inline(role))\(again)", "\(InertText.inline(entry.at)) · \(InertText.code(model)) · tools: \(names)"]
        case .said(let text): return ["**Ferry**", block(text)]
        case .answered(let turn, let message, let stop, let usage, let cost, let seconds, _, _):
            let note = stop == .done || stop == .tools ? "" : " · \(stop.rawValue)"
            return ["### Turn \(turn)", "\(line(usage, cost)) · \(time(seconds))\(note)"] + message.blocks.flatMap(parts)
        case .failed(let turn, let reason, let usage, let cost):
            return ["### Turn \(turn): no answer", line(usage, cost), block(reason)]
        case .result(_, _, _, let summary, let text, let isError, let seconds):
            return ["**\(isError ? "mistake" : "result")** of \(InertText.code(summary)) · \(time(seconds))", block(ends(of: text))]
        case .resumed(let turn): return ["*Ferry was interrupted and went on here, at turn \(turn).*"]
        case .ended(let outcome): return ["## End", block(outcome)]
        }
    }

    private static func parts(of block: AssistantMessage.Block) -> [String] {
        switch block {
        case .text(let text): text.isEmpty ? [] : [Self.block(text)]
        case .thinking(let text): text.isEmpty ? [] : ["*thinking*", Self.block(text)]
        case .toolCall(let call): ["**call** of \(InertText.code(call.name))", Self.block(call.arguments, .json)]
        case .opaque: []
        }
    }

    private static func block(_ text: String, _ language: InertText.Language = .text) -> String {
        String(InertText.block(text, language: language, limit: textLimit).dropLast())
    }

    private static func time(_ seconds: Double) -> String { "\((seconds * 10).rounded() / 10) s" }

    /// The first and the last lines.
    private static func ends(of text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count > resultLines else { return text }
        let half = resultLines / 2
        let shown = lines.prefix(half) + ["[… \(lines.count - resultLines) lines …]"] + lines.suffix(half)
        return shown.joined(separator: "\n")
    }
}
