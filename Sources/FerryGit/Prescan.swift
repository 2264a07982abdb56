internal import FerrySystem
internal import Glibc
internal import SystemPackage

/// A walk over a worktree by lstat alone, before git looks at it. It reads no file and follows no link.
///
/// The caller has made sure that no process of the agent is alive, so that nothing changes between the walk and git.
struct Prescan {
    /// What was found. `suspects` count only where git would look, that is outside of what `.gitignore` excludes:
    /// package folders and build outputs hold repositories, hard links and the like by right.
    struct Survey {
        var refusals: [PrescanRefusal] = []
        var suspects: [PrescanRefusal] = []
        var files = 0
        var bytes: Int64 = 0
    }

    private let root: FilePath
    private let limits: PrescanLimits
    private let mayReadAll = geteuid() == 0
    private var survey = Survey()
    private var seen = 0
    private var pending: [(folder: FilePath, depth: Int)] = [(FilePath(), 0)]

    private init(_ root: FilePath, _ limits: PrescanLimits) {
        self.root = root
        self.limits = limits
    }

    /// Throws `Errno` where the worktree itself cannot be listed, and `CancellationError`.
    @concurrent static func survey(_ root: FilePath, limits: PrescanLimits) async throws -> Survey {
        var scan = Prescan(root, limits)
        while let (folder, depth) = scan.pending.popLast() {
            try Task.checkCancellation()
            // The walk blocks its thread; others get their turn after each folder.
            await Task.yield()
            guard try scan.visit(folder, depth: depth) else { break }
        }
        return scan.survey
    }

    /// `false` when a limit ends the walk.
    private mutating func visit(_ folder: FilePath, depth: Int) throws -> Bool {
        let entries: [Directory.Entry]
        do { entries = try Directory.entries(of: root.pushing(folder)) } catch Errno.permissionDenied where depth > 0 {
            survey.suspects.append(PrescanRefusal(reason: .unreadable, path: folder))
            return true
        }
        let names = Set(entries.map(\.name))
        if depth > 0, ["HEAD", "objects", "refs"].allSatisfy(names.contains) {
            survey.suspects.append(PrescanRefusal(reason: .nestedRepository, path: folder.appending("HEAD")))
        }
        for entry in entries {
            seen += 1
            guard seen <= limits.entries else { return stop(.tooManyFiles, FilePath()) }
            let path = folder.appending(entry.name)
            let status: FileStatus
            do { status = try FileStatus(of: root.pushing(path)) } catch Errno.fileNameTooLong { return stop(.tooDeep, folder) }
            if depth == 0, path == ".git" {
                // The empty file that the sandbox left behind where it mounted the agent's pointer; git passes over the name.
                if status.kind != .regular || status.size != 0 { survey.refusals.append(PrescanRefusal(reason: .nestedRepository, path: path)) }
                continue
            }
            let isGit = judge(path, status)
            // Refused or ignored, git does not go in; its objects would be many.
            guard status.kind == .directory, !isGit else { continue }
            guard depth + 1 < limits.depth else { return stop(.tooDeep, path) }
            pending.append((path, depth + 1))
        }
        return true
    }

    private mutating func stop(_ reason: PrescanRefusal.Reason, _ path: FilePath) -> Bool {
        survey.refusals.append(PrescanRefusal(reason: reason, path: path))
        return false
    }

    /// Notes what is wrong with one entry; whether it is a `.git`.
    private mutating func judge(_ path: FilePath, _ status: FileStatus) -> Bool {
        let name = path.lastComponent.map { FilePath(root: nil, [$0]).bytes } ?? []
        var reasons: [PrescanRefusal.Reason] = []
        let isGit = name == Array(".git".utf8)
        if GitLookAlike.matches(name) { reasons.append(isGit ? .nestedRepository : .gitLookAlike) }
        if Self.holdsControl(name) { reasons.append(.controlCharacter) }
        switch status.kind {
        case .regular:
            survey.files += 1
            survey.bytes += status.size
            if status.links > 1 { reasons.append(.hardLink) }
            if status.mode & 0o6000 != 0 { reasons.append(.setIdBits) }
            if status.mode & 0o400 == 0, !mayReadAll { reasons.append(.unreadable) }
        case .directory: if status.mode & 0o6000 != 0 { reasons.append(.setIdBits) }
        case .link: survey.files += 1
        case .other:
            // git opens these by name in every folder on its way: a FIFO would hold it.
            if [".gitignore", ".gitattributes"].contains(String(decoding: name, as: UTF8.self)) {
                survey.refusals.append(PrescanRefusal(reason: .specialFile, path: path))
            } else {
                reasons.append(.specialFile)
            }
        }
        survey.suspects += reasons.map { PrescanRefusal(reason: $0, path: path) }
        return isGit
    }

    /// U+0000 to U+001F, U+007F, and U+0080 to U+009F as UTF-8 spells them.
    private static func holdsControl(_ name: [UInt8]) -> Bool {
        var previous: UInt8 = 0
        for byte in name {
            if byte < 32 || byte == 127 || (previous == 0xC2 && byte < 0xA0) { return true }
            previous = byte
        }
        return false
    }
}
