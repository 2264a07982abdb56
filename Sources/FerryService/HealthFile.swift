package import FerryPipeline
internal import FerrySystem
internal import Foundation
package import SystemPackage

/// `health.json`: written whole or not at all.
package enum HealthFile {
    /// What the last service said; `nil` where there was none, or where it cannot be read.
    package static func read(_ folders: StateFolders) -> HealthReport? { read(at: folders.health) }

    /// The same, of a file.
    package static func read(at path: FilePath) -> HealthReport? {
        guard let bytes = try? FileContents.read(path, limit: 1 << 20) else { return nil }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try? decoder.decode(HealthReport.self, from: Data(bytes))
    }

    /// Throws `Errno`. Blocks on the disk.
    static func write(_ report: HealthReport, _ folders: StateFolders) throws {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try FileContents.write([UInt8](try encoder.encode(report)) + [0x0A], to: folders.health)
    }
}
