// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "ferry",
    products: [
        .executable(name: "ferry", targets: ["ferry"]),
        .executable(name: "ferry-step", targets: ["ferry-step"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .systemLibrary(name: "CCMark", pkgConfig: "libcmark", providers: [.apt(["libcmark-dev"])]),
        .target(name: "CFerryLinux"),
        .plugin(name: "EmbedResources", capability: .buildTool(), dependencies: ["ferry-embed"], path: "Sources/EmbedResources"),
        .executableTarget(name: "ferry", dependencies: ["FerryCommands"]),
        .executableTarget(name: "ferry-embed"),
        .executableTarget(
            name: "ferry-note-exercise",
            dependencies: ["FerrySystem", "FerryVault", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/FerryNoteExercise"
        ),
        // It also runs inside the sandbox, where no library of Swift's is, and before each command: it is C alone, and starts in a fifth of a millisecond.
        .executableTarget(name: "ferry-step", linkerSettings: [.unsafeFlags(["-static-executable", "-nostartfiles"])]),
        .target(
            name: "FerryCommands",
            dependencies: [
                "FerryGit", "FerryLLM", "FerryModel", "FerryPipeline", "FerrySandbox", "FerryService", "FerryStore", "FerrySystem", "FerryVault",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            exclude: ["Demo/Files"],
            plugins: ["EmbedResources"]
        ),
        .testTarget(name: "FerryCommandsTests", dependencies: ["FerryCommands", "FerryTestSupport", "ferry", "ferry-step"]),
        .testTarget(
            name: "FerryEditorTests",
            dependencies: [
                "FerryCommands", "FerryGit", "FerryModel", "FerryPipeline", "FerrySandbox", "FerryService", "FerryStore", "FerrySystem",
                "FerryTestSupport", "FerryVault", "ferry-step", .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "FerryEndToEndTests",
            dependencies: [
                "FerryCommands", "FerryGit", "FerryHTTP", "FerryLLM", "FerryModel", "FerryPipeline", "FerryService", "FerryStore", "FerrySystem",
                "FerryTestSupport",
                "FerryVault", "FerryWireServer", "ferry", "ferry-step", .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "FerryGit",
            dependencies: [
                "FerryModel", "FerrySandbox", "FerrySystem", .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "FerryGitTests",
            dependencies: ["FerryGit", "FerryModel", "FerrySystem", .product(name: "SystemPackage", package: "swift-system")]
        ),
        .target(
            name: "FerryHTTP",
            dependencies: [
                "FerryModel",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "FerryHTTPTests",
            dependencies: [
                "FerryHTTP", "FerryModel", "FerrySandbox", "FerrySystem", "FerryTestSupport", "FerryWireServer", "ferry-step",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "FerryLLM",
            dependencies: [
                "FerryHTTP", "FerryModel", "FerrySystem", .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(name: "FerryLLMTests", dependencies: ["FerryLLM", "FerryTestSupport", "FerryWireServer"]),
        .target(name: "FerryModel"),
        .testTarget(name: "FerryModelTests", dependencies: ["FerryModel"]),
        .target(
            name: "FerryNoteFuzz",
            dependencies: ["FerryTestSupport", "FerryVault", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/FerryNoteFuzz"
        ),
        .target(
            name: "FerryPipeline",
            dependencies: [
                "FerryGit", "FerryHTTP", "FerryLLM", "FerryModel", "FerrySandbox", "FerryStore", "FerrySystem", "FerryVault", "FerryWatch",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "FerryPipelineTests",
            dependencies: [
                "FerryGit", "FerryHTTP", "FerryLLM", "FerryModel", "FerryPipeline", "FerrySandbox", "FerryStore", "FerrySystem", "FerryTestSupport",
                "FerryVault", "FerryWireServer", "ferry-step", .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "FerrySandbox",
            dependencies: [
                "FerryModel", "FerrySystem",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(
            name: "FerrySandboxTests",
            dependencies: ["FerrySandbox", "FerrySystem", "ferry-step", .product(name: "SystemPackage", package: "swift-system")]
        ),
        .target(
            name: "FerryService",
            dependencies: [
                "FerryGit", "FerryHTTP", "FerryLLM", "FerryModel", "FerryPipeline", "FerrySandbox", "FerryStore", "FerrySystem", "FerryVault",
                "FerryWatch",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .target(
            name: "FerryStore",
            dependencies: [
                "FerryModel", "FerrySystem",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]
        ),
        .testTarget(name: "FerryStoreTests", dependencies: ["FerryStore", "FerryTestSupport"]),
        .target(
            name: "FerrySystem",
            dependencies: ["CFerryLinux", .product(name: "SystemPackage", package: "swift-system")]
        ),
        .testTarget(name: "FerrySystemTests", dependencies: ["FerrySystem", "FerryTestSupport"]),
        .target(
            name: "FerryTestSupport",
            dependencies: ["CCMark", "FerryModel", "FerrySystem", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/FerryTestSupport",
            exclude: ["CrashPoint/crashpoint.c", "WallClock/wallclock.c"]
        ),
        .target(
            name: "FerryVault",
            dependencies: [
                "CCMark", "FerryModel", "FerrySystem",
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .testTarget(
            name: "FerryVaultTests",
            dependencies: [
                "FerryNoteFuzz", "FerryTestSupport", "FerryVault", "ferry-note-exercise", .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Yams", package: "Yams"),
            ]
        ),
        .target(
            name: "FerryWatch",
            dependencies: ["FerryModel", "FerrySystem", .product(name: "SystemPackage", package: "swift-system")]
        ),
        .executableTarget(
            name: "FerryCallBench",
            dependencies: [
                "FerryGit", "FerryLLM", "FerryModel", "FerryPipeline", "FerrySandbox", "FerryStore", "FerrySystem",
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/FerryCallBench"
        ),
        .executableTarget(
            name: "FerryCheckpointBench", dependencies: ["FerryGit", "FerryModel", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/FerryCheckpointBench"
        ),
        .executableTarget(
            name: "FerryLimitsProbe", dependencies: ["FerrySandbox", "FerrySystem", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/FerryLimitsProbe"
        ),
        .executableTarget(
            name: "FerryQueueBench", dependencies: ["FerryModel", "FerryStore", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/FerryQueueBench"
        ),
        .executableTarget(
            name: "FerryWatchProbe", dependencies: ["FerryWatch", .product(name: "SystemPackage", package: "swift-system")],
            path: "Tests/FerryWatchProbe"
        ),
        .testTarget(name: "FerryWatchTests", dependencies: ["FerryWatch", "FerryTestSupport", "FerryWatchProbe"]),
        .target(
            name: "FerryWireServer",
            dependencies: [
                "FerryLLM", "FerryModel",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/FerryWireServer"
        ),
    ],
    swiftLanguageModes: [.v6]
)

// libFuzzer brings its own entry, so no ordinary build can link this one: docs/decisions/0013-fuzzing.md.
if Context.environment["FERRY_FUZZ"] != nil {
    package.targets.append(.executableTarget(name: "ferry-fuzz", dependencies: ["FerryNoteFuzz"], path: "Tests/FerryFuzz"))
}

for target in package.targets where target.type != .system && target.type != .plugin {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .treatAllWarnings(as: .error),
            // Else an optimised build may go on outside of its actor: docs/decisions/0047-hops-are-kept.md.
            .unsafeFlags(["-Xllvm", "-sil-disable-pass=optimize-hop-to-executor"], .when(configuration: .release)),
        ]
}
