internal import FerryGit
internal import FerryModel
internal import FerryStore
internal import SystemPackage

/// What the demo says at its end: what was merged, what it cost, where everything is, and how to go on.
struct DemoEpilogue: Sendable {
    let scene: DemoScene
    let console: Console

    /// Throws `GitError`, `StoreError`, `CommandError`.
    func tell(isApproved: Bool, isStopped: Bool) async throws {
        console.print()
        if isApproved { try await tellMerge() }
        if isStopped { console.print("Stopped. Nothing is lost: a restart goes on where it was.") }
        if !isApproved { tellHowToGoOn(isStopped) }
        try await tellCost()
        console.print()
        console.print("To look at, as long as you like:  \(scene.folder)")
        console.print("To begin with a repository and a model of your own:")
        console.print("  ferry init ~/ferry --repo ~/code/YOURS")
        console.print("  export ANTHROPIC_API_KEY=…      (or OPENAI_API_KEY, or a local server: 90_system/ferry.md)")
        console.print("  cd ~/ferry && ferry doctor && ferry run")
    }

    private func tellMerge() async throws {
        guard let main = BranchName("main") else { return }
        console.print("Merged into main of \(scene.repository):")
        let git = try await scene.git()
        let commits = try await git.history(of: main, limit: 10)
        for commit in commits {
            let subject = TextWidth.line(commit.subject, to: 72)
            console.print(
                "  \(console.style.paint(commit.id.short, .yellow)) \(subject) \(console.style.paint("(\(TextWidth.line(commit.author, to: 40)))", .dim))"
            )
        }
        if let newest = commits.first, let oldest = commits.last {
            for change in try await git.changes(from: oldest.id, to: newest.id) {
                console.print("     \(TextWidth.line(change.path.string, to: 80))  +\(change.addedLines ?? 0) −\(change.deletedLines ?? 0)")
            }
        }
    }

    private func tellHowToGoOn(_ isStopped: Bool) {
        console.print("To go on with it:")
        console.print("  export XDG_STATE_HOME=\(scene.stateHome) XDG_CACHE_HOME=\(scene.cacheHome) FERRY_VAULT=\(scene.vault)")
        console.print(isStopped ? "  ferry run" : "  ferry run &   then   ferry approve FR-001   (or ferry retry, ferry reject)")
    }

    private func tellCost() async throws {
        guard let store = try scene.view().store() else { return }
        defer { store.close() }
        let spent = try await store.spending()
        console.print()
        console.print(
            "\(spent.calls) model calls, \(ProgressLine.short(spent.inputTokens)) tokens in, \(ProgressLine.short(spent.outputTokens)) out: "
                + "\(spent.amount) USD at the script's invented prices. Nothing was paid.")
    }
}
