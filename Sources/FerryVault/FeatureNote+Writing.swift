extension FeatureNote {
    /// The keys that Ferry writes into a feature's note, without `property_prefix`.
    package static let writtenKeys = ["id", "status", "branch", "pr", "cost_usd"]

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
            _ = try FrontMatterSplice.setting(keys, in: FerryBlock.setting(content, in: bytes))
            return nil
        } catch { return error }
    }
}
