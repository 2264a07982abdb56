internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// Makes a folder a vault: what misses of the template is copied, nothing that is there is changed, and the settings get the vault's id.
struct VaultFounding: Sendable {
    let root: FilePath
    /// Path below the vault and content.
    var files: [(path: String, content: String)] = VaultTemplateFiles.files

    struct Outcome: Hashable, Sendable {
        var vaultID: String
        /// Relative to the vault, in the template's order.
        var created: [String]
        /// Notes of the template that were there and were left as they are.
        var kept: Int
        /// What was found in the folder, and what was done about it.
        var remarks: [String] = []
    }

    /// Carries it out; again and again is harmless. A vault that has its id gets only the settings' folder mended: what a person
    /// deleted since stays deleted. Throws `CommandError`, `Errno`.
    func found() async throws -> Outcome {
        try refuseUnfit()
        try Directory.create(root, mode: 0o755)
        let writer = NoteWriter(root: root)
        let known = try settings()
        let survey = known?.vaultID == nil ? VaultSurvey(WorkingFolder.resolved(root)) : nil
        let keys = try newKeys(known, survey)
        let rendering = try rendering(known, keys, survey)
        var created: [String] = []
        var kept = 0
        // The settings last: with them the vault is one, and whatever came before is done again if it was cut off.
        for file in files.filter({ $0.path != settingsPath }) + files.filter({ $0.path == settingsPath })
        where known?.vaultID == nil || file.path.hasPrefix("\(VaultLayout().system)/") {
            var (path, content) = rendering.file(file)
            if file.path == settingsPath { content = try Self.with(keys, content) }
            if try await writer.create(path, content: Array(content.utf8)) { created.append(path.string) } else { kept += 1 }
        }
        return Outcome(vaultID: try await giveID(writer, keys), created: created, kept: kept, remarks: survey?.remarks ?? [])
    }

    private var settingsPath: String { VaultLayout().settings.string }

    /// What the settings of a new vault get: its id, and the names that the survey chose where the settings do not choose them.
    private func newKeys(_ known: SettingsNote?, _ survey: VaultSurvey?) throws -> [(key: String, value: FlatValue)] {
        guard let survey else { return [] }
        let set = try SettingsFile(root)
        var keys: [(key: String, value: FlatValue)] = [("vault_id", .text(Self.newID))]
        if !survey.prefix.isEmpty, !set.has("property_prefix") { keys.append(("property_prefix", .text(survey.prefix))) }
        return keys + survey.folders.filter { !set.has($0.setting) }.map { ($0.setting, .text($0.to)) }
    }

    /// The names that count: those of the settings with what they are about to get.
    private func rendering(_ known: SettingsNote?, _ keys: [(key: String, value: FlatValue)], _ survey: VaultSurvey?) throws -> TemplateRendering {
        let settings = SettingsNote(NoteBytes(Array(try Self.with(keys, try SettingsFile(root).text).utf8)))
        return TemplateRendering(layout: settings.layout, prefix: settings.propertyPrefix, below: survey?.below ?? FilePath())
    }

    private static func with(_ keys: [(key: String, value: FlatValue)], _ text: String) throws -> String {
        do { return String(decoding: try FrontMatterSplice.setting(keys, in: Array(text.utf8)), as: UTF8.self) } catch {
            throw CommandError(error.fault(in: "\(VaultLayout().settings)"))
        }
    }

    private struct SettingsFile {
        let text: String
        private let note: NoteBytes

        init(_ root: FilePath) throws {
            let path = root.pushing(VaultLayout().settings)
            let bytes = try FileStatus.ifPresent(path) == nil ? Array("---\n---\n".utf8) : try FileContents.read(path, limit: 1 << 20)
            text = String(decoding: bytes, as: UTF8.self)
            note = NoteBytes(bytes)
        }

        func has(_ key: String) -> Bool { note.frontMatter?.entries.contains { $0.key == key } ?? false }
    }

    /// A vault is a folder of notes, never a whole home or file system.
    private func refuseUnfit() throws {
        let path = WorkingFolder.resolved(root)
        if path.components.isEmpty || path == WorkingFolder.home {
            throw CommandError(
                .configuration, "\(path) cannot be a vault: \(path.components.isEmpty ? "it is the whole file system" : "it is your home").",
                remedy: "Give a folder for it, such as `ferry init ~/notes/ferry`.")
        }
        if let status = try FileStatus.ifPresent(path), status.kind != .directory {
            throw CommandError(.failed, "\(WorkingFolder.shown(path)) is no folder.", remedy: "Give a folder, or a name that is free.")
        }
    }

    private func settings() throws -> SettingsNote? {
        let path = root.pushing(VaultLayout().settings)
        guard try FileStatus.ifPresent(path) != nil else { return nil }
        return SettingsNote(NoteBytes(try FileContents.read(path, limit: 1 << 20)))
    }

    /// Random, so that a copy of a vault can be told from another vault.
    private static var newID: String {
        let digits = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        return String(digits.prefix(16))
    }

    /// The id that the settings hold; settings that were there get what misses.
    private func giveID(_ writer: NoteWriter, _ keys: [(key: String, value: FlatValue)]) async throws -> String {
        if let id = try settings()?.vaultID { return id }
        let outcome = try await writer.update(VaultLayout().settings) { bytes throws(NoteRefusal) in try FrontMatterSplice.setting(keys, in: bytes) }
        switch outcome {
        case .written, .unchanged:
            guard let given = try settings()?.vaultID else {
                throw CommandError(
                    .failed, "\(VaultLayout().settings) did not keep the vault's id.", remedy: "Close it in other programs and run the command again."
                )
            }
            return given
        case .busy, .gone:
            throw CommandError(
                .failed, "\(VaultLayout().settings) is being written by another program.",
                remedy: "Save and close it there, then run the command again.")
        case .refused(let refusal): throw CommandError(refusal.fault(in: "\(VaultLayout().settings)"))
        }
    }
}
