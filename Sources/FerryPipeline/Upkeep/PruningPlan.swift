package import FerryModel
package import SystemPackage

/// Which of the folders of runs are kept no longer. Pure: what is there in, what goes out.
package struct PruningPlan: Sendable {
    /// A folder of one run.
    package struct Folder: Hashable, Sendable {
        package enum Kind: Hashable, Sendable {
            /// Transcripts, logs, long outputs: cannot be made again.
            case record
            /// Worktree, tmp, home: made again from a checkpoint.
            case workspace
        }
        package var kind: Kind
        package var feature: FeatureID
        package var run: RunNumber
        package var path: FilePath
        /// Since anything in it was changed.
        package var age: Duration
        package var bytes: Int64

        package init(kind: Kind, feature: FeatureID, run: RunNumber, path: FilePath, age: Duration, bytes: Int64) {
            self.kind = kind
            self.feature = feature
            self.run = run
            self.path = path
            self.age = age
            self.bytes = bytes
        }
    }

    package var keepRuns: Int
    package var keepAge: Duration
    package var keepBytes: Int64
    /// Features that are queued, at work, in review or blocked, with their newest run: they go on from what is there.
    package var needed: [FeatureID: RunNumber]
    /// Features that are merged: of their worktrees nothing is needed any more, and what is there a kill has left.
    package var merged: Set<FeatureID>
    /// The newest run of each feature when this was planned: what is newer has begun meanwhile, and stays.
    package var newest: [FeatureID: RunNumber]

    package init(
        keepRuns: Int, keepAge: Duration, keepBytes: Int64, needed: [FeatureID: RunNumber], merged: Set<FeatureID> = [],
        newest: [FeatureID: RunNumber] = [:]
    ) {
        self.newest = newest
        self.keepRuns = keepRuns
        self.keepAge = keepAge
        self.keepBytes = keepBytes
        self.needed = needed
        self.merged = merged
    }

    /// What goes, in the order in which it was given. Branches are none of this.
    package func removed(of folders: [Folder]) -> [Folder] {
        var newest = needed
        for folder in folders { newest[folder.feature] = max(newest[folder.feature] ?? folder.run, folder.run) }
        var removed: Set<Folder> = []
        for folder in folders where !isNeeded(folder) {
            let isOld = needed[folder.feature] == nil && folder.age > keepAge
            let isMany = folder.run.rawValue + keepRuns <= (newest[folder.feature] ?? folder.run).rawValue
            // The worktree of a run that another one followed serves nobody.
            let isSucceeded = folder.kind == .workspace && needed[folder.feature].map { folder.run < $0 } ?? false
            let isMerged = folder.kind == .workspace && merged.contains(folder.feature)
            if isOld || isMany || isSucceeded || isMerged { removed.insert(folder) }
        }
        var total = folders.reduce(0) { $0 + (removed.contains($1) ? 0 : $1.bytes) }
        let resting = folders.filter { needed[$0.feature] == nil && !hasBegunSince($0) && !removed.contains($0) }.sorted {
            ($0.age, $0.path.string) > ($1.age, $1.path.string)
        }
        for folder in resting where total > keepBytes {
            removed.insert(folder)
            total -= folder.bytes
        }
        return folders.filter(removed.contains)
    }

    private func isNeeded(_ folder: Folder) -> Bool { needed[folder.feature] == folder.run || hasBegunSince(folder) }

    private func hasBegunSince(_ folder: Folder) -> Bool { newest[folder.feature].map { folder.run > $0 } ?? false }
}
