internal import FerryModel
internal import FerrySystem
internal import FerryTestSupport
internal import Glibc
internal import SystemPackage
internal import Testing

@testable internal import FerryVault

/// Whatever happens to the files, an index that was told where knows what a fresh one finds.
@Suite(.timeLimit(.minutes(Repetitions.count(2, long: 30))))
struct VaultIndexStormTests {
    private static let isLong = getenv("FERRY_LONG") != nil

    @Test(arguments: isLong ? Array(0..<40) : [1, 2])
    func `looks at paths come to the same as a full walk`(_ seed: Int) async throws {
        try await withScratch(["10_features/01_ideas/": ""]) { root in
            var storm = IndexStorm(root: root, seed: UInt64(seed))
            var index = VaultIndex(root: root, layout: VaultLayout(), prefix: "")
            _ = try index.refresh(.everything)
            for round in 0..<(Self.isLong ? 40 : 10) {
                for _ in 0..<storm.count(in: 1...30) { try storm.act() }
                let delta = try #require(try index.refresh(storm.takeScope()))
                try check(index, root, delta, "seed \(seed), round \(round)")
                if round % 6 == 5 { index = try restarted(index, root) }
            }
        }
    }

    private func check(_ index: VaultIndex, _ root: FilePath, _ delta: IndexDelta, _ place: String) throws {
        var fresh = VaultIndex(root: root, layout: VaultLayout(), prefix: "")
        let whole = try #require(try fresh.refresh(.everything))
        let found = whole.came.map(\.note)
        #expect(notes(of: index) == notes(of: fresh), "\(place)")
        #expect(found.count == index.count, "\(place)")
        #expect(index.conflicts == fresh.conflicts, "\(place)")
        for note in found { #expect(index.note(at: note.path) == note, "\(place)") }
        let gone = Set(delta.gone.map(\.path))
        for arrival in delta.came {
            #expect(!gone.contains(arrival.note.path), "\(place)")
            if let origin = arrival.movedFrom { #expect(origin.stamp.inode == arrival.note.stamp.inode, "\(place)") }
        }
        for id in Set(found.compactMap(\.id)) {
            #expect(Set(index.notes(bearing: id).map(\.path)) == Set(found.filter { $0.id == id }.map(\.path)), "\(place)")
        }
    }

    private func notes(of index: VaultIndex) -> [FilePath: IndexedNote] {
        let all = FeatureState.allCases.flatMap { Array(index.notes(in: $0)) }
        return Dictionary(all.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func restarted(_ index: VaultIndex, _ root: FilePath) throws -> VaultIndex {
        var old = index
        var next = VaultIndex(root: root, layout: VaultLayout(), prefix: "")
        // All of it: what was taken before is given again only where it changed.
        next.restore(old.takeAllFolders().compactMap { folder, entries in entries.map { (folder, $0) } })
        #expect(notes(of: next).keys == notes(of: old).keys)
        _ = try next.refresh(.everything)
        return next
    }
}

/// Does things to a vault at random, and remembers the paths that a watcher would name.
private struct IndexStorm {
    let root: FilePath
    private var random: IndexRandom
    private var files: Set<FilePath> = []
    private var folders: Set<FilePath> = []
    private static let states = ["01_ideas", "02_drafts", "03_planned", "06_done"]
    private static let places = ["", "a", "a/b", "c", "a/b/d"]
    private static let names = [
        "n.md", "m.md", "k.MD", "x (conflicted copy 1).md", "a.md", "README.md", "note.txt", ".hidden.md", ".ferry-00", "\u{301}é.md", "b.md",
    ]
    private static let texts = [
        "", "# x\n", "---\nid: FR-1\nstatus: done\n---\n", "---\nid: FR-2\n---\nlonger text\n", "---\nkanban-plugin: x\n---\n",
    ]

    init(root: FilePath, seed: UInt64) {
        self.root = root
        random = IndexRandom(seed: seed)
    }

    mutating func count(in range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func takeScope() -> IndexScope {
        defer { (files, folders) = ([], []) }
        return .paths(files: files, folders: folders)
    }

    private mutating func folder() -> FilePath {
        let state = Self.states.randomElement(using: &random) ?? ""
        return FilePath("10_features/\(state)").pushing(FilePath(Self.places.randomElement(using: &random) ?? ""))
    }

    private mutating func file() -> FilePath { folder().appending(Self.names.randomElement(using: &random) ?? "") }

    mutating func act() throws {
        switch Int.random(in: 0..<10, using: &random) {
        case 0...4: try write(file())
        case 5: remove(file())
        case 6...7: move(file(), file(), isFolder: false)
        case 8: move(folder(), folder(), isFolder: true)
        default:
            let folder = folder()
            try? Directory.removeTree(root.pushing(folder))
            folders.insert(folder)
            // A state's folder at least must stand, or the vault is not there.
            try Directory.create(root.pushing("10_features/01_ideas"))
        }
    }

    private mutating func write(_ path: FilePath) throws {
        noteMissingFolders(path)
        try Directory.create(root.pushing(path).removingLastComponent())
        let text = Self.texts.randomElement(using: &random) ?? ""
        let file = try FileDescriptor.open(root.pushing(path), .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
        try file.closeAfter { _ = try file.writeAll(text.utf8) }
        files.insert(path)
    }

    private mutating func remove(_ path: FilePath) {
        _ = root.pushing(path).withPlatformString { unlink($0) }
        files.insert(path)
    }

    private mutating func move(_ from: FilePath, _ to: FilePath, isFolder: Bool) {
        guard from != to, from.removingLastComponent() != "10_features", to.removingLastComponent() != "10_features" || !isFolder else { return }
        noteMissingFolders(to)
        try? Directory.create(root.pushing(to).removingLastComponent())
        guard root.pushing(from).withPlatformString({ from in root.pushing(to).withPlatformString { rename(from, $0) } }) == 0 else { return }
        if isFolder { folders.formUnion([from, to]) } else { files.formUnion([from, to]) }
    }

    /// A watcher tells of a new folder, and looks through it.
    private mutating func noteMissingFolders(_ path: FilePath) {
        var folder = path.removingLastComponent()
        while !folder.isEmpty, (try? FileStatus(of: root.pushing(folder))) == nil {
            folders.insert(folder)
            folder.removeLastComponent()
        }
    }
}
