internal import Testing

/// All tests of this target, one after the other: each has a service, a repository and sandboxes of its own, and waits for what they do.
@Suite(.serialized)
enum EndToEnd {}
