internal import Glibc
package import SystemPackage

/// Extended attributes of files (setxattr(2)), which Glibc's module does not show.
package enum ExtendedAttribute {
    private typealias Setting = @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer?, Int, Int32) -> Int32
    private typealias Getting = @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer?, Int) -> Int

    /// Throws `Errno`.
    package static func set(_ name: String, _ value: [UInt8], of path: FilePath) throws {
        let setting = unsafeBitCast(dlsym(nil, "setxattr"), to: Setting.self)
        guard path.withPlatformString({ setting($0, name, value, value.count, 0) }) == 0 else { throw Errno(rawValue: errno) }
    }

    /// `nil` where the file has none of this name.
    package static func value(_ name: String, of path: FilePath) -> [UInt8]? {
        let getting = unsafeBitCast(dlsym(nil, "getxattr"), to: Getting.self)
        var value = [UInt8](repeating: 0, count: 256)
        let count = path.withPlatformString { getting($0, name, &value, value.count) }
        return count < 0 ? nil : Array(value[..<count])
    }
}
