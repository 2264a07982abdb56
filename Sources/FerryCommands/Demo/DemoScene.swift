internal import FerryGit
internal import FerryModel
internal import FerryPipeline
internal import FerrySystem
internal import FerryVault
internal import Glibc
internal import SystemPackage

/// The place of the demo: a scratch folder with a small real repository, a vault, and Ferry's own folders. It stays for the person to look at.
struct DemoScene: Sendable {
    let folder: FilePath

    var repository: FilePath { folder.appending("till") }
    var vault: FilePath { folder.appending("vault") }
    var stateHome: FilePath { folder.appending("state") }
    var cacheHome: FilePath { folder.appending("cache") }
    private var script: FilePath { folder.appending("script.json") }

    /// The feature's file name.
    static let note = "Discount codes.md"

    /// Where the feature's note lies in a state.
    func note(in state: FeatureState) -> FilePath { VaultLayout().folder(of: state).appending(Self.note) }

    /// Builds it in a new folder below the one for temporary files. `isQuick`: the script makes no pauses.
    /// Throws `CommandError`, `GitError`, `Errno`.
    static func build(isQuick: Bool) async throws -> DemoScene {
        let scene = DemoScene(folder: try scratch())
        let writer = NoteWriter(root: scene.folder)
        for file in DemoFiles.files where file.path.hasPrefix("repository/") || file.path == "script.json" {
            let content = isQuick && file.path == "script.json" ? file.content.replacing(/"delay_ms": \d+/, with: "\"delay_ms\": 0") : file.content
            guard try await writer.create(scene.place(of: file.path), content: Array(content.utf8)) else { throw Errno.fileExists }
        }
        guard let main = BranchName("main") else { preconditionFailure("main is a branch's name") }
        try await GitRepository.create(at: scene.repository, branch: main, author: "You", message: "A till that adds up and prints receipts")
        _ = try await VaultFounding(root: scene.vault, files: scene.vaultFiles).found()
        _ = try await RepositoryFounding(view: scene.view()).found(scene.repository)
        return scene
    }

    /// The vault as commands see it.
    func view() throws -> VaultView { try VaultView(root: vault, stateHome: stateHome, cacheHome: cacheHome) }

    /// The repository as the service sees it.
    func git() async throws -> GitRepository {
        guard let folders = try view().folders else { preconditionFailure("the demo's vault was founded with an id") }
        let name = RepositoryName(repository.lastComponent?.string ?? "")
        return try await GitRepository.open(path: repository, privateDirectory: folders.gitDirectory(of: name))
    }

    private static func scratch() throws -> FilePath {
        let base = getenv("TMPDIR").map { FilePath(platformString: $0) } ?? "/tmp"
        return try Directory.createTemporary("ferry-demo", in: WorkingFolder.resolved(base))
    }

    /// Hidden files are embedded under a name that is none: `dot.gitignore`.
    private func place(of path: String) -> FilePath {
        let names = path.split(separator: "/").map { $0.hasPrefix("dot.") ? String($0.dropFirst(3)) : String($0) }
        return FilePath((names.first == "repository" ? ["till"] + names.dropFirst() : names).joined(separator: "/"))
    }

    /// The template with the demo's settings, and its feature among the ideas.
    private var vaultFiles: [(path: String, content: String)] {
        let settings = VaultLayout().settings.string
        var files = VaultTemplateFiles.files.filter { $0.path != settings && $0.path != "10_features/01_ideas/Example feature.md" }
        for file in DemoFiles.files {
            switch file.path {
            case "vault/ferry.md": files.append((settings, file.content.replacing("{{script}}", with: script.string)))
            case "vault/\(Self.note)": files.append((note(in: .ideas).string, file.content))
            default: break
            }
        }
        return files
    }
}
