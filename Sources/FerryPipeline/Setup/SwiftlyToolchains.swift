internal import FerrySystem
internal import Foundation
internal import SystemPackage

/// Which toolchain swiftly's proxies stand for: the repository's `.swift-version`, else `inUse` of swiftly's config.json.
struct SwiftlyToolchains {
    let repository: FilePath
    let environment: [String: String]
    let home: FilePath

    private struct Configuration: Decodable { let inUse: String? }

    var folder: Result<ToolchainFolder, ToolchainFault> {
        let root = environment["SWIFTLY_HOME_DIR"].map { FilePath($0) } ?? home.appending(".local/share/swiftly")
        let toolchains = environment["SWIFTLY_TOOLCHAINS_DIR"].map { FilePath($0) } ?? root.appending("toolchains")
        let local = (try? FileContents.read(repository.appending(".swift-version"), limit: 4096))?.split(separator: UInt8(ascii: "\n")).first?.trimmed
            .text
        let configuration = (try? FileContents.read(root.appending("config.json"), limit: 1 << 20)).flatMap {
            try? JSONDecoder().decode(Configuration.self, from: Data($0))
        }
        guard let version = local ?? configuration?.inUse, !version.isEmpty, !version.contains("/"), !version.hasPrefix(".") else {
            return .failure(ToolchainFault(message: "swiftly has no toolchain in use. Choose one: `swiftly use latest`."))
        }
        let source = local == nil ? "in use" : "the repository's .swift-version"
        let names = (try? Directory.entries(of: toolchains))?.map(\.name.string) ?? []
        guard let name = names.first(where: { $0 == version }) ?? names.last(where: { $0.hasPrefix(version + ".") }) else {
            return .failure(ToolchainFault(message: "swiftly has no toolchain \(version) (\(source)). Install it: `swiftly install \(version)`."))
        }
        return .success(ToolchainFolder(path: toolchains.appending(name).appending("usr"), reason: "swiftly's \(name) (\(source))"))
    }
}
