internal import FerryModel
internal import FerryStore
internal import FerryTestSupport
internal import SystemPackage

/// A database of the test's own, open for writing; `file` is where it lies.
@discardableResult
func withStore<Result>(function: String = #function, _ body: (_ store: Store, _ file: FilePath) async throws -> Result) async throws -> Result {
    try await withScratch(function: function) { folder in
        let file = folder.appending("ferry.db")
        let store = try Store(at: file)
        defer { store.close() }
        return try await body(store, file)
    }
}

func planned(_ number: Int) -> FeatureRecord {
    let id = FeatureID(number: number)
    return FeatureRecord(id: id, path: FilePath("10_features/03_planned/\(id).md"), title: "Feature \(number)", state: .planned)
}

func thrownBy(_ body: () async throws -> Void) async -> StoreError? {
    do {
        try await body()
        return nil
    } catch { return error as? StoreError }
}
