internal import FerrySystem
package import SystemPackage

/// A clock on the wall that a test may set, for programs of their own (`wallclock.c`, beside this file).
package struct WallClock: Sendable {
    private let library: FilePath
    private let shift: FilePath

    /// Compiles the library into `folder`. Throws `CrashPoint.Fault` where that fails.
    package init(in folder: FilePath) throws {
        library = folder.appending("wallclock.so")
        shift = folder.appending("wallclock")
        try CrashPoint.compile(FilePath(#filePath).removingLastComponent().appending("wallclock.c"), to: library)
    }

    /// What a program that is to see this clock needs in its environment.
    package var environment: [String: String] { ["LD_PRELOAD": library.string, "WALL_CLOCK": shift.string] }

    /// Sets the clock this far before or behind the real one.
    package func set(seconds: Int) throws { try FileContents.write(Array("\(seconds)".utf8), to: shift) }
}
