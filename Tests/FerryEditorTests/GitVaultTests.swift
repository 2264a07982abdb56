internal import FerryModel
internal import FerryStore
internal import FerrySystem
internal import FerryTestSupport
internal import FerryVault
internal import SystemPackage
internal import Testing

/// The vault is a git repository: git changes notes by deleting and making them, many at once, and folders come and go.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct GitVaultTests {
    private static let note = "---\ntags: [a,  b]   # mine\n---\n# Idea\n\nFirst words.\n"

    /// git with nothing of this machine's settings, in the vault.
    private static let git = """
        export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=You GIT_AUTHOR_EMAIL=you@x GIT_COMMITTER_NAME=You GIT_COMMITTER_EMAIL=you@x
        cd "$vault"

        """

    private static func run(_ script: String, in scene: EditorScene) async throws {
        try await scene.shell(git + script, ["vault": scene.vault.string])
    }

    /// `plans` differs from `main` in the place of the note.
    private static func found(_ scene: EditorScene) async throws {
        try await run(
            """
            git init -q -b main
            printf '90_system/dashboard.md\\n40_runs/\\n' > .gitignore
            git add -A
            git commit -qm ideas
            git checkout -qb plans
            git mv 10_features/01_ideas/Idea.md 10_features/03_planned/
            git commit -qm planned
            git checkout -q main
            """, in: scene)
    }

    @Test func `a branch on which a note was planned dispatches it once, and stash, merge and a short visit elsewhere are no gestures`() async throws
    {
        try await EditorScene.with(["01_ideas/Idea.md": Self.note], before: Self.found) { scene in
            // The note vanishes from one folder and is a new file in another.
            try await Self.run("git checkout -q plans", in: scene)
            let id = try await scene.note("Idea", reaches: .inProgress)
            try await scene.note("Idea", is: "begun") { $0.note.branch != nil }

            // Stash: the planned note comes back for a moment, and Ferry's place of it stays, for git does not know it.
            try await Self.run("git stash -q", in: scene)
            try await scene.quiet()
            try await Self.same(scene, id, jobs: 1, text: Self.note)

            // A visit to another branch and back, too short for anyone to have meant it.
            try await Self.run("git stash drop -q; git add -A; git commit -qm work; git checkout -q main; git checkout -q plans", in: scene)
            try await scene.quiet()
            try await Self.same(scene, id, jobs: 1, text: Self.note)

            // A merge brings words of somebody else.
            let text = Self.note.replacing("First words.", with: "First words.\n\nWords of a friend.")
            try await Self.run(
                """
                git checkout -qb friend; sed -i 's/^First words\\.$/First words.\\n\\nWords of a friend./' 10_features/04_in_progress/Idea.md
                git commit -qam words; git checkout -q plans; git merge -q friend
                """, in: scene)
            try await scene.note("Idea", is: "with the friend's words") { $0.own == text }
            try await scene.quiet()
            try await Self.same(scene, id, jobs: 1, text: text)

            // And a gesture made with git is one.
            try await Self.run("mkdir -p 10_features/01_ideas; git mv 10_features/04_in_progress/Idea.md 10_features/01_ideas/", in: scene)
            try await scene.note("Idea", reaches: .ideas)
            try await scene.quiet()
            let story = try await scene.story("Idea")
            #expect(story.gestures == ["dispatch", "cancel"] && !story.isOpen && story.jobs == 1 && story.own == text, "\(story)")
        }
    }

    /// Still at work, with this text, and nothing was asked for.
    private static func same(
        _ scene: EditorScene, _ id: FeatureID, jobs: Int, text: String, location: SourceLocation = #_sourceLocation
    ) async throws {
        let story = try await scene.story("Idea")
        #expect(story.feature?.id == id && story.feature?.state == .inProgress && story.isOpen, "\(story)", sourceLocation: location)
        #expect(story.jobs == jobs && story.gestures == ["dispatch"] && story.places == [.inProgress], "\(story)", sourceLocation: location)
        #expect(story.own == text && story.note.id == id, "\(story)", sourceLocation: location)
        let leftovers = try scene.leftovers()
        #expect(leftovers.isEmpty, sourceLocation: location)
    }
}
