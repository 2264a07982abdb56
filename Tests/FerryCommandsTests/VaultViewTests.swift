@testable internal import FerryCommands
internal import FerryPipeline
@testable internal import FerryService
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

/// Which vault it is, as a command sees it.
@Suite(.timeLimit(.minutes(1)))
struct VaultViewTests {
    /// As a service of this id is seen that is at work for the folder, for as long as the lock is held.
    private func serve(_ id: String, at root: FilePath, in vault: VaultFixture) throws -> InstanceLock {
        let folders = try StateFolders(vaultID: id, state: vault.scratch.appending("state"), cache: vault.scratch.appending("cache"))
        try HealthFile.write(HealthReport(vault: root, isManaged: false, patience: .seconds(80)), folders)
        return try InstanceLock(at: folders.lock)
    }

    @Test func `where the settings do not tell, it is the vault of the service that is at work for the folder`() async throws {
        try await VaultFixture.with { vault in
            let settings = vault.root.pushing(VaultLayout().settings)
            let whole = try vault.text(VaultLayout().settings.string)
            let own = try #require(try vault.view().vaultID)
            let lock = try serve("servedhere", at: vault.root, in: vault)
            let elsewhere = try serve("elsewhere", at: vault.scratch.appending("other"), in: vault)
            defer { withExtendedLifetime(lock) { withExtendedLifetime(elsewhere) {} } }
            // Another vault may lie where a service still runs for the one before.
            #expect(try vault.view().vaultID == own)
            for broken in ["", whole.replacing(/vault_id:.*\n/, with: "")] {
                try FileContents.write(Array(broken.utf8), to: settings)
                #expect(try vault.view().vaultID == "servedhere")
                #expect(try vault.view().isServed)
            }
        }
    }

    @Test func `one that nobody serves has no id but that of its settings`() async throws {
        try await VaultFixture.with { vault in
            let settings = vault.root.pushing(VaultLayout().settings)
            let whole = try vault.text(VaultLayout().settings.string)
            do { _ = try serve("servedbefore", at: vault.root, in: vault) }
            // The word in the text is none, where the front matter can be read.
            let text = whole.replacing(/vault_id:.*\n/, with: "") + "\nvault_id: inthetext\n"
            try FileContents.write(Array(text.utf8), to: settings)
            #expect(try vault.view().vaultID == nil)
            #expect(try vault.view().folders == nil)
        }
    }
}
