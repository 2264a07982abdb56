internal import FerryLLM
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// The folder that Obsidian opens as a vault, and what its configuration says. Read only: Ferry writes nothing there.
struct ObsidianFolder: Sendable {
    /// The vault's folder; the one that `init` is asked for may lie below it.
    let root: FilePath
    /// `.obsidian`, or another name with a dot: the configuration folder can be renamed.
    let configuration: FilePath

    /// The vault that a folder belongs to: its own, else the nearest above it.
    init?(around vault: FilePath) {
        var folder = vault
        while !folder.components.isEmpty {
            // Folders above may be large and are none of Ferry's business: only the usual name is looked for there.
            if let configuration = folder == vault ? Self.configuration(in: folder) : Self.usual(in: folder) {
                root = folder
                self.configuration = configuration
                return
            }
            guard folder.removeLastComponent() else { break }
        }
        return nil
    }

    private static let signs = ["app.json", "types.json", "core-plugins.json", "community-plugins.json", "workspace.json"]

    private static func configuration(in folder: FilePath) -> FilePath? {
        let hidden = ((try? Directory.entries(of: folder)) ?? []).map(\.name).filter { $0.string.hasPrefix(".") }
        return usual(in: folder) ?? hidden.map { folder.appending($0) }.first(where: isConfiguration)
    }

    private static func usual(in folder: FilePath) -> FilePath? {
        let usual = folder.appending(".obsidian")
        return isConfiguration(usual) ? usual : nil
    }

    private static func isConfiguration(_ folder: FilePath) -> Bool { signs.contains { isThere(folder.appending($0)) } }

    /// The types that properties have in the whole vault.
    var propertyTypes: [String: PropertyKind] {
        var types: [String: PropertyKind] = [:]
        for member in json("types.json")?["types"]?.members ?? [] {
            types[member.key] = member.value.string.flatMap { PropertyKind(obsidian: $0) }
        }
        return types
    }

    /// Templater's templates by the folder whose new notes they are applied to, `/` for all; empty where it waits to be asked.
    var folderTemplates: [(folder: String, template: String)] {
        let plugins = json("community-plugins.json")?.array?.compactMap(\.string) ?? []
        guard plugins.contains("templater-obsidian"), let settings = json("plugins/templater-obsidian/data.json"),
            settings["trigger_on_file_creation"]?.bool != false, settings["enable_folder_templates"]?.bool != false
        else { return [] }
        return (settings["folder_templates"]?.array ?? []).compactMap { pair in
            guard let folder = pair["folder"]?.string, let template = pair["template"]?.string, !folder.isEmpty, !template.isEmpty else { return nil }
            return (folder, template)
        }
    }

    private func json(_ name: String) -> JSONValue? {
        guard let bytes = try? FileContents.read(configuration.appending(name), limit: 1 << 20) else { return nil }
        return try? JSONValue(parsing: bytes)
    }

    private static func isThere(_ path: FilePath) -> Bool { ((try? FileStatus.ifPresent(path)) ?? nil) != nil }
}
