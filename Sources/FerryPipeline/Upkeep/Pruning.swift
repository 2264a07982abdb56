internal import FerryModel
internal import FerrySandbox
internal import FerryStore
internal import FerrySystem
internal import FerryVault
internal import Foundation
internal import SystemPackage

/// Removes what runs have left and nobody needs any longer: worktrees, full texts, and in the vault the notes of old runs but each run's own, which says
/// what it was and what it cost. A branch, a note of a person and a note that a person has changed are never removed.
struct Pruning: Sendable {
    let folders: StateFolders
    let desk: VaultDesk
    let settings: SettingsNote
    let features: [FeatureRecord]
    /// Those that have a note.
    let repositories: [RepositoryName]
    let ages: FileAges

    private var plan: PruningPlan {
        let needed = features.filter { feature in
            switch feature.state {
            case .planned, .inProgress, .review, .blocked: true
            case .done: feature.isApproved
            case .ideas, .drafts, nil: false
            }
        }
        return PruningPlan(
            keepRuns: settings.keepRuns, keepAge: keepAge, keepBytes: settings.keepBytes,
            needed: Dictionary(needed.map { ($0.id, $0.run) }, uniquingKeysWith: { $1 }),
            merged: Set(features.filter { $0.state == .done && !$0.isApproved }.map(\.id)),
            newest: Dictionary(features.map { ($0.id, $0.run) }, uniquingKeysWith: { $1 }))
    }

    /// Says in lines what it removed, and what could not be.
    func perform() async -> [String] {
        let plan = plan
        var lines = await withCheckedContinuation { continuation in
            onOwnThread { continuation.resume(returning: removeFolders(plan) + removeUnused()) }
        }
        do { lines += try await removeNotes() } catch { lines.append("The notes of old runs cannot be removed: \(error).") }
        return lines
    }

    // MARK: Folders

    private func removeFolders(_ plan: PruningPlan) -> [String] {
        let all = found(.record, in: folders.runs) + found(.workspace, in: folders.workspaces)
        var lines: [String] = []
        var count = 0
        var bytes: Int64 = 0
        for folder in plan.removed(of: all) {
            do {
                try Directory.removeTree(folder.path)
                count += 1
                bytes += folder.bytes
            } catch { lines.append("\(folder.path) cannot be removed: \(error).") }
        }
        return count == 0 ? lines : lines + ["Removed what \(count) old runs had left (\(bytes >> 20) MB)."]
    }

    /// Requests to start a version of a note that were met or forgotten long ago, databases that were set aside long ago, and what was fetched.
    private func removeUnused() -> [String] {
        let requests = ((try? Directory.entries(of: folders.goRequests)) ?? []).map { folders.goRequests.appending($0.name) }
        var lines = removeSeeds()
        for path in requests where age(of: path) > keepAge {
            do { try Directory.removeTree(path) } catch { lines.append("\(path) cannot be removed: \(error).") }
        }
        do {
            let count = try DatabaseFiles(database: folders.database).pruneSetAside(olderThan: keepAge)
            if count > 0 { lines.append("Removed \(count) databases that had been set aside.") }
        } catch { lines.append("Databases that had been set aside cannot be removed: \(error).") }
        return lines
    }

    /// What was fetched for repositories in which nothing is to be done: what is old, and the oldest of what is too much. It can be fetched again.
    private func removeSeeds() -> [String] {
        // A vault that is not there has no notes.
        guard desk.absence() == nil, !repositories.isEmpty else { return [] }
        let busy = features.filter { $0.state == .planned || $0.state == .inProgress || $0.isApproved }.compactMap(\.repository)
        let needed = Set(busy.map { folders.cache(of: $0) })
        let seeds = ((try? Directory.folders(of: folders.prepared)) ?? []).map { name in
            let path = folders.prepared.appending(name)
            return (path: path, age: age(of: path), bytes: DiskUsage.bytes(in: [path]))
        }
        var total = seeds.reduce(0) { $0 + $1.bytes }
        var lines: [String] = []
        for seed in seeds.sorted(by: { $0.age > $1.age }) where !needed.contains(seed.path) && (seed.age > keepAge || total > settings.keepBytes) {
            do {
                try Directory.removeTree(seed.path)
                total -= seed.bytes
                lines.append(
                    "Removed what was fetched for a repository (\(seed.path), \(seed.bytes >> 20) MB); where it is needed it is fetched again.")
            } catch { lines.append("\(seed.path) cannot be removed: \(error).") }
        }
        return lines
    }

    private var keepAge: Duration { .seconds(Int64(settings.keepDays) * 86_400) }

    /// Since it was changed; what cannot be asked is new.
    private func age(of path: FilePath) -> Duration {
        guard let status = try? FileStatus(of: path) else { return .zero }
        return ages.age(ofChange: status.modified)
    }

    private func found(_ kind: PruningPlan.Folder.Kind, in root: FilePath) -> [PruningPlan.Folder] {
        ((try? Directory.folders(of: root)) ?? []).flatMap { name -> [PruningPlan.Folder] in
            guard let id = FeatureID(name.string) else { return [] }
            let feature = root.appending(name)
            return ((try? Directory.folders(of: feature)) ?? []).compactMap { run in
                let path = feature.appending(run)
                guard run.string.hasPrefix("run-"), let number = Int(run.string.dropFirst(4)), let status = try? FileStatus(of: path) else {
                    return nil
                }
                let changed =
                    ([status.modified]
                    + ((try? Directory.entries(of: path)) ?? []).compactMap { (try? FileStatus(of: path.appending($0.name)))?.modified })
                    .max() ?? 0
                return .init(
                    kind: kind, feature: id, run: RunNumber(number), path: path, age: ages.age(ofChange: changed),
                    bytes: DiskUsage.bytes(in: [path]))
            }
        }
    }

    // MARK: Notes

    private func removeNotes() async throws -> [String] {
        let root = desk.vault.root.appending(desk.layout.runs)
        guard desk.absence() == nil, try FileStatus.ifPresent(root) != nil else { return [] }
        var count = 0
        for folder in try Directory.folders(of: root) {
            guard let id = FeatureID(folder.string) else { continue }
            let last = desk.highestRun(of: id) - settings.keepRuns
            guard last > 0 else { continue }
            for entry in try Directory.entries(of: root.appending(folder)) {
                let words = entry.name.string.dropFirst("\(folder.string) run-".count)
                guard entry.name.string.hasPrefix("\(folder.string) run-"), let number = Int(words.prefix(while: \.isNumber)), number <= last,
                    words.contains(" ")
                else { continue }
                if try await desk.writer.removeOwn(FilePath(root: nil, [desk.layout.runs, folder, entry.name])) { count += 1 }
            }
        }
        return count == 0 ? [] : ["Removed \(count) notes of old runs; what each run was and cost stays."]
    }
}
