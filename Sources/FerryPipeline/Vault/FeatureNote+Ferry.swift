internal import FerryModel
package import FerryVault

/// What the dispatcher reads from and writes into a feature's note.
extension FeatureNote {
    /// Ferry runs it: no Kanban board, drawing or template, and not taken out by `ferry: ignore`.
    package var isFeature: Bool { exclusion == nil }

    /// Ferry's keys in one line, to tell a stale buffer from an edit.
    package var keyLine: String {
        [status?.rawValue ?? "", branch ?? "", pr ?? "", cost?.description ?? "", id?.description ?? ""].joined(separator: "|")
    }

    /// The note with Ferry's keys and block; all other bytes as they were. A key that holds something of the person's (`foreignKeys`) is left as it is, and
    /// so is the id in another spelling.
    static func updated(
        _ bytes: [UInt8], keys: [(key: String, value: FlatValue)], prefix: String, block: BlockContent
    ) throws(NoteRefusal) -> [UInt8] {
        // The block first: a refusal's line is then one of the note as it stands.
        let foreign = Set(foreignKeys(in: bytes, path: "", prefix: prefix).map { $0.rule == .badID ? "id" : "status" })
        let id = id(in: bytes, prefix: prefix)
        let own = keys.filter { key, value in
            if key == "id", let id, case .text(let wanted) = value, FeatureID(wanted) == id { return false }
            return !foreign.contains(key)
        }
        return try FrontMatterSplice.setting(own.map { (prefix + $0.key, $0.value) }, in: try FerryBlock.setting(block, in: bytes))
    }

    /// What Ferry does not understand in it, for the person; `nil` where all is clear.
    var obstacle: String? {
        guard let first = faults.first else { return nil }
        return faults.count == 1
            ? "\(first). Ferry starts it when this is mended."
            : "\(first), and \(faults.count - 1) more (`ferry check`). Ferry starts it when they are mended."
    }
}
