internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

@testable internal import FerryPipeline

/// When Ferry's own notes are read again.
@Suite(.timeLimit(.minutes(1))) struct ConfigurationStatusesTests {
    private let notes = [
        "90_system/ferry.md": "---\nagents_at_once: 2\n---\n", "80_repositories/README.md": "# Repositories\n",
        "80_repositories/shop.md": "---\npath: /srv/shop\ntest: make test\n---\n",
    ]

    /// A moment after the last change: what is younger than a tick of the file system's clock is always read again.
    private func settled(_ loader: ConfigurationLoader) async -> [FilePath: FileStatus] {
        while true {
            if let statuses = loader.statuses() { return statuses }
            await Task.yield()
        }
    }

    private func loader(_ root: FilePath) -> ConfigurationLoader {
        ConfigurationLoader(root: root, layout: VaultLayout(), offLimits: OffLimits(home: "/home/nobody", vault: root, ferry: []), store: nil)
    }

    @Test func `notes that nobody touches are not read again`() async throws {
        try await withScratch(notes) { root async throws in
            let loader = loader(root)
            let statuses = await settled(loader)
            #expect(Set(statuses.keys) == ["90_system/ferry.md", "80_repositories/shop.md"])
            #expect(loader.statuses() == statuses)
        }
    }

    @Test func `a change is seen at once`() async throws {
        try await withScratch(notes) { root async throws in
            let loader = loader(root)
            let before = await settled(loader)
            try FileContents.write(Array("---\nagents_at_once: 3\n---\n".utf8), to: root.appending("90_system").appending("ferry.md"))
            // `nil` while the change is young: read again.
            #expect(loader.statuses() != before)
            #expect(await settled(loader) != before)
        }
    }

    @Test func `a note that comes or goes is a change`() async throws {
        try await withScratch(notes) { root async throws in
            let loader = loader(root)
            let before = await settled(loader)
            let shop = root.appending("80_repositories").appending("shop.md")
            try Renaming.move(shop, to: root.appending("80_repositories").appending("till.md"))
            let after = await settled(loader)
            #expect(after != before)
            #expect(after["80_repositories/till.md"] != nil)
        }
    }
}
