internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

/// A phone through Syncthing itself: it deletes before it makes, makes before it deletes, and moves through names of its own.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct SyncthingTests {
    private static func note(_ name: String) -> String { "---\ntags: [a,  b]   # mine\n---\n# \(name)\n\nFirst words.\n" }

    @Test func `edits, moves and moves with edits on a phone are each told once, and conflict copies never run`() async throws {
        let notes = ["Moved", "Edited"].map { ("01_ideas/\($0).md", Self.note($0)) }
        try await EditorScene.with(Dictionary(uniqueKeysWithValues: notes)) { scene in
            let syncthing = try await Syncthing(scene)
            func phone(_ script: String) async throws { try await scene.shell("cd \"$phone/\"\n" + script, ["phone": syncthing.phone.string]) }
            for (path, text) in notes { try await syncthing.phone(path) { $0 == text } }

            // A remote move, and a remote move with an edit.
            try await phone("mv 01_ideas/Moved.md 03_planned/; sed -i '/^# /a On the phone.' 01_ideas/Edited.md; mv 01_ideas/Edited.md 03_planned/")
            for name in ["Moved", "Edited"] { try await scene.note(name, reaches: .inProgress) }
            let edited = Buffer.inserting("On the phone.", into: Self.note("Edited"))
            try await syncthing.phone("04_in_progress/Moved.md") { $0?.contains("branch: ") ?? false }
            try await syncthing.phone("04_in_progress/Edited.md") { $0?.contains("branch: ") ?? false }
            // What both have is the same: a move of what the other one has changed meanwhile is a conflict, and another story.
            for name in ["Moved", "Edited"] {
                let file = "04_in_progress/\(name).md"
                try await syncthing.phone(file) { phone in phone == (try? text(scene.vault.appending("10_features").pushing(FilePath(file)))) }
            }

            // A remote edit while Ferry works; a remote move that takes the other one back.
            try await phone("sed -i '/^# /a Later.' 04_in_progress/Edited.md; mv 04_in_progress/Moved.md 02_drafts/")
            let later = Buffer.inserting("Later.", into: edited)
            try await scene.note("Edited", is: "edited again") { $0.own == later }
            try await scene.note("Moved", reaches: .drafts)

            // A conflict copy, as Syncthing leaves it on both devices.
            try await phone("cp 04_in_progress/Edited.md 03_planned/Edited.sync-conflict-20260102-030405-ABCDEFG.md")
            let copy = scene.vault.appending("10_features/03_planned/Edited.sync-conflict-20260102-030405-ABCDEFG.md")
            #expect(try await eventually { try FileStatus.ifPresent(copy) != nil })
            try await scene.quiet()

            let moved = try await scene.story("Moved")
            #expect(moved.jobs == 1 && !moved.isOpen && moved.gestures == ["dispatch", "cancel"] && moved.own == Self.note("Moved"), "\(moved)")
            let other = try await scene.story("Edited")
            #expect(other.jobs == 1 && other.isOpen && other.gestures == ["dispatch"] && other.own == later, "\(other)")
            #expect(other.places == [.inProgress] && other.note.status == .inProgress, "\(other)")
            #expect(try text(scene.vault.appending("90_system/dashboard.md")).contains("sync-conflict"))
            #expect(try await scene.reading { try await $0.features().count } == 2)
            #expect(try FileStatus.ifPresent(copy) != nil)
        }
    }
}
