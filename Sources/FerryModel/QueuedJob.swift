/// A job in the queue: one feature's wish to be worked on.
package struct QueuedJob: Hashable, Sendable {
    package let feature: FeatureID
    package let repository: RepositoryName
    /// 1 is first, 5 last.
    package var priority: Int
    package var dependsOn: [FeatureID]
    /// Order of arrival among equals.
    package let sequence: Int64
    /// When it arrived, on any clock that goes on; only differences count.
    package var since: Duration
    /// The models that its agents are to be asked with.
    package var routes: Set<ModelRoute>

    package init(
        feature: FeatureID, repository: RepositoryName, priority: Int, dependsOn: [FeatureID], sequence: Int64, since: Duration = .zero,
        routes: Set<ModelRoute> = []
    ) {
        self.feature = feature
        self.repository = repository
        self.priority = priority
        self.dependsOn = dependsOn
        self.sequence = sequence
        self.since = since
        self.routes = routes
    }

    var lane: Lane { Lane(repository: repository, routes: routes) }
}

/// What jobs have in common that start, or do not, for the same reasons.
struct Lane: Hashable, Sendable {
    let repository: RepositoryName
    let routes: Set<ModelRoute>
}
