internal import FerrySystem
internal import Foundation
internal import GRDB
internal import SystemPackage

/// What the database holds of each feature, written down once more: a file for each feature, beside its transcripts, to which every committed row is added as
/// a line of JSON. It is read only when the database was lost. The last line about a row counts; a line that cannot be read (a kill in the middle of it)
/// counts for nothing. Rows as they are, so that new columns need nothing here.
struct FeatureJournals: Sendable {
    /// Of the tables that are written down, the columns that name a row.
    static let keys: [String: [String]] = [
        "feature": ["id"], "run": ["feature", "number"], "step": ["feature", "run", "key"], "spending": ["key"], "fact": ["key"],
        "event": ["feature", "run", "time", "text"],
    ]
    /// A file larger than this is written anew from the database.
    static let sizeLimit: Int64 = 4 << 20

    /// A value of a row.
    enum Value: Codable, Hashable {
        case null
        case number(Int64)
        case text(String)
        case bytes(Data)

        private enum Keys: String, CodingKey { case bytes = "b" }

        init(from decoder: any Decoder) throws {
            if let keyed = try? decoder.container(keyedBy: Keys.self), let bytes = try? keyed.decode(Data.self, forKey: .bytes) {
                self = .bytes(bytes)
                return
            }
            let single = try decoder.singleValueContainer()
            if single.decodeNil() {
                self = .null
            } else if let number = try? single.decode(Int64.self) {
                self = .number(number)
            } else {
                self = .text(try single.decode(String.self))
            }
        }

        func encode(to encoder: any Encoder) throws {
            switch self {
            case .bytes(let bytes):
                var keyed = encoder.container(keyedBy: Keys.self)
                try keyed.encode(bytes, forKey: .bytes)
            case .null:
                var single = encoder.singleValueContainer()
                try single.encodeNil()
            case .number(let number):
                var single = encoder.singleValueContainer()
                try single.encode(number)
            case .text(let text):
                var single = encoder.singleValueContainer()
                try single.encode(text)
            }
        }

        init(_ value: DatabaseValue) {
            switch value.storage {
            case .null: self = .null
            case .int64(let number): self = .number(number)
            case .double(let number): self = .number(Int64(number))
            case .string(let text): self = .text(text)
            case .blob(let bytes): self = .bytes(bytes)
            }
        }

        var databaseValue: DatabaseValue {
            switch self {
            case .null: .null
            case .number(let number): number.databaseValue
            case .text(let text): text.databaseValue
            case .bytes(let bytes): bytes.databaseValue
            }
        }
    }

    /// One line: a row as it is now, or the names of a row that is gone.
    struct Entry: Codable, Hashable {
        var table: String
        var row: [String: Value]?
        var gone: [String: Value]?

        enum CodingKeys: String, CodingKey { case table = "t", row = "r", gone = "g" }
    }

    let folder: FilePath

    func path(_ feature: String) -> FilePath { folder.appending(feature).appending("journal.jsonl") }

    /// Adds lines. What cannot be written now is not: the database has it.
    func append(_ entries: [Entry], _ feature: String) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let lines = entries.compactMap { try? String(decoding: encoder.encode($0), as: UTF8.self) }
        guard !lines.isEmpty else { return }
        let path = path(feature)
        do { try FileContents.append(line: lines.joined(separator: "\n"), to: path) } catch Errno.noSuchFileOrDirectory {
            try? Directory.create(path.removingLastComponent(), mode: 0o700)
            try? FileContents.append(line: lines.joined(separator: "\n"), to: path)
        } catch {}
    }

    /// The lines of one file that can be read, in order.
    func entries(_ feature: String) throws -> [Entry] {
        let decoder = JSONDecoder()
        return try FileContents.read(path(feature), limit: 1 << 30).split(separator: UInt8(ascii: "\n")).compactMap {
            guard let entry = try? decoder.decode(Entry.self, from: Data($0)), Self.keys[entry.table] != nil else { return nil }
            return entry
        }
    }

    /// The features that have a file.
    func features() throws -> [String] {
        guard try FileStatus.ifPresent(folder) != nil else { return [] }
        return try Directory.folders(of: folder).map(\.string).filter { try FileStatus.ifPresent(path($0)) != nil }.sorted()
    }
}
