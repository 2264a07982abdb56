internal import FerryVault
internal import Foundation
internal import SystemPackage

/// Names that break links: with characters that no link can hold, or borne by two notes.
enum NoteNames {
    /// What a link ends at, or cannot name (Obsidian, "Links", and its own refusals when a note is named).
    private static let marks = ["#", "|", "^", "[", "]", ":", "\\", "%%"]

    static func unsafe(_ path: FilePath) -> NoteFinding? {
        guard let name = path.lastComponent else { return nil }
        let stem = path.stem ?? ""
        let remedy = "rename the note in your editor, which keeps the links to it"
        if name.withBytes({ String(validating: $0, as: UTF8.self) }) == nil {
            return .init(.unsafeName, path.string, nil, "its name is not UTF-8, so no link can lead to it", remedy: remedy)
        }
        guard let mark = marks.first(where: stem.contains) else { return nil }
        return .init(.unsafeName, path.string, nil, "its name holds `\(mark)`, so no link can lead to it", remedy: remedy)
    }

    /// By what Obsidian compares: without regard to case and to how accents are composed.
    static func key(_ path: FilePath) -> String { (path.stem ?? "").lowercased().precomposedStringWithCanonicalMapping }

    /// `wanted` of all these notes.
    static func doubles(_ paths: [FilePath], wanted: (FilePath) -> Bool) -> [NoteFinding] {
        Dictionary(grouping: paths, by: key).values.filter { $0.count > 1 }.flatMap { same in
            same.filter(wanted).map { path in
                let others = same.filter { $0 != path }.map(\.string).sorted()
                return .init(
                    .doubleName, path.string, nil,
                    "\(others[0])\(others.count > 1 ? " and \(others.count - 1) more bear" : " bears") the same name, so a link by name may lead to either",
                    remedy: "rename one of them")
            }
        }
    }
}
