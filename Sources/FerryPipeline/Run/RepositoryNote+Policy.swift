package import FerrySandbox
package import FerryVault
package import SystemPackage

/// What a repository note means for commands.
extension RepositoryNote {
    /// Toolchains, environment and bounds. `forbidden`: the vault and Ferry's own folders, which no toolchain may hold.
    package func apply(to policy: inout SandboxPolicy, forbidden: [FilePath]) {
        policy.forbidden = forbidden
        policy.toolchains = toolchains
        policy.environment.merge(environment) { $1 }
        policy.limits.memoryBytes = Int64(limits.memoryMB) << 20
        policy.limits.processes = limits.processes
        policy.limits.diskBytes = Int64(limits.diskMB) << 20
        policy.limits.time = .seconds(limits.minutes * 60)
    }
}
