/// The date of a commit, in whole seconds since 1970, always written as UTC.
/// It comes from the journal and not from a clock, so that making a commit again gives the same commit.
package struct CommitTime: Hashable, Sendable {
    package let secondsSince1970: Int64
    package init(secondsSince1970: Int64) { self.secondsSince1970 = max(0, secondsSince1970) }

    var gitDate: String { "@\(secondsSince1970) +0000" }
}
