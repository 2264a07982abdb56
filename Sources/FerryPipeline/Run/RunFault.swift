internal import FerryGit
internal import FerryLLM
internal import FerryModel
internal import FerrySandbox
internal import FerryStore
internal import SystemPackage

/// Says whose trouble an error is. What the feature cannot help never blocks it.
struct RunFault {
    let end: RunEnd

    init(_ error: any Error, repository: String) {
        let name = RepositoryName(repository)
        end =
            switch error {
            case let stop as RunStop: stop.end
            case let agent as AgentGaveUp: .blocked(reason: "The \(agent.role.rawValue) did not get there: \(agent.reason).")
            case is CancellationError: .cancelled
            case let error as GitError:
                .unavailable(
                    reason: error.description, scope: error.code == .gitMissing || error.code == .gitTooOld ? .everything : .repository(name),
                    kind: error.code == .failed || error.code == .endless ? .infrastructure : .configuration)
            case let error as SandboxError:
                .unavailable(
                    reason: error.description, scope: error.code == .policy ? .repository(name) : .everything,
                    kind: error.code == .policy ? .configuration : .infrastructure)
            // Another attempt holds the job: whatever this one had to say is over.
            case let error as StoreError where error.code == .superseded: .cancelled
            case let error as StoreError: .unavailable(reason: error.description, scope: .everything)
            case let error as ModelError:
                .unavailable(reason: error.description, scope: error.faultScope, kind: error.faultClass, retryAfter: error.retryAfter)
            case let error as Errno:
                .unavailable(reason: "The disk or the system refused (\(error)). \(Self.remedy(error))", scope: .everything)
            default: .unavailable(reason: "Ferry met a fault of its own: \(error).", scope: .repository(name))
            }
    }

    /// Whether it is the disk that refuses: the same work may succeed later.
    static func isStorage(_ error: any Error) -> Bool {
        switch error {
        case let error as StoreError: error.code == .storage || error.code == .corrupt
        case is Errno: true
        default: false
        }
    }

    /// Whether it is a disk that is full, broken or read-only, whatever is done on it.
    static func isDisk(_ error: any Error) -> Bool {
        guard let error = error as? Errno else { return false }
        return [.noSpace, .diskQuotaExceeded, .ioError, .readOnlyFileSystem].contains(error)
    }

    /// What a person is told while nothing can be stored.
    static func storage(_ error: any Error) -> String {
        guard let error = error as? Errno else { return "\(error)" }
        return "The disk or the system refused (\(error)). \(remedy(error))"
    }

    private static func remedy(_ error: Errno) -> String {
        switch error {
        case .noSpace, .diskQuotaExceeded: "Free some space; Ferry goes on by itself."
        case .tooManyOpenFiles, .tooManyOpenFilesInSystem: "Raise the limit of open files (ulimit -n)."
        default: "Ferry tries again by itself."
        }
    }
}
