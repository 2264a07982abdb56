/// Paths of notes as text, relative to the vault.
enum NotePath {
    /// The file's name without `.md`.
    static func stem(_ path: String) -> String {
        let name = path.split(separator: "/").last ?? ""
        return String(name.lowercased().hasSuffix(".md") ? name.dropLast(3) : name)
    }
}
