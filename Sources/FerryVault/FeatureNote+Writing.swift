package import FerryModel

extension FeatureNote {
    /// The keys that Ferry writes into a feature's note, without `property_prefix`.
    package static let writtenKeys = ["id", "status", "branch", "pr", "cost_usd"]

    /// What is wrong with keys of Ferry's names that hold what only a person can have meant: an `id` that is no feature's (a zettel's, say), a word in
    /// `status` that is no state. Ferry does not write over them.
    package static func foreignKeys(in bytes: [UInt8], path: String, prefix: String = "") -> [NoteFault] {
        var reader = NoteReader(NoteBytes(bytes), path: path, isStrict: false)
        _ = id(&reader, prefix)
        _ = status(&reader, prefix)
        return reader.finish().filter(\.isForeignKey)
    }

    /// What the `id` key holds; `nil` for no id.
    package static func id(in bytes: [UInt8], prefix: String = "") -> FeatureID? {
        var reader = NoteReader(NoteBytes(bytes), path: "", isStrict: false)
        return id(&reader, prefix)
    }

    /// Why Ferry could not write its keys and its block into this note, with line and remedy; `nil` if it could. Pure: a splice that is thrown away.
    /// A note without text (`isEmpty`) is none that Ferry would write into, and is no fault.
    package static func refusalToWrite(into bytes: [UInt8], prefix: String = "") -> NoteRefusal? {
        if NoteBytes(bytes).body.trimmed.isEmpty, NoteBytes(bytes).frontMatter == nil, NoteBytes(bytes).oddity == nil { return nil }
        var content = BlockContent()
        content.callouts = [.init(.info, ["Could this be written?"])]
        do {
            // A value that no note holds, so that each key that is there has to be replaced.
            let keys = writtenKeys.map { (key: prefix + $0, value: FlatValue.text("could this be written")) }
            // The block first: a refusal's line is then one of the note as it stands.
            _ = try FrontMatterSplice.setting(keys, in: FerryBlock.isSurelyPossible(in: bytes) ? bytes : FerryBlock.setting(content, in: bytes))
            return nil
        } catch { return error }
    }
}

extension NoteFault {
    /// The key is the person's until the person changes it.
    package var isForeignKey: Bool { rule == .badID || rule == .unknownStatus }
}
