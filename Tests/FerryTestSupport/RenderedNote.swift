internal import CCMark

/// A note as a Markdown parser (cmark) sees it, and as programs see it that only look at its bytes.
package struct RenderedNote {
    /// The kinds of blocks in their order, with their depth: what the note is, whatever its words.
    package let skeleton: [String]
    /// What is wrong with it; empty for a note in which nothing acts.
    package let hazards: [String]

    /// `own` are Ferry's own marks, which are taken for harmless where they stand: whole texts such as `[[FR-001 run-1 plan\|plan]]`.
    package init(_ note: String, own: [String] = []) {
        var reader = NoteRendering()
        reader.parse(Self.body(note))
        var bytes = ByteHazards(note, own: own)
        bytes.look()
        skeleton = reader.skeleton
        hazards = reader.hazards + bytes.hazards
    }

    /// Without front matter.
    private static func body(_ note: String) -> String {
        guard note.hasPrefix("---\n"), let end = note.firstRange(of: "\n---\n") else { return note }
        return String(note[end.upperBound...])
    }
}

/// One walk over cmark's tree.
private struct NoteRendering {
    var skeleton: [String] = []
    var hazards: [String] = []

    mutating func parse(_ text: String) {
        let bytes = Array(text.utf8)
        let parsed = bytes.withUnsafeBytes { cmark_parse_document($0.baseAddress, $0.count, CMARK_OPT_DEFAULT) }
        guard let document = parsed, let walk = cmark_iter_new(document) else { return hazards.append("cmark cannot parse it") }
        defer {
            cmark_iter_free(walk)
            cmark_node_free(document)
        }
        var depth = 0
        while true {
            let event = cmark_iter_next(walk)
            if event == CMARK_EVENT_DONE { return }
            let node = cmark_iter_get_node(walk)
            if event == CMARK_EVENT_EXIT {
                depth -= 1
                continue
            }
            take(node, depth)
            if !Self.isLeaf(node) { depth += 1 }
        }
    }

    /// Leaves are entered and never left.
    private static func isLeaf(_ node: OpaquePointer?) -> Bool {
        [
            CMARK_NODE_TEXT, CMARK_NODE_SOFTBREAK, CMARK_NODE_LINEBREAK, CMARK_NODE_CODE, CMARK_NODE_HTML_INLINE, CMARK_NODE_HTML_BLOCK,
            CMARK_NODE_CODE_BLOCK, CMARK_NODE_THEMATIC_BREAK,
        ].contains(cmark_node_get_type(node))
    }

    private mutating func take(_ node: OpaquePointer?, _ depth: Int) {
        let literal = cmark_node_get_literal(node).map { String(cString: $0) } ?? ""
        switch cmark_node_get_type(node) {
        case CMARK_NODE_HTML_BLOCK, CMARK_NODE_HTML_INLINE:
            if !literal.allLinesAreFerryComments { hazards.append("HTML: \(literal)") }
            if cmark_node_get_type(node) == CMARK_NODE_HTML_BLOCK { skeleton.append("\(depth) html") }
        case CMARK_NODE_IMAGE: hazards.append("an image: \(Self.address(node))")
        case CMARK_NODE_LINK:
            let address = Self.address(node)
            if !address.hasPrefix("https://ferry.example/") { hazards.append("a link: \(address)") }
        case CMARK_NODE_CODE_BLOCK:
            let info = cmark_node_get_fence_info(node).map { String(cString: $0) } ?? ""
            if !["text", "diff", "json"].contains(info) { hazards.append("a code block of \(info.isEmpty ? "no language" : info)") }
            skeleton.append("\(depth) code")
        case CMARK_NODE_CODE: if Self.isRunnable(literal) { hazards.append("a span that may run: \(literal)") }
        case CMARK_NODE_THEMATIC_BREAK: hazards.append("a rule")
        case CMARK_NODE_DOCUMENT, CMARK_NODE_BLOCK_QUOTE, CMARK_NODE_LIST, CMARK_NODE_ITEM, CMARK_NODE_PARAGRAPH, CMARK_NODE_HEADING:
            skeleton.append(
                "\(depth) " + (cmark_node_get_type_string(node).map { String(cString: $0) } ?? "") + " \(cmark_node_get_heading_level(node))")
        default: break
        }
    }

    private static func address(_ node: OpaquePointer?) -> String { cmark_node_get_url(node).map { String(cString: $0) } ?? "" }

    /// By the prefixes that Dataview, Meta Bind, Buttons and Dice Roller look for, after JavaScript's `trim()`.
    private static func isRunnable(_ code: String) -> Bool {
        let text = String(String.UnicodeScalarView(code.unicodeScalars.drop { $0.properties.isWhitespace }))
        return ["=", "$=", "INPUT[", "VIEW[", "BUTTON[", "button-", "dice:", "dice-mod:"].contains { text.hasPrefix($0) }
    }
}

extension String {
    /// Ferry's own marks are comments, each whole on its line.
    fileprivate var allLinesAreFerryComments: Bool {
        split(separator: "\n").allSatisfy { $0.hasPrefix("<!-- ferry:") && $0.hasSuffix("-->") && $0.split(separator: "<!--").count == 1 }
    }
}
