package import SystemPackage

/// What `ferry init` wants to know of a repository.
package struct RepositoryInspection: Hashable, Sendable {
    package let path: FilePath
    /// The proposal for `base`; `nil` where none is clear.
    package let base: BranchName?
    package let usesSubmodules: Bool
    /// The filters that attributes name, sorted. Ferry runs none of them.
    package let filters: [String]
    /// Why Ferry cannot work on it as it is; `nil` when it can.
    package let obstacle: GitError?
}

extension GitRepository {
    /// Looks at the proposed base branch. Throws only where the repository cannot be read.
    package func inspectForInit() async throws -> RepositoryInspection {
        guard let base = try await defaultBranch() else {
            return RepositoryInspection(path: path, base: nil, usesSubmodules: false, filters: [], obstacle: nil)
        }
        let tip = try await baseTip(base)
        let found = try await inspect(tip)
        var obstacle: GitError?
        do { try await requireSupported(tip) } catch let error as GitError { obstacle = error }
        return RepositoryInspection(path: path, base: base, usesSubmodules: found.usesSubmodules, filters: found.filters, obstacle: obstacle)
    }
}
