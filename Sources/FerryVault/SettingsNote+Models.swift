/// The two `yaml` blocks of the settings.
extension SettingsNote {
    static func providers(_ body: MarkdownBody, _ reader: inout NoteReader) -> [Provider] {
        pairs(under: "Providers", body, &reader).compactMap { pair in
            guard case .map(let settings) = pair.value.content else {
                reader.fault(
                    pair.line, "the provider \(pair.key) is \(pair.value.shown)",
                    "write `\(pair.key): {api: anthropic, base_url: \"https://…\", key: NAME}`")
                return nil
            }
            return provider(pair, settings, &reader)
        }
    }

    private static func provider(_ pair: NoteValue.Pair, _ settings: [NoteValue.Pair], _ reader: inout NoteReader) -> Provider? {
        var fields: [String: String] = [:]
        for setting in settings {
            switch setting.value.content {
            case .text(let text): fields[setting.key] = text.trimmingBlanks
            case .empty: break
            case .list, .map:
                let shown = InertText.excerpt(setting.key, limit: 60)
                reader.fault(setting.line, "\(shown) of the provider \(pair.key) is \(setting.value.shown)", "write a text")
                return nil
            }
        }
        if let key = fields["key"], !isName(key) {
            // Not shown: somebody may have put the key itself here.
            reader.fault(
                pair.line, "key of the provider \(pair.key) is no name",
                "write the name of a key, such as ANTHROPIC_API_KEY, never the key itself; revoke a key that stood in a note")
            return nil
        }
        return Provider(name: pair.key, fields: fields, line: pair.line)
    }

    static func aliases(_ body: MarkdownBody, _ reader: inout NoteReader) -> [Alias] {
        pairs(under: "Models", body, &reader).compactMap { pair in
            let items: [NoteValue] =
                switch pair.value.content {
                case .list(let items): items
                default: [pair.value]
                }
            var targets: [String] = []
            for item in items {
                guard case .text(let text) = item.content, !text.trimmingBlanks.isEmpty else {
                    reader.fault(item.line, "the model \(pair.key) is \(item.shown)", "write `\(pair.key): provider/model`, or a list of these")
                    return nil
                }
                targets.append(text.trimmingBlanks)
            }
            if targets.isEmpty { reader.fault(pair.line, "the model \(pair.key) is an empty list", "write `\(pair.key): provider/model`") }
            return targets.isEmpty ? nil : Alias(name: pair.key, targets: targets, line: pair.line)
        }
    }

    /// What a key may be called; the keys that vendors give out are longer, or begin with `sk-`.
    private static func isName(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count) && !text.lowercased().hasPrefix("sk-")
            && text.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    }

    /// The entries of the fenced `yaml` block under a heading; broken ones become faults at their own lines.
    private static func pairs(under title: String, _ body: MarkdownBody, _ reader: inout NoteReader) -> [NoteValue.Pair] {
        guard let section = body.section(title) else { return [] }
        let blocks = body.codeBlocks(in: section).filter { ["yaml", "yml"].contains($0.info.lowercased().trimmingBlanks) }
        guard let block = blocks.first else {
            reader.fault(section.heading.line, "## \(title) has no `yaml` block", "write the entries between ```yaml and ```")
            return []
        }
        if blocks.count > 1 { reader.fault(blocks[1].line, "## \(title) has a second `yaml` block", "put all entries into one") }
        let bytes = Array(block.content.utf8)
        let scanned = FrontMatterScanner.scan(bytes, lines: ByteLines.lines(of: bytes, number: block.line + 1))
        for oddity in scanned.oddities {
            let refusal = FrontMatterSplice.refusal(oddity)
            reader.fault(refusal.line, refusal.what, refusal.remedy)
        }
        var seen: Set<String> = []
        return scanned.entries.compactMap { entry -> NoteValue.Pair? in
            guard seen.insert(entry.key).inserted else {
                reader.fault(entry.line, "`\(InertText.excerpt(entry.key, limit: 60))` is there twice", "keep one of the two")
                return nil
            }
            do throws(YAMLReader.Failure) {
                return NoteValue.Pair(key: entry.key, line: entry.line, value: try YAMLReader.value(of: entry, in: bytes))
            } catch {
                reader.fault(error.line, error.what, error.remedy)
                return nil
            }
        }
    }
}
