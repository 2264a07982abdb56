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
    }

    /// Carries it out; again and again is harmless. A vault that has its id gets only the settings' folder mended: what a person
    /// deleted since stays deleted. Throws `CommandError`, `Errno`.
    func found() async throws -> Outcome {
        try refuseUnfit()
        try Directory.create(root, mode: 0o755)
        let writer = NoteWriter(root: root)
        let known = try settings()?.vaultID
        var created: [String] = []
        var kept = 0
        for file in files where known == nil || file.path.hasPrefix("\(VaultLayout().system)/") {
            if try await writer.create(FilePath(file.path), content: Array(file.content.utf8)) { created.append(file.path) } else { kept += 1 }
        }
        let id: String
        if let known { id = known } else { id = try await giveID(writer) }
        return Outcome(vaultID: id, created: created, kept: kept)
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
    private func giveID(_ writer: NoteWriter) async throws -> String {
        let digits = (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 36) }.joined()
        let id = String(digits.prefix(16))
        let outcome = try await writer.update(VaultLayout().settings) { bytes throws(NoteRefusal) in
            try FrontMatterSplice.setting([("vault_id", .text(id))], in: bytes)
        }
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
