internal import Glibc
internal import SystemPackage

extension FilePath {
    /// From the bytes that git prints after `-z`.
    init(bytes: some Collection<UInt8>) {
        self = (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath()
        }
    }

    var bytes: [UInt8] { withPlatformString(bytesBeforeNul) }
}

extension FilePath.Component {
    var bytes: [UInt8] { withPlatformString(bytesBeforeNul) }
}

private func bytesBeforeNul(_ name: UnsafePointer<CChar>) -> [UInt8] {
    Array(UnsafeRawBufferPointer(start: name, count: strlen(name)))
}

extension Sequence<FilePath> {
    /// The form that git reads after `-z`: each path ended by NUL.
    var endedByNul: [UInt8] {
        var bytes: [UInt8] = []
        for path in self { bytes += path.bytes + [0] }
        return bytes
    }
}
