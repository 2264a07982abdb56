internal import FerryModel
internal import FerrySystem
internal import FerryVault
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Counts what Ferry really writes into notes, by inotify: its successor of a note comes from a hidden name, `.ferry-…`, and a person's does not.
final class NoteWrites: Sendable {
    private let times = Mutex<[String: [Duration]]>([:])
    private let wake: WakePipe

    /// Watches the folders of all states.
    init(of scene: Scene) throws {
        wake = try WakePipe()
        let inotify = try Inotify()
        for state in FeatureState.allCases { _ = try inotify.watch(scene.vault.pushing(VaultLayout().folder(of: state))) }
        onOwnThread { [self] in
            var isFerrys = false
            while Polling.wait(for: [inotify.descriptor, wake.reading]) == [inotify.descriptor] {
                for event in (try? inotify.read()) ?? [] {
                    guard let name = event.name?.string else { continue }
                    let isAppearance = event.mask & UInt32(IN_CREATE | IN_MOVED_TO) != 0
                    if isAppearance, isFerrys, !name.hasPrefix(".") { times.withLock { $0[name, default: []].append(BootClock.now) } }
                    isFerrys = event.mask & UInt32(IN_DELETE | IN_MOVED_FROM) != 0 && name.hasPrefix(".ferry-")
                }
            }
        }
    }

    /// When Ferry wrote the note of this name, oldest first.
    func times(of name: String) -> [Duration] { times.withLock { $0[name + ".md"] ?? [] } }
    func count(of name: String) -> Int { times(of: name).count }

    /// Ends the watching; without it the thread stays.
    func end() { wake.wake() }
}
