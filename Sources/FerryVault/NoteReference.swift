package import FerryModel

/// How a note names another: `FR-011`, a file name, or `[[a link|with another text]]`.
package enum NoteReference: Hashable, Sendable, CustomStringConvertible {
    case id(FeatureID)
    /// A file's name without folder, `.md`, heading and alias.
    case name(String)

    /// `nil` for an empty reference.
    package init?(_ text: some StringProtocol) {
        var name = text.trimmingBlanks[...]
        if name.hasPrefix("!") { name = name.dropFirst() }
        if name.hasPrefix("[["), name.hasSuffix("]]") {
            name = name.dropFirst(2).dropLast(2)
            name = name.prefix { $0 != "|" && $0 != "#" && $0 != "^" }
        }
        name = name.split(separator: "/").last ?? ""
        if name.lowercased().hasSuffix(".md") { name = name.dropLast(3) }
        let plain = name.trimmingBlanks
        guard !plain.isEmpty else { return nil }
        self = FeatureID(plain).map(NoteReference.id) ?? .name(plain)
    }

    package var description: String {
        switch self {
        case .id(let id): id.description
        case .name(let name): name
        }
    }
}

extension NoteReader {
    /// References as a list, one, or several with commas. An unquoted `[[link]]`, which YAML reads as a list in a list, counts as the link.
    mutating func references(_ key: String) -> [NoteReference] {
        let remedy = "write a feature such as FR-011, or a list such as [FR-011, \"[[name]]\"]"
        guard let value = value(key) else { return [] }
        var references: [NoteReference] = []
        for text in Self.leaves(value, depth: 0) {
            guard let text else { return refuse(key, value, remedy) ?? [] }
            let parts = text.hasPrefix("[[") ? [text[...]] : text.split(separator: ",")
            references += parts.compactMap { NoteReference($0) }
        }
        return references
    }

    /// One reference, as the name it stands for.
    mutating func reference(_ key: String) -> String? {
        let all = references(key)
        if all.count > 1 { fault(line(of: key), "\(key) names \(all.count) notes", "name one") }
        return all.count == 1 ? all.first?.description : nil
    }

    private static func leaves(_ value: NoteValue, depth: Int) -> [String?] {
        switch value.content {
        case .empty: []
        case .text(let text): [text]
        case .list(let items): depth < 3 ? items.flatMap { leaves($0, depth: depth + 1) } : [nil]
        case .map: [nil]
        }
    }
}
