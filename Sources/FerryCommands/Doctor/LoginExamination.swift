internal import FerryLLM
internal import FerryModel
internal import FerryPipeline
internal import FerryVault

/// The logins that agents' notes ask for: whether this machine allows them, whether there is one, and what it means (docs/decisions/0044).
enum LoginExamination {
    static func findings(_ configuration: Configuration, _ keys: KeyFile?, environment: [String: String]) -> [DoctorFinding] {
        configuration.agents.filter { $0.auth == .login }.compactMap { agent in
            guard var login = ProgramLogin(of: agent.backend, environment: environment) else { return nil }
            let hosts = keys?.entries.first { $0.name == login.name }?.hosts ?? []
            login.hosts = Set(hosts.compactMap { HostName($0) })
            guard !login.hosts.isEmpty else {
                return .fail(
                    "login", "\(agent.name): it has `auth: login`, which this machine does not allow",
                    remedy: "Read what it means in docs/models.md, then add \(login.permission) to keys.yaml; or take `auth` out of the note.")
            }
            if let fault = login.fault { return .fail("login", "\(agent.name): \(fault.message)", remedy: fault.remedy ?? "") }
            return .warn(
                "login", "\(agent.name): your own login is lent to `\(agent.backend.rawValue)`: \(login.risk)",
                remedy: "If that is too much, give the agent a `model` with a key, and take `auth: login` out of its note.")
        }
    }
}
