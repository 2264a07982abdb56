internal import FerryModel
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// A look at the folder that is to become a vault: which of Ferry's keys and folders mean something else there already. Reads only.
struct VaultSurvey: Sendable {
    /// What Ferry's keys begin with here; empty where none of them is taken.
    private(set) var prefix = ""
    /// The settings `folder_…` of folders whose usual name is taken, with the name that is free.
    private(set) var folders: [(setting: String, from: String, to: String)] = []
    /// Where Obsidian's vault lies around the folder, relative to it; empty for the folder itself.
    private(set) var below = FilePath()
    /// For the person: what was found, and what `init` does about it.
    private(set) var remarks: [String] = []

    /// Ferry's keys and what Obsidian takes their values for.
    private static let keys: [(name: String, kind: PropertyKind)] = [
        ("id", .text), ("status", .text), ("branch", .text), ("pr", .text), ("cost_usd", .number),
    ]
    /// Notes that are read for their properties at most; a vault's habits show in fewer.
    private static let sample = 5000

    /// `root` is absolute, its links resolved; it need not be there.
    init(_ root: FilePath) {
        let obsidian = ObsidianFolder(around: root)
        if let obsidian, obsidian.root != root {
            var rest = root
            if rest.removePrefix(obsidian.root) { below = rest }
            remarks.append(
                "It lies in the Obsidian vault \(WorkingFolder.shown(obsidian.root)): features.base looks below `\(below)`. "
                    + "Ferry looks at its own folders alone.")
        }
        choosePrefix(root, obsidian)
        chooseFolders(root)
        for (folder, template) in obsidian?.folderTemplates ?? [] where concerns(folder) {
            remarks.append(
                "Templater applies `\(template)` to new notes in `\(folder)`: notes that you make there begin with it. Ferry's own notes are "
                    + "never empty when they appear, so it fills none of them.")
        }
    }

    // MARK: Keys

    private mutating func choosePrefix(_ root: FilePath, _ obsidian: ObsidianFolder?) {
        let types = obsidian?.propertyTypes ?? [:]
        let notes = Self.notes(below: obsidian?.root ?? root)
        let prefixes = ["", "ferry_", "ferry-", "fr_"]
        let taken = prefixes.map { Self.taken($0, types, notes) }
        guard let free = taken.firstIndex(where: \.isEmpty), free > 0 else { return }
        prefix = prefixes[free]
        let words = taken[0].map { "`\($0.key)` is a \($0.kind.rawValue) (\($0.place))" }.joined(separator: ", ")
        remarks.append("Ferry's keys begin with `\(prefix)` here (`property_prefix`), because \(words).")
    }

    private static func taken(
        _ prefix: String, _ types: [String: PropertyKind], _ notes: [(path: FilePath, note: NoteBytes)]
    ) -> [(key: String, kind: PropertyKind, place: String)] {
        keys.compactMap { key, kind in
            let name = prefix + key
            if let type = types[name], type != kind { return (name, type, "types.json of Obsidian") }
            for (path, note) in notes {
                if let other = PropertyKind(of: name, in: note), other != kind { return (name, other, path.string) }
            }
            return nil
        }
    }

    /// Some notes of the vault, relative to it; hidden folders are Obsidian's and others'.
    private static func notes(below root: FilePath) -> [(path: FilePath, note: NoteBytes)] {
        var notes: [(path: FilePath, note: NoteBytes)] = []
        var folders = [FilePath()]
        while let folder = folders.popLast(), notes.count < sample {
            for entry in (try? Directory.entries(of: root.pushing(folder))) ?? [] where !entry.name.string.hasPrefix(".") {
                let path = folder.appending(entry.name)
                switch entry.kind ?? (try? FileStatus.ifPresent(root.pushing(path)))??.kind {
                case .directory where entry.name.string != "node_modules": folders.append(path)
                case .regular where entry.name.extension?.lowercased() == "md" && notes.count < sample:
                    if let bytes = try? FileContents.read(root.pushing(path), limit: 1 << 20) { notes.append((path, NoteBytes(bytes))) }
                default: break
                }
            }
        }
        return notes
    }

    // MARK: Folders

    private mutating func chooseFolders(_ root: FilePath) {
        let layout = VaultLayout()
        let states = Set(layout.states.values)
        choose("folder_features", layout.features, root) { entry, _ in states.contains(entry.name) }
        choose("folder_agents", layout.agents, root) { _, note in note.flatMap { PropertyKind(of: "role", in: $0) } != nil }
        choose("folder_repositories", layout.repositories, root) { _, note in note.flatMap { PropertyKind(of: "path", in: $0) } != nil }
    }

    /// A folder that is there, has content, and has nothing of Ferry's in it, is somebody else's.
    private mutating func choose(
        _ setting: String, _ name: FilePath.Component, _ root: FilePath, isFerrys: (Directory.Entry, NoteBytes?) -> Bool
    ) {
        let folder = root.appending(name)
        let entries = ((try? Directory.entries(of: folder)) ?? []).filter {
            !$0.name.string.hasPrefix(".") && $0.name.string.lowercased() != "readme.md"
        }
        guard !entries.isEmpty else { return }
        let isKnown = entries.contains { entry in
            let bytes = entry.name.extension == "md" ? try? FileContents.read(folder.appending(entry.name), limit: 1 << 20) : nil
            return isFerrys(entry, bytes.map { NoteBytes($0) })
        }
        guard !isKnown else { return }
        let words = name.string.split(separator: "_", maxSplits: 1)
        let free = words.count == 2 ? "\(words[0])_ferry_\(words[1])" : "ferry_\(name.string)"
        folders.append((setting, name.string, free))
        remarks.append("`\(name)` holds something else already, so Ferry's folder is `\(free)` (`\(setting)`).")
    }

    /// Whether a folder of Obsidian's vault is, holds or lies in one of Ferry's.
    private func concerns(_ folder: String) -> Bool {
        if folder == "/" { return true }
        let path = FilePath(folder).lexicallyNormalized()
        let layout = VaultLayout()
        return [layout.features, layout.agents, layout.rules, layout.runs, layout.repositories, layout.system].contains { name in
            let own = below.appending(folders.first { $0.from == name.string }.map { FilePath.Component($0.to) ?? name } ?? name)
            return own.starts(with: path) || path.starts(with: own)
        }
    }
}
