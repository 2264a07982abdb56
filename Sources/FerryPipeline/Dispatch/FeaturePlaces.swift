internal import FerryModel
internal import SystemPackage

/// Which paths belong to which feature: where its note is, and where Ferry has moved it away from.
struct FeaturePlaces: Sendable {
    private var present: [FilePath: Set<FeatureID>] = [:]
    /// The paths that Ferry moved notes away from.
    private(set) var movedFrom: [FilePath: FeatureID] = [:]
    private var left: [FeatureID: Set<FilePath>] = [:]

    /// The feature's note was at one path and is at another; `nil` for none.
    mutating func move(_ id: FeatureID, from old: FilePath?, to new: FilePath?) {
        guard old != new else { return }
        if let old {
            present[old]?.remove(id)
            if present[old]?.isEmpty == true { present[old] = nil }
        }
        if let new { present[new, default: []].insert(id) }
    }

    /// Ferry has moved the feature's note away from the path.
    mutating func leave(_ path: FilePath, _ id: FeatureID) {
        if let other = movedFrom.updateValue(id, forKey: path), other != id { left[other]?.remove(path) }
        left[id, default: []].insert(path)
    }

    /// The path is as any other again.
    mutating func forget(_ path: FilePath) {
        if let id = movedFrom.removeValue(forKey: path) { left[id]?.remove(path) }
    }

    /// Features whose note is, or was, at the path.
    func features(at path: FilePath) -> Set<FeatureID> { (present[path] ?? []).union(movedFrom[path].map { [$0] } ?? []) }
    /// Paths that Ferry moved the feature's note away from.
    func left(by id: FeatureID) -> Set<FilePath> { left[id] ?? [] }
}
