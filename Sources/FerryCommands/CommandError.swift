internal import FerryGit
internal import FerryModel
internal import FerrySandbox
internal import FerryService
internal import FerryStore
internal import FerryVault
internal import SystemPackage

/// Why a command did not do what it was asked for, with its exit status.
struct CommandError: Error, Hashable, Sendable {
    /// The exit statuses of docs/SPEC.md; 2, a wrong use, is the argument parser's.
    enum Code: Int32, Hashable, Sendable {
        case failed = 1
        /// Something was asked of a person.
        case asked = 3
        /// No vault, or settings that must be mended first.
        case configuration = 78
    }

    let code: Code
    /// A sentence with the value.
    let message: String
    /// What to do next; may have several lines, and be empty.
    let remedy: String

    init(_ code: Code, _ message: String, remedy: String) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    /// What a module threw, as a command says it.
    init(_ error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let error as ServiceError:
            // Trying again is no use for either, and a service manager does not for this status.
            let isForPerson = error.code == .configuration || error.code == .servedElsewhere
            self.init(isForPerson ? .configuration : .failed, error.message, remedy: error.remedy)
        case let error as GitError: self.init(.failed, error.message, remedy: error.remedy)
        case let error as SandboxError: self.init(.failed, error.message, remedy: error.remedy)
        case let error as StoreError: self.init(.failed, error.message, remedy: "")
        case let error as VaultError: self.init(error.code == .unavailable ? .configuration : .failed, error.message, remedy: error.remedy)
        case let error as NoteFault: self.init(.configuration, error.description, remedy: "")
        case let error as Errno: self.init(.failed, "The system refused: \(error).", remedy: "")
        default: self.init(.failed, "\(error)", remedy: "")
        }
    }
}
