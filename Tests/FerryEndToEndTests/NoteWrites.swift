internal import FerryModel
internal import FerrySystem
internal import FerryVault
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
        let box = Box(inotify)
        onOwnThread { [self] in
            var isFerrys = false
            box.reading { inotify in
                while let events = try? inotify.read(wake: wake.reading) {
                    for event in events {
                        guard let name = event.name?.string else { continue }
                        if event.isAppearance, isFerrys, !name.hasPrefix(".") { times.withLock { $0[name, default: []].append(BootClock.now) } }
                        isFerrys = event.isDisappearance && name.hasPrefix(".ferry-")
                    }
                }
            }
        }
    }

    /// When Ferry wrote the note of this name, oldest first.
    func times(of name: String) -> [Duration] { times.withLock { $0[name + ".md"] ?? [] } }
    func count(of name: String) -> Int { times(of: name).count }

    /// Ends the watching; without it the thread stays.
    func end() { wake.wake() }

    /// Gives the instance, which cannot be copied, to the one thread that reads it.
    private final class Box: Sendable {
        private let inotify: Mutex<Inotify>
        init(_ inotify: consuming Inotify) { self.inotify = Mutex(inotify) }
        func reading(_ body: (borrowing Inotify) -> Void) { inotify.withLock { body($0) } }
    }
}
