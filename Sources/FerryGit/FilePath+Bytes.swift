internal import SystemPackage

extension FilePath {
    /// From the bytes that git prints after `-z`.
    init(bytes: some Collection<UInt8>) {
        self = (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { FilePath(platformString: $0) } ?? FilePath()
        }
    }

    var bytes: [UInt8] {
        withPlatformString { name in
            var bytes: [UInt8] = []
            var next = name
            while next.pointee != 0 {
                bytes.append(UInt8(bitPattern: next.pointee))
                next += 1
            }
            return bytes
        }
    }
}

extension Sequence<FilePath> {
    /// The form that git reads after `-z`: each path ended by NUL.
    var endedByNul: [UInt8] {
        var bytes: [UInt8] = []
        for path in self { bytes += path.bytes + [0] }
        return bytes
    }
}
