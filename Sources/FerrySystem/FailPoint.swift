/// The named moments at which a test may end, stop or fail the program: before and after everything that must happen once.
///
/// The name is the effect and the moment: `beforeIntent`, `afterIntent` (what is about to be done is on record), `afterSend` (it is under way, or
/// half done), `afterEffect` (it has happened), `afterDone` (that is on record), `afterMirror` (the note tells of it).
/// `ferry failpoints` lists them. See docs/decisions/0028-crash-points.md.
package enum FailPoint: String, CaseIterable, Sendable {
    // A start: lock, database, notes, repositories, queue.
    case startBeforeIntent = "start.beforeIntent"
    case startAfterIntent = "start.afterIntent"
    case startAfterSend = "start.afterSend"
    case startAfterEffect = "start.afterEffect"
    case startAfterDone = "start.afterDone"
    // A job is registered for a note that was moved to planned.
    case dispatchBeforeIntent = "dispatch.beforeIntent"
    case dispatchAfterIntent = "dispatch.afterIntent"
    case dispatchAfterEffect = "dispatch.afterEffect"
    case dispatchAfterDone = "dispatch.afterDone"
    case dispatchAfterMirror = "dispatch.afterMirror"
    // A job is taken by an attempt.
    case claimBeforeIntent = "claim.beforeIntent"
    case claimAfterIntent = "claim.afterIntent"
    case claimAfterEffect = "claim.afterEffect"
    case claimAfterDone = "claim.afterDone"
    case claimAfterMirror = "claim.afterMirror"
    // A run of a feature begins.
    case runBeforeIntent = "run.beforeIntent"
    case runAfterIntent = "run.afterIntent"
    case runAfterEffect = "run.afterEffect"
    case runAfterDone = "run.afterDone"
    // The folder that agents work in.
    case worktreeBeforeIntent = "worktree.beforeIntent"
    case worktreeAfterIntent = "worktree.afterIntent"
    case worktreeAfterSend = "worktree.afterSend"
    case worktreeAfterEffect = "worktree.afterEffect"
    case worktreeAfterDone = "worktree.afterDone"
    // A step of the run.
    case stepBeforeIntent = "step.beforeIntent"
    case stepAfterIntent = "step.afterIntent"
    case stepAfterEffect = "step.afterEffect"
    case stepAfterDone = "step.afterDone"
    // What a run does to the world, on record before and after.
    case effectAfterIntent = "effect.afterIntent"
    case effectBeforeDone = "effect.beforeDone"
    // A call of the model.
    case modelBeforeIntent = "model.beforeIntent"
    case modelAfterIntent = "model.afterIntent"
    case modelAfterSend = "model.afterSend"
    case modelAfterEffect = "model.afterEffect"
    case modelAfterDone = "model.afterDone"
    case modelAfterMirror = "model.afterMirror"
    // Money.
    case reserveAfterIntent = "reserve.afterIntent"
    case reserveAfterDone = "reserve.afterDone"
    case settleBeforeIntent = "settle.beforeIntent"
    case settleAfterIntent = "settle.afterIntent"
    case settleAfterDone = "settle.afterDone"
    // A tool that the model called.
    case toolBeforeIntent = "tool.beforeIntent"
    case toolAfterIntent = "tool.afterIntent"
    case toolAfterEffect = "tool.afterEffect"
    case toolBeforeDone = "tool.beforeDone"
    case toolAfterDone = "tool.afterDone"
    // The worktree as it stands, kept for a restart.
    case checkpointBeforeIntent = "checkpoint.beforeIntent"
    case checkpointAfterIntent = "checkpoint.afterIntent"
    case checkpointAfterEffect = "checkpoint.afterEffect"
    case checkpointAfterDone = "checkpoint.afterDone"
    // The commit of a phase.
    case commitBeforeIntent = "commit.beforeIntent"
    case commitAfterIntent = "commit.afterIntent"
    case commitAfterEffect = "commit.afterEffect"
    // A command that proves a commit.
    case checkBeforeIntent = "check.beforeIntent"
    case checkAfterIntent = "check.afterIntent"
    case checkAfterSend = "check.afterSend"
    case checkAfterEffect = "check.afterEffect"
    case checkAfterDone = "check.afterDone"
    // The feature's branch follows a phase.
    case branchBeforeIntent = "branch.beforeIntent"
    case branchAfterIntent = "branch.afterIntent"
    case branchAfterEffect = "branch.afterEffect"
    case branchAfterDone = "branch.afterDone"
    // The end of an attempt is taken over.
    case endBeforeIntent = "end.beforeIntent"
    case endAfterIntent = "end.afterIntent"
    case endAfterEffect = "end.afterEffect"
    case endAfterDone = "end.afterDone"
    case endAfterMirror = "end.afterMirror"
    // A person's approval.
    case approvalBeforeIntent = "approval.beforeIntent"
    case approvalAfterEffect = "approval.afterEffect"
    case approvalAfterDone = "approval.afterDone"
    // The merge of what was approved.
    case mergeBeforeIntent = "merge.beforeIntent"
    case mergeAfterIntent = "merge.afterIntent"
    case mergeAfterSend = "merge.afterSend"
    case mergeAfterEffect = "merge.afterEffect"
    case mergeBeforeDone = "merge.beforeDone"
    case mergeAfterDone = "merge.afterDone"
    case mergeAfterMirror = "merge.afterMirror"
    // A branch of the user's is moved, with the checkout of it.
    case advanceBeforeIntent = "advance.beforeIntent"
    case advanceAfterIntent = "advance.afterIntent"
    case advanceAfterSend = "advance.afterSend"
    case advanceAfterEffect = "advance.afterEffect"
    case advanceAfterDone = "advance.afterDone"
    // A note's content.
    case noteWriteBeforeIntent = "noteWrite.beforeIntent"
    case noteWriteAfterIntent = "noteWrite.afterIntent"
    case noteWriteAfterSend = "noteWrite.afterSend"
    case noteWriteAfterEffect = "noteWrite.afterEffect"
    case noteWriteAfterDone = "noteWrite.afterDone"
    case noteWriteAfterMirror = "noteWrite.afterMirror"
    // A note that is new.
    case noteCreateBeforeIntent = "noteCreate.beforeIntent"
    case noteCreateAfterIntent = "noteCreate.afterIntent"
    case noteCreateAfterSend = "noteCreate.afterSend"
    case noteCreateAfterEffect = "noteCreate.afterEffect"
    case noteCreateAfterDone = "noteCreate.afterDone"
    // A note's place.
    case noteMoveBeforeIntent = "noteMove.beforeIntent"
    case noteMoveAfterIntent = "noteMove.afterIntent"
    case noteMoveAfterSend = "noteMove.afterSend"
    case noteMoveAfterEffect = "noteMove.afterEffect"
    case noteMoveAfterDone = "noteMove.afterDone"
    case noteMoveAfterMirror = "noteMove.afterMirror"
    // Notes of a run.
    case runNoteBeforeIntent = "runNote.beforeIntent"
    case runNoteAfterEffect = "runNote.afterEffect"
    case runNoteAfterDone = "runNote.afterDone"
    // The full record of an agent.
    case transcriptBeforeIntent = "transcript.beforeIntent"
    case transcriptAfterEffect = "transcript.afterEffect"
    // The dashboard.
    case dashboardBeforeIntent = "dashboard.beforeIntent"
    case dashboardAfterEffect = "dashboard.afterEffect"
    case dashboardAfterDone = "dashboard.afterDone"
    // What is known of the vault's notes.
    case indexBeforeIntent = "index.beforeIntent"
    case indexAfterIntent = "index.afterIntent"
    case indexAfterEffect = "index.afterEffect"
}
