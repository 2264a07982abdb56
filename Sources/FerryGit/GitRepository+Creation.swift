package import SystemPackage

extension GitRepository {
    /// Makes a repository of what lies in a folder: all of it in one commit on `branch`. For the demo and for tests.
    /// Throws `GitError`, where the folder is a repository already, too.
    package static func create(at folder: FilePath, branch: BranchName, author: String, message: String, program: GitProgram? = nil) async throws {
        let folder = try absolute(folder)
        if RepositoryLayout.resolved(folder.appending(".git")) != nil {
            throw GitError(.failed, "\(folder) is a repository already.", remedy: "Give another folder.")
        }
        let found: GitProgram
        if let program { found = program } else { found = try await GitProgram.find() }
        var environment = GitEnvironment.base
        func git(_ arguments: String...) async throws {
            _ = try await GitCommand(program: found.executable, arguments: arguments, environment: environment).output()
        }
        try await git("init", "--quiet", "--template=", "--initial-branch=\(branch)", folder.string)
        environment["GIT_DIR"] = folder.appending(".git").string
        environment["GIT_WORK_TREE"] = folder.string
        environment["GIT_AUTHOR_NAME"] = author
        environment["GIT_COMMITTER_NAME"] = author
        try await git("add", "--all")
        try await git("commit", "--quiet", "--message=\(message)")
    }
}
