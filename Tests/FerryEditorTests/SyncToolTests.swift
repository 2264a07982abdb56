internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

/// A phone, or another machine, whose folder a tool brings into step with the vault.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct SyncToolTests {
    private static func note(_ name: String, _ extra: String = "") -> String {
        "---\ntags: [a,  b]   # mine\n---\n# \(name)\n\nFirst words.\n\(extra)"
    }

    @Test func `rsync with --delete takes a state folder away with its last note, and the note is dispatched once`() async throws {
        try await EditorScene.with(["02_drafts/Draft.md": Self.note("Draft")]) { scene in
            let features = scene.vault.appending("10_features")
            let phone = scene.desk.appending("phone")
            let variables = ["vault": features.string, "phone": phone.string]
            try await scene.shell(#"rsync -a "$vault/" "$phone/""#, variables)
            try await scene.shell(
                #"mv "$phone/02_drafts/Draft.md" "$phone/03_planned/"; rm -r "$phone/02_drafts"; rsync -a --delete "$phone/" "$vault/""#, variables)
            try await scene.note("Draft", reaches: .inProgress)
            try await scene.quiet()
            let story = try await scene.story("Draft")
            #expect(story.jobs == 1 && story.gestures == ["dispatch"] && story.own == Self.note("Draft"), "\(story)")
            // The folder is Ferry's to make again, when it has a note for it, or a person's.
            try await scene.shell(#"mkdir -p "$vault/02_drafts"; mv "$vault/04_in_progress/Draft.md" "$vault/02_drafts/""#, variables)
            try await scene.note("Draft", reaches: .drafts)
            let end = try await scene.story("Draft")
            #expect(end.gestures == ["dispatch", "cancel"] && !end.isOpen, "\(end)")
        }
    }

    @Test func `an edit that a phone made offline, of a note that Ferry has moved meanwhile, is merged and stops nothing`() async throws {
        try await EditorScene.with(["03_planned/Phone.md": Self.note("Phone")]) { scene in
            let features = scene.vault.appending("10_features")
            let phone = scene.desk.appending("phone")
            let variables = ["vault": features.string, "phone": phone.string]
            // The phone saw the note before Ferry wrote into it.
            try await scene.shell(#"rsync -a "$vault/" "$phone/""#, variables)
            try await scene.note("Phone", reaches: .inProgress)
            try await scene.shell(#"sed -i '/^# /a Written on the train.' "$phone/03_planned/Phone.md"; rsync -a "$phone/" "$vault/""#, variables)
            let text = Buffer.inserting("Written on the train.", into: Self.note("Phone"))
            try await scene.note("Phone", is: "merged") { $0.places == [.inProgress] && $0.own == text }
            try await scene.quiet()
            let story = try await scene.story("Phone")
            #expect(story.jobs == 1 && story.isOpen && story.gestures == ["dispatch"] && story.note.status == .inProgress, "\(story)")
            let leftovers = try scene.leftovers()
            #expect(leftovers.isEmpty)
        }
    }

    @Test func `unison carries edits and moves both ways, each of them once`() async throws {
        try await EditorScene.with(["01_ideas/Shared.md": Self.note("Shared")]) { scene in
            let phone = scene.desk.appending("phone")
            try Directory.create(phone)
            let variables = ["vault": scene.vault.appending("10_features").string, "phone": phone.string]
            func sync(_ before: String = "", _ options: String = "") async throws {
                // Exit status 1: something was left alone, as in use or in conflict.
                try await scene.shell(
                    before
                        + "\nunison \"$vault\" \"$phone\" -batch -auto -ui text -silent -confirmbigdel=false -ignore 'Name .ferry-*' \(options) || [ $? -eq 1 ]",
                    variables)
            }
            try await sync()
            // Edited and moved on the phone.
            try await sync(#"sed -i '/^# /a From the phone.' "$phone/01_ideas/Shared.md"; mv "$phone/01_ideas/Shared.md" "$phone/03_planned/""#)
            try await scene.note("Shared", reaches: .inProgress)
            try await scene.note("Shared", is: "begun") { $0.note.branch != nil }
            try await scene.quiet()
            try await sync()
            try await sync(#"sed -i '/^# /a And again.' "$phone/04_in_progress/Shared.md""#)
            try await scene.quiet()
            let text = Buffer.inserting("And again.", into: Buffer.inserting("From the phone.", into: Self.note("Shared")))
            let working = try await scene.story("Shared")
            #expect(working.jobs == 1 && working.isOpen && working.gestures == ["dispatch"] && working.own == text, "\(working)")
            // Taken back on the phone, which has seen what Ferry wrote since.
            try await sync()
            try await sync(#"mv "$phone/04_in_progress/Shared.md" "$phone/01_ideas/""#)
            try await scene.note("Shared", reaches: .ideas)
            try await scene.quiet()
            let story = try await scene.story("Shared")
            #expect(story.jobs == 1 && !story.isOpen && story.gestures == ["dispatch", "cancel"] && story.own == text, "\(story)")
        }
    }
}
