internal import FerrySystem
package import SystemPackage

/// The folder of this person's units, `$XDG_CONFIG_HOME/systemd/user` (systemd.unit(5)). All throw `ServiceError` of code `storage`.
package struct UnitFolder: Hashable, Sendable {
    package let path: FilePath

    /// `configuration` is `$XDG_CONFIG_HOME`.
    package init(configuration: FilePath) { path = configuration.appending("systemd").appending("user") }

    /// The names of the units that serve this vault: more than one where its folder was renamed.
    package func units(vaultID: String) throws -> [String] {
        let end = ServiceUnit.nameEnd(vaultID: vaultID)
        return try units().filter { $0.hasSuffix(end) }
    }

    /// The names of Ferry's units that name this folder as their vault, whether or not it is there.
    package func units(serving vault: FilePath) throws -> [String] {
        try units().filter { (try? text(of: $0)).flatMap(\.self).flatMap(ServiceUnit.vault) == vault }
    }

    private func units() throws -> [String] {
        try telling(path) {
            guard try FileStatus.ifPresent(path) != nil else { return [] }
            return try Directory.entries(of: path).map(\.name.string).filter { $0.hasPrefix("ferry-") && $0.hasSuffix(".service") }
        }
    }

    /// `nil` where there is none.
    package func text(of unit: String) throws -> String? {
        let file = path.appending(unit)
        return try telling(file) {
            guard let status = try FileStatus.ifPresent(file) else { return nil }
            guard status.kind != .link else {
                throw ServiceError(
                    .storage, "The unit \(file) is a symbolic link: it is masked, or kept elsewhere.",
                    remedy: "Unmask it (systemctl --user unmask \(unit)), or put the file itself there.")
            }
            return String(decoding: try FileContents.read(file, limit: 1 << 20), as: UTF8.self)
        }
    }

    /// Makes the folder where it is missing.
    package func write(_ text: String, as unit: String) throws {
        try telling(path.appending(unit)) {
            try Directory.create(path)
            try FileContents.write(Array(text.utf8), to: path.appending(unit), mode: 0o644)
        }
    }

    /// Does nothing where there is none.
    package func remove(_ unit: String) throws { try telling(path.appending(unit)) { try Directory.removeTree(path.appending(unit)) } }

    private func telling<Value>(_ file: FilePath, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let error as Errno {
            throw ServiceError(
                .storage, "The unit file or folder \(file) cannot be used (\(error)).", remedy: "Look at its rights, or at what lies there.")
        }
    }
}
