package import SystemPackage

extension FilePath.Component {
    /// A name of any bytes, also such as are no UTF-8; `nil` where they are no single name.
    package init?(bytes: [UInt8]) {
        let characters = bytes.map { CChar(bitPattern: $0) } + [0]
        let component = characters.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.flatMap { FilePath.Component(platformString: $0) }
        }
        guard let component else { return nil }
        self = component
    }
}
