internal import FerrySystem

extension Conversation {
    /// The same for all requests of a conversation, and for no other: providers send requests that bear it to the machine that holds their prefix.
    var cacheKey: String {
        let hash = ContentHash(of: Array("\(system.utf8.count):\(system)\(firstUserText)".utf8))
        return "ferry-\(hash.description.prefix(24))"
    }
}
