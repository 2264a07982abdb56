internal import FerrySystem
internal import SystemPackage

/// Ferry's own bare git directory for one repository: a configuration and attributes that Ferry owns, no hooks, no refs.
/// Objects live in the user's repository. Everything in it can be made anew at any time.
struct PrivateGitDirectory: Hashable, Sendable {
    let path: FilePath

    /// Fresh index files, one an operation.
    var indexes: FilePath { path.appending("indexes") }
    /// Notes of moves of a user's checkout that are under way.
    var moves: FilePath { path.appending("moves") }

    /// Makes or mends it. Throws `Errno`.
    func prepare(objectFormat: String) throws {
        for folder in ["refs", "objects", "info", "indexes", "moves"] { try Directory.create(path.appending(folder), mode: 0o700) }
        try put("ref: refs/heads/none\n", "HEAD")
        try put(configuration(objectFormat), "config")
        try put(String(decoding: PinnedAttributes.content, as: UTF8.self), "info/attributes")
    }

    private func put(_ text: String, _ name: String) throws {
        let file = path.pushing(FilePath(name))
        if (try? FileContents.read(file)) == Array(text.utf8) { return }
        try FileContents.write(Array(text.utf8), to: file)
    }

    private func configuration(_ objectFormat: String) -> String {
        """
        [core]
        \trepositoryFormatVersion = 1
        \tbare = true
        \tfileMode = true
        \tsymlinks = true
        \tignoreCase = false
        \tautocrlf = false
        \tprotectHFS = true
        \tprotectNTFS = true
        \thooksPath = /dev/null
        \tfsmonitor = false
        \texcludesFile = /dev/null
        \tattributesFile = /dev/null
        \tcompression = 1
        \tfsync = \(GitEnvironment.synced)
        \tfsyncMethod = batch
        [extensions]
        \tobjectFormat = \(objectFormat)
        [gc]
        \tauto = 0
        [maintenance]
        \tauto = false
        [protocol]
        \tallow = never
        [submodule]
        \trecurse = false

        """
    }
}
