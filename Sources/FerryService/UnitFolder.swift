internal import FerrySystem
package import SystemPackage

/// The folder of this person's units, `$XDG_CONFIG_HOME/systemd/user` (systemd.unit(5)).
package struct UnitFolder: Hashable, Sendable {
    package let path: FilePath

    /// `configuration` is `$XDG_CONFIG_HOME`.
    package init(configuration: FilePath) { path = configuration.appending("systemd").appending("user") }

    /// The names of the units that serve this vault: more than one where its folder was renamed. Throws `Errno`.
    package func units(vaultID: String) throws -> [String] {
        guard try FileStatus.ifPresent(path) != nil else { return [] }
        let end = ServiceUnit.nameEnd(vaultID: vaultID)
        return try Directory.entries(of: path).map(\.name.string).filter { $0.hasPrefix("ferry-") && $0.hasSuffix(end) }
    }

    /// `nil` where there is none. Throws `Errno`.
    package func text(of unit: String) throws -> String? {
        guard try FileStatus.ifPresent(path.appending(unit)) != nil else { return nil }
        return String(decoding: try FileContents.read(path.appending(unit), limit: 1 << 20), as: UTF8.self)
    }

    /// Throws `Errno`.
    package func write(_ text: String, as unit: String) throws {
        try Directory.create(path)
        try FileContents.write(Array(text.utf8), to: path.appending(unit), mode: 0o644)
    }

    /// Throws `Errno`.
    package func remove(_ unit: String) throws { try Directory.removeTree(path.appending(unit)) }
}
