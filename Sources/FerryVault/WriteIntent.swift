internal import FerrySystem
internal import Foundation
internal import SystemPackage

/// What a write is about to do, told before the vault is touched: enough to tell afterwards, from what lies there, how far it came.
struct WriteIntent: Hashable, Sendable, Codable {
    enum Kind: String, Codable, Sendable {
        /// A successor under the temporary name is swapped with the note, or replaces it.
        case exchange
        /// A new note is written under the temporary name and gets its own.
        case creation
        /// The note gets the temporary name, is compared once more, and goes.
        case removal
        /// The note's own bytes are written over; `old` and `new` are here in full.
        case inPlace
        /// The note gets its second name before it loses the first.
        case move
    }

    var kind: Kind
    private var pathBytes: Data
    private var destinationBytes: Data?
    private var temporaryDigits: String?
    private var beforeHash: String?
    private var afterHash: String?
    /// Of a write in place: the whole note, before and after.
    var old: Data?
    var new: Data?

    init(_ kind: Kind, _ path: FilePath, destination: FilePath? = nil, temporary: TemporaryName? = nil, before: ContentHash?, after: ContentHash?) {
        self.kind = kind
        pathBytes = Self.data(path)
        destinationBytes = destination.map(Self.data)
        temporaryDigits = temporary?.digits
        beforeHash = before?.description
        afterHash = after?.description
    }

    /// Relative to the vault.
    var path: FilePath { Self.path(pathBytes) }
    var destination: FilePath? { destinationBytes.map(Self.path) }
    var temporary: TemporaryName? { temporaryDigits.flatMap { FilePath.Component(".ferry-" + $0) }.flatMap(TemporaryName.init) }
    /// What the write has read.
    var before: ContentHash? { beforeHash.flatMap(ContentHash.init(hex:)) }
    /// What it makes of it.
    var after: ContentHash? { afterHash.flatMap(ContentHash.init(hex:)) }

    // Paths are bytes, whatever the encoding.
    private static func data(_ path: FilePath) -> Data { path.withPlatformString { Data(bytes: $0, count: path.length) } }

    private static func path(_ data: Data) -> FilePath {
        (data.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath()
        }
    }
}
