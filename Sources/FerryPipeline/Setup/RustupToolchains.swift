internal import FerrySystem
internal import SystemPackage

/// Which toolchain rustup's proxies stand for (the rustup book, "Overrides": `RUSTUP_TOOLCHAIN`, then the repository's file, then the default).
struct RustupToolchains {
    let repository: FilePath
    let environment: [String: String]
    let home: FilePath

    var folder: Result<ToolchainFolder, ToolchainFault> {
        let root = environment["RUSTUP_HOME"].map { FilePath($0) } ?? home.appending(".rustup")
        let toolchains = root.appending("toolchains")
        let names = (try? Directory.entries(of: toolchains))?.map(\.name.string) ?? []
        guard let wanted = wantedToolchain(root) else {
            return .failure(ToolchainFault(message: "rustup has no default toolchain. Set one: `rustup default stable`."))
        }
        guard let name = names.first(where: { $0 == wanted.name }) ?? names.first(where: { $0.hasPrefix(wanted.name + "-") }) else {
            let message = "rustup has no toolchain \(wanted.name) (\(wanted.source)). Install it: `rustup toolchain install \(wanted.name)`."
            return .failure(ToolchainFault(message: message))
        }
        return .success(ToolchainFolder(path: toolchains.appending(name), reason: "rustup's \(name) (\(wanted.source))"))
    }

    private func wantedToolchain(_ root: FilePath) -> (name: String, source: String)? {
        if let name = environment["RUSTUP_TOOLCHAIN"], Self.isName(name) { return (name, "RUSTUP_TOOLCHAIN") }
        for file in ["rust-toolchain.toml", "rust-toolchain"] {
            let lines = Self.lines(of: repository.appending(file))
            let name = Self.value("channel", in: lines) ?? lines.first.flatMap { lines.count == 1 ? $0 : nil }
            if let name, Self.isName(name) { return (name, "the repository's \(file)") }
        }
        return Self.value("default_toolchain", in: Self.lines(of: root.appending("settings.toml"))).map { ($0, "rustup's default") }
    }

    private static func lines(of file: FilePath) -> [String] {
        let bytes = (try? FileContents.read(file, limit: 1 << 16)) ?? []
        return bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map { $0.trimmed.text }.filter {
            !$0.isEmpty && !$0.hasPrefix("#")
        }
    }

    /// `channel = "1.80"`.
    private static func value(_ key: String, in lines: [String]) -> String? {
        let line = lines.first { $0.hasPrefix(key) && $0.dropFirst(key.count).withoutIndent.hasPrefix("=") }
        return line?.split(separator: "\"").dropFirst().first.map(String.init)
    }

    /// The repository names it, so it must not lead elsewhere.
    private static func isName(_ name: String) -> Bool { !name.isEmpty && !name.contains("/") && !name.hasPrefix(".") && !name.contains("=") }
}
