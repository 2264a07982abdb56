internal import FerryVault

/// Something in a note that Ferry cannot use, or that is probably not meant so.
struct NoteFinding: Hashable, Sendable, Encodable {
    enum Level: String, Hashable, Sendable, Encodable {
        /// Ferry does not use the note as it is.
        case error
        case warning
    }

    /// Relative to the vault.
    var path: String
    /// From 1; left out where the note as a whole is meant.
    var line: Int?
    var level: Level
    var message: String
    var remedy: String

    init(_ path: String, _ line: Int? = nil, _ level: Level, _ message: String, remedy: String) {
        self.path = path
        self.line = line
        self.level = level
        self.message = message
        self.remedy = remedy
    }

    init(_ fault: NoteFault) { self.init(fault.path, fault.line, .error, fault.what, remedy: fault.remedy) }

    /// `90_system/ferry.md:4: error: agents_at_once is `two`: write a whole number such as 2`
    func text(_ style: Style) -> String {
        let place = line.map { "\(path):\($0)" } ?? path
        return "\(place): \(style.paint(level.rawValue, level == .error ? .red : .yellow)): \(message)" + (remedy.isEmpty ? "" : ": \(remedy)")
    }
}
