internal import FerrySystem
internal import SystemPackage

/// Which Python pyenv's shims stand for (pyenv's COMMANDS.md: `PYENV_VERSION`, then `.python-version`, then the global `version` file).
struct PyenvVersions {
    let root: FilePath
    let repository: FilePath
    let environment: [String: String]

    /// `nil` where the root is not pyenv's; success with `nil` where the version is `system`.
    func folder(of program: String) -> Result<ToolchainFolder?, ToolchainFault>? {
        let versions = root.appending("versions")
        guard let names = (try? Directory.entries(of: versions))?.map(\.name.string), (try? FileStatus(of: root.appending("libexec/pyenv"))) != nil
        else { return nil }
        let wanted = wantedVersions()
        for version in wanted.names {
            if version == "system" { return .success(nil) }
            guard let name = Self.match(version, names) else { continue }
            let folder = versions.appending(name)
            if ProgramPath(folder.appending("bin").appending(program)) != nil {
                return .success(ToolchainFolder(path: folder, reason: "pyenv's \(name) (\(wanted.source))"))
            }
        }
        let list = wanted.names.joined(separator: ", ")
        return .failure(ToolchainFault(message: "pyenv has no \(list) with it (\(wanted.source)). Install that version: `pyenv install \(list)`."))
    }

    private func wantedVersions() -> (names: [String], source: String) {
        if let value = environment["PYENV_VERSION"], !value.isEmpty { return (value.split(separator: ":").map(String.init), "PYENV_VERSION") }
        if let local = Self.lines(of: repository.appending(".python-version")) { return (local, "the repository's .python-version") }
        if let global = Self.lines(of: root.appending("version")) { return (global, "pyenv's global version") }
        return (["system"], "pyenv's default")
    }

    private static func lines(of file: FilePath) -> [String]? {
        guard let bytes = try? FileContents.read(file, limit: 4096) else { return nil }
        let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: " ") }.map(\.text)
        let names = lines.filter { !$0.hasPrefix("#") && !$0.contains("/") }
        return names.isEmpty ? nil : names
    }

    /// The version itself, or the newest one that begins with it (`3.11` is `3.11.7`).
    private static func match(_ version: String, _ names: [String]) -> String? {
        if names.contains(version) { return version }
        let numbers = { (name: String) in name.split(separator: ".").map { Int($0) ?? 0 } }
        return names.filter { $0.hasPrefix(version + ".") }.max { numbers($0).lexicographicallyPrecedes(numbers($1)) }
    }
}
