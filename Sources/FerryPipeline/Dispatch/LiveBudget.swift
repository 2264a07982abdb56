internal import FerryModel
internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// A feature's own `budget_usd` as its note says now.
actor LiveBudget {
    private let root: FilePath
    private var path: FilePath
    private var status: FileStatus?
    private var budget: Money?

    /// `note` is the note as it was last read, at `path` below the vault.
    init(root: FilePath, note: [UInt8], path: FilePath) {
        self.root = root
        self.path = path
        budget = FeatureNote(parsing: note, path: path).budget
    }

    /// Reads the note where it has changed. What cannot be read now (it is being moved or written) has the budget that it last had.
    func value(at path: FilePath?) -> Money? {
        self.path = path ?? self.path
        guard let status = try? FileStatus(of: root.pushing(self.path)), status != self.status,
            let bytes = try? FileContents.read(root.pushing(self.path), limit: NoteBytes.sizeLimit)
        else { return budget }
        self.status = status
        budget = FeatureNote(parsing: bytes, path: self.path).budget
        return budget
    }
}
