internal import FerryGit
internal import FerryModel
internal import SystemPackage

extension FeatureRun {
    /// The waivers of a commit below this one, in the same run, that still hold on it: nobody is asked twice about a file that is, byte for byte, the one that
    /// was waived. What is about the change as a whole (its size) has no file, and is asked anew.
    func standingWaivers(on commit: CommitID) async throws -> [Waiver] {
        var standing: [Waiver] = []
        var changed: [String: Set<String>] = [:]
        for waiver in request.asIs?.waivers ?? [] where waiver.commit != commit.hex && !waiver.finding.path.isEmpty {
            guard let earlier = CommitID(waiver.commit) else { continue }
            if changed[earlier.hex] == nil {
                guard try await parts.git.isAncestor(earlier, of: commit) else { continue }
                changed[earlier.hex] = Set(try await parts.git.changes(from: earlier, to: commit).map(\.path.string))
            }
            if changed[earlier.hex]?.contains(waiver.finding.path) == false { standing.append(waiver) }
        }
        return standing
    }
}
