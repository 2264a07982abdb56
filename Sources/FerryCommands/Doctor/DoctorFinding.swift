/// One thing that the doctor looked at.
struct DoctorFinding: Hashable, Sendable, Encodable {
    enum Level: String, Hashable, Sendable, Encodable {
        case ok
        /// Ferry works, but not as well as it could.
        case warn
        /// Work, or a part of it, cannot be done.
        case fail
    }

    /// `sandbox`, `git`, `model small`.
    var name: String
    var level: Level
    var detail: String
    /// What to do about it; left out where it is ok.
    var remedy: String?

    static func ok(_ name: String, _ detail: String) -> DoctorFinding { DoctorFinding(name: name, level: .ok, detail: detail) }
    static func warn(_ name: String, _ detail: String, remedy: String) -> DoctorFinding {
        DoctorFinding(name: name, level: .warn, detail: detail, remedy: remedy)
    }
    static func fail(_ name: String, _ detail: String, remedy: String) -> DoctorFinding {
        DoctorFinding(name: name, level: .fail, detail: detail, remedy: remedy)
    }

    /// What an error says, as a failure.
    static func fail(_ name: String, _ error: any Error) -> DoctorFinding {
        let error = CommandError(error)
        return .fail(name, error.message, remedy: error.remedy)
    }
}
