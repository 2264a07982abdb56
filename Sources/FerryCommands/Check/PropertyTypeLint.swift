internal import FerryLLM
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Whether Obsidian takes Ferry's keys for what they are. A property's type holds for the whole vault, and is kept in `types.json` of its
/// configuration (Obsidian help, "Properties").
struct PropertyTypeLint: Sendable {
    let view: VaultView

    func findings() -> [NoteFinding] {
        guard let (file, shown) = types, let bytes = try? FileContents.read(file, limit: 1 << 20), let json = try? JSONValue(parsing: bytes) else {
            return []
        }
        let prefix = view.settings.propertyPrefix
        return FeatureNote.writtenKeys.compactMap { key in
            let fitting = key == "cost_usd" ? ["number", "text"] : ["text"]
            guard let type = json["types"]?[prefix + key]?.string, !fitting.contains(type) else { return nil }
            return NoteFinding(
                .propertyType, shown, Self.line(of: prefix + key, in: bytes),
                "Obsidian takes `\(prefix)\(key)` for \(InertText.excerpt(type, limit: 30)) here, and Ferry writes \(fitting[0])",
                remedy: prefix.isEmpty
                    ? "set `property_prefix` in \(view.layout.settings), such as `ferry_`" : "give the property the type \(fitting[0]) in Obsidian")
        }
    }

    /// `types.json`, and its path as seen from the vault, which may lie in a bigger one.
    private var types: (file: FilePath, shown: String)? {
        var folder = view.root
        var way = ""
        while true {
            let file = folder.appending(".obsidian").appending("types.json")
            if ((try? FileStatus.ifPresent(file)) ?? nil)?.kind == .regular { return (file, way + ".obsidian/types.json") }
            way += "../"
            guard folder.removeLastComponent(), !folder.components.isEmpty else { return nil }
        }
    }

    private static func line(of key: String, in bytes: [UInt8]) -> Int? {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).firstIndex {
            $0.drop { " \t".utf8.contains($0) }.starts(with: "\"\(key)\"".utf8)
        }.map { $0 + 1 }
    }
}
