/// Colours, where there are any.
struct Style: Hashable, Sendable {
    /// Select Graphic Rendition codes (ECMA-48, 8.3.117).
    enum Ink: String, Hashable, Sendable {
        case bold = "1"
        case dim = "2"
        case red = "31"
        case green = "32"
        case yellow = "33"
        case blue = "34"
    }

    let isColoured: Bool

    func paint(_ text: String, _ ink: Ink) -> String { isColoured && !text.isEmpty ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text }
}
