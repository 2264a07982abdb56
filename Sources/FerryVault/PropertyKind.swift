/// What Obsidian takes a property's value for; the kinds of its `types.json`.
package enum PropertyKind: String, Hashable, Sendable {
    case text, number, checkbox, date
    /// A list, or anything else that is no scalar.
    case list

    /// The kind of a note's value; `nil` where the note does not have the key, or has it without a value.
    package init?(of key: String, in note: NoteBytes) {
        guard let entry = note.frontMatter?.entries(named: key).first else { return nil }
        let text = String(decoding: note.bytes[entry.inline], as: UTF8.self)
        switch entry.shape {
        case .empty: return nil
        case .quoted: self = .text
        case .compound, .indirect, .tooDeep: self = .list
        case .plain where ["null", "~"].contains(text.lowercased()): return nil
        case .plain where ["true", "false"].contains(text.lowercased()): self = .checkbox
        case .plain where Double(text) != nil: self = .number
        case .plain where Self.isDate(text): self = .date
        case .plain: self = .text
        }
    }

    /// A type of `types.json`; `nil` for one that says nothing of this kind. `multitext`, `tags` and `aliases` are lists.
    package init?(obsidian name: String) {
        switch name {
        case "text", "number", "checkbox", "date": self.init(rawValue: name)
        case "datetime": self = .date
        case "multitext", "tags", "aliases", "list": self = .list
        default: return nil
        }
    }

    /// `2026-11-21`, with or without a time.
    private static func isDate(_ text: String) -> Bool {
        let day = text.utf8.prefix(10)
        return day.count == 10
            && day.enumerated().allSatisfy { $0 == 4 || $0 == 7 ? $1 == UInt8(ascii: "-") : $1.isASCIIDigit }
            && (text.utf8.count == 10 || "Tt ".utf8.contains(text.utf8.dropFirst(10).first ?? 0))
    }
}
