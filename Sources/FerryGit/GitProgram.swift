internal import FerrySystem
internal import Glibc
internal import Synchronization
package import SystemPackage

/// The git executable that all host-side work uses: found once, by absolute path, of a version that is new enough.
package struct GitProgram: Hashable, Sendable {
    package let executable: FilePath
    /// As git prints it, for example `2.39.5`.
    package let version: String

    /// `merge-tree --write-tree` and `cat-file --batch -z` came with this one.
    package static let minimumVersion = "2.38"

    /// Looks for git in the absolute folders of `searchPath` (the form of `PATH`; `nil` takes this process's).
    /// Throws `GitError` with `gitMissing` or `gitTooOld`.
    package static func find(searchPath: String? = nil) async throws -> GitProgram {
        let path = searchPath ?? getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        let found = path.split(separator: ":").map { FilePath(String($0)).appending("git") }.first {
            $0.isAbsolute && $0.withPlatformString { access($0, X_OK) } == 0
        }
        guard let found else {
            throw GitError(.gitMissing, "There is no git in \(path).", remedy: "Install it: apt-get install git.")
        }
        let stamp = (try? FileStatus(of: found)).map { FileStamp($0) }
        if let stamp, let known = known.withLock({ $0[found] }), known.stamp == stamp { return known.program }
        let answer = try await GitCommand(program: found, arguments: ["version"], environment: GitEnvironment.base).run()
        let words = String(decoding: answer.output, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard answer.status == 0, words.count >= 3 else {
            throw GitError(.gitMissing, "\(found) does not answer to `git version`.", remedy: "Install git anew: apt-get install --reinstall git.")
        }
        let version = String(words[2])
        guard isNewEnough(version) else {
            throw GitError(
                .gitTooOld, "\(found) is git \(version); Ferry merges with commands that came with \(minimumVersion).",
                remedy: "Install a newer git and put it first in PATH.")
        }
        let program = GitProgram(executable: found, version: version)
        if let stamp { known.withLock { $0[found] = (stamp, program) } }
        return program
    }

    /// Each run of a feature opens its repository several times; the program is the same one until its file is another.
    private static let known = Mutex<[FilePath: (stamp: FileStamp, program: GitProgram)]>([:])

    static func isNewEnough(_ version: String) -> Bool {
        let numbers = version.split(separator: ".").prefix(2).map { Int($0) ?? 0 }
        guard numbers.count == 2 else { return false }
        return (numbers[0], numbers[1]) >= (2, 38)
    }
}
