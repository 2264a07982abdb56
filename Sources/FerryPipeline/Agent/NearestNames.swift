internal import FerrySystem
internal import FerryVault
internal import SystemPackage

/// What a missing file may have been meant to be.
enum NearestNames {
    /// " Did you mean …?", or empty.
    static func hint(for place: GuestFiles.Place) async throws -> String {
        guard let name = place.path.lastComponent else { return "" }
        var names = siblings(of: place, like: name)
        if names.isEmpty, let walk = try? await TreeWalk(place.files, from: FilePath("")) {
            let wanted = name.string.lowercased()
            names = walk.files.filter { $0.lastComponent?.string.lowercased() == wanted }.map(\.string)
        }
        try Task.checkCancellation()
        return names.isEmpty ? "" : " Did you mean \(names.prefix(3).map { SafeText.make($0) }.joined(separator: ", "))?"
    }

    private static func siblings(of place: GuestFiles.Place, like name: FilePath.Component) -> [String] {
        let folder = place.path.removingLastComponent()
        let similarity = Similarity(to: name.string.lowercased().utf8)
        let entries = (try? place.files.entries(of: folder)) ?? []
        return entries.map { (path: folder.appending($0.name).string, score: similarity.score(of: $0.name.string.lowercased().utf8)) }
            .filter { $0.score >= 0.6 }.sorted { $0.score > $1.score }.map(\.path)
    }
}
