@testable internal import FerryCommands
internal import Foundation
internal import Testing

/// What the binary carries is what the repository holds, byte for byte.
@Suite(.timeLimit(.minutes(1)))
struct EmbeddedFilesTests {
    @Test func `the embedded vault template is the folder vault-template`() throws {
        try compare(VaultTemplateFiles.files, with: "vault-template")
        #expect(VaultTemplateFiles.files.contains { $0.path == "90_system/ferry.md" })
    }

    @Test func `the embedded files of the demo are the folder Demo/Files`() throws {
        try compare(DemoFiles.files, with: "Sources/FerryCommands/Demo/Files")
    }

    @Test func `every folder of the template has a note, so that git and sync tools keep it`() {
        let folders = Set(VaultTemplateFiles.files.map { $0.path.split(separator: "/").dropLast().joined(separator: "/") })
        let states = ["01_ideas", "02_drafts", "03_planned", "04_in_progress", "05_review", "06_done", "07_blocked"].map { "10_features/" + $0 }
        #expect(folders.isSuperset(of: states + ["20_agents", "30_review_rules", "40_runs", "80_repositories", "90_system"]))
    }

    private func compare(_ embedded: [(path: String, content: String)], with folder: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let files = try contents(below: root.appending(path: folder).resolvingSymlinksInPath())
        #expect(embedded.map(\.path).sorted() == files.keys.sorted())
        for (path, content) in embedded {
            #expect(files[path] == Data(content.utf8), "\(folder)/\(path) is embedded in an older form; run make build")
        }
    }

    /// Text files by their path below the folder, without hidden ones.
    private func contents(below folder: URL) throws -> [String: Data] {
        guard FileManager.default.fileExists(atPath: folder.path) else { return [:] }
        var found: [String: Data] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where !name.hasPrefix(".") && !name.contains("/.") {
            let file = folder.appending(path: name)
            if try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true { found[name] = try Data(contentsOf: file) }
        }
        return found
    }
}
