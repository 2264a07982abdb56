internal import Foundation
internal import PackagePlugin

/// Embeds the vault template and the demo's files into the target that uses it, so that `ferry` is one file.
@main struct EmbedResources: BuildToolPlugin {
    /// What is embedded: the name of the generated enum and the folder in the package. A folder that is not there gives an empty list.
    private static let folders = [
        (name: "VaultTemplateFiles", path: "vault-template"),
        (name: "DemoFiles", path: "Sources/FerryCommands/Demo/Files"),
    ]

    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let tool = try context.tool(named: "ferry-embed").url
        return try Self.folders.map { name, path in
            let folder = context.package.directoryURL.appending(path: path).resolvingSymlinksInPath()
            let output = context.pluginWorkDirectoryURL.appending(path: "\(name).swift")
            return .buildCommand(
                displayName: "Embedding \(path)",
                executable: tool,
                arguments: [name, folder.path, output.path],
                inputFiles: try inputs(below: folder),
                outputFiles: [output]
            )
        }
    }

    /// The folder, its folders and its files: a folder changes when a file is added or removed.
    private func inputs(below folder: URL) throws -> [URL] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try [folder] + FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted().map { folder.appending(path: $0) }
    }
}
