internal import Foundation

/// The part of npm's package.json that tells how to test.
struct PackageManifest: Decodable {
    private let scripts: [String: String]?

    /// A text that is no such JSON has no scripts.
    init(_ text: String) {
        self = (try? JSONDecoder().decode(PackageManifest.self, from: Data(text.utf8))) ?? PackageManifest(scripts: nil)
    }

    private init(scripts: [String: String]?) { self.scripts = scripts }

    func script(_ name: String) -> String? { scripts?[name] }
}
