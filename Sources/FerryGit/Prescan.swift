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
        /// All files and links, if they were wanted.
        var sight = WorktreeSight()
    }

    private let top: OpenFolder
    private let limits: PrescanLimits
    private let keepsSight: Bool
    private let mayReadAll = geteuid() == 0
    private var survey = Survey()
    private var seen = 0
    private var pending: [(folder: FilePath, depth: Int)] = [(FilePath(), 0)]

    private init(_ root: FilePath, _ limits: PrescanLimits, keepsSight: Bool) throws {
        top = try OpenFolder(root)
        self.limits = limits
        self.keepsSight = keepsSight
    }

    /// Throws `Errno` where the worktree itself cannot be listed, and `CancellationError`.
    @concurrent static func survey(_ root: FilePath, limits: PrescanLimits, keepsSight: Bool = false) async throws -> Survey {
        var scan = try Prescan(root, limits, keepsSight: keepsSight)
        var turn = 0
        while let (folder, depth) = scan.pending.popLast() {
            try Task.checkCancellation()
            // The walk blocks its thread; others get their turn every few milliseconds.
            if scan.seen >= turn {
                turn = scan.seen + Self.entriesAtOnce
                await Task.yield()
            }
            guard try scan.visit(folder, depth: depth) else { break }
        }
        return scan.survey
    }

    private static let entriesAtOnce = 1_000

    /// `false` when a limit ends the walk.
    private mutating func visit(_ folder: FilePath, depth: Int) throws -> Bool {
        let open: OpenFolder
        do { open = try OpenFolder(folder, beneath: top) } catch Errno.permissionDenied where depth > 0 {
            survey.suspects.append(PrescanRefusal(reason: .unreadable, path: folder))
            return true
        } catch Errno.fileNameTooLong { return stop(.tooDeep, folder) }
        var parts: Set<[UInt8]> = []
        var files: [(name: [UInt8], status: FileStatus)] = []
        defer { if keepsSight { survey.sight.note(files, in: folder) } }
        for ended in try open.names() {
            seen += 1
            guard seen <= limits.entries else { return stop(.tooManyFiles, FilePath()) }
            let name = Array(ended.dropLast())
            guard folder.length + 1 + name.count <= limits.pathBytes else { return stop(.tooDeep, folder.pushing(FilePath(bytes: name))) }
            if name.count <= Self.longestPart, Self.repositoryParts.contains(name) { parts.insert(name) }
            guard
                let status = try ended.withUnsafeBytes({ bytes in
                    try bytes.withMemoryRebound(to: CChar.self) { try $0.baseAddress.map { try open.status(of: $0) } ?? nil }
                })
            else { continue }
            if depth == 0, name == Self.dotGit {
                // The empty file that the sandbox left behind where it mounted the agent's pointer; git passes over the name.
                let isMountPoint = status.kind == .regular && status.size == 0
                if !isMountPoint { survey.refusals.append(PrescanRefusal(reason: .nestedRepository, path: FilePath(bytes: name))) }
                continue
            }
            let reasons = judge(name, status)
            if !reasons.isEmpty { survey.suspects += reasons.map { PrescanRefusal(reason: $0, path: folder.pushing(FilePath(bytes: name))) } }
            if keepsSight, status.kind != .directory { files.append((name, status)) }
            // git opens these by name in every folder on its way, ignored or not: a FIFO would hold it, a huge one fill the memory.
            if Self.read.contains(name), status.kind == .other || status.size > Self.readLimit {
                return stop(status.kind == .other ? .specialFile : .tooManyBytes, folder.pushing(FilePath(bytes: name)))
            }
            // Refused or ignored, git does not go into a repository; its objects would be many.
            guard status.kind == .directory, name != Self.dotGit else { continue }
            guard depth + 1 < limits.depth else { return stop(.tooDeep, folder.pushing(FilePath(bytes: name))) }
            pending.append((folder.pushing(FilePath(bytes: name)), depth + 1))
        }
        if depth > 0, Self.isRepository(parts) {
            survey.suspects.append(PrescanRefusal(reason: .nestedRepository, path: folder.appending("HEAD")))
        }
        return true
    }

    private static let dotGit = Array(".git".utf8)
    private static let head = Array("HEAD".utf8)
    private static let stores = [Array("objects".utf8), Array("refs".utf8)]
    /// Names where objects and references are (gitrepository-layout(5)); git reads settings there as well.
    private static let commonFolder = Array("commondir".utf8)
    private static let repositoryParts = Set(stores + [head, commonFolder])
    private static let longestPart = commonFolder.count
    private static let readLimit: Int64 = 1 << 20
    private static let read = [Array(".gitignore".utf8), Array(".gitattributes".utf8)]

    /// What git takes for a repository when somebody works in this folder, by what lies in it.
    private static func isRepository(_ parts: Set<[UInt8]>) -> Bool {
        parts.contains(head) && (parts.contains(commonFolder) || parts.isSuperset(of: stores))
    }

    private mutating func stop(_ reason: PrescanRefusal.Reason, _ path: FilePath) -> Bool {
        survey.refusals.append(PrescanRefusal(reason: reason, path: path))
        return false
    }

    /// What is wrong with one entry.
    private mutating func judge(_ name: [UInt8], _ status: FileStatus) -> [PrescanRefusal.Reason] {
        var reasons: [PrescanRefusal.Reason] = []
        if GitLookAlike.matches(name) { reasons.append(name == Self.dotGit ? .nestedRepository : .gitLookAlike) }
        if Self.holdsControl(name) { reasons.append(.controlCharacter) }
        switch status.kind {
        case .regular:
            survey.files += 1
            survey.bytes += status.size
            if status.links > 1 { reasons.append(.hardLink) }
            if status.mode & 0o6000 != 0 { reasons.append(.setIdBits) }
            if status.mode & 0o400 == 0, !mayReadAll { reasons.append(.unreadable) }
        case .link:
            survey.files += 1
            if GitLookAlike.isModulesName(name) { reasons.append(.submodule) }
        // A folder inherits the group bit from the one above it, and it gives no rights.
        case .directory: break
        case .other: reasons.append(.specialFile)
        }
        return reasons
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
