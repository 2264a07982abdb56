package import FerryModel

/// The name of a local branch without `refs/heads/`, by the rules of git-check-ref-format(1).
package struct BranchName: Hashable, Sendable, CustomStringConvertible {
    package let rawValue: String

    /// `nil` for a name that git would refuse, or that it would read as an option or as `HEAD`.
    package init?(_ name: some StringProtocol) {
        guard !name.isEmpty, name.utf8.count <= 200, name != "@", name != "HEAD", !name.hasPrefix("-"), !name.hasSuffix("."),
            !name.contains(".."), !name.contains("@{"),
            name.utf8.allSatisfy({ $0 > 32 && $0 != 127 && !Self.refused.contains($0) })
        else { return nil }
        for part in name.split(separator: "/", omittingEmptySubsequences: false) {
            guard !part.isEmpty, !part.hasPrefix("."), !part.hasSuffix(".lock") else { return nil }
        }
        rawValue = String(name)
    }

    /// `ferry/FR-001-slug`, from the second attempt on `ferry/FR-001-slug-2`.
    package static func feature(_ feature: FeatureID, title: String, attempt: Int = 1) -> BranchName {
        let suffix = attempt > 1 ? "-\(attempt)" : ""
        return BranchName(unchecked: "ferry/\(feature)-\(slug(title))\(suffix)")
    }

    /// One to forty of `a-z`, `0-9` and single dashes between; `feature` where the title has no such letter.
    package static func slug(_ title: String) -> String {
        var slug: [UInt8] = []
        for byte in title.lowercased().utf8 {
            if (97...122).contains(byte) || (48...57).contains(byte) {
                slug.append(byte)
            } else if slug.last != UInt8(ascii: "-"), !slug.isEmpty {
                slug.append(UInt8(ascii: "-"))
            }
            if slug.count == 40 { break }
        }
        while slug.last == UInt8(ascii: "-") { slug.removeLast() }
        return slug.isEmpty ? "feature" : String(decoding: slug, as: UTF8.self)
    }

    /// The full name, `refs/heads/…`.
    package var reference: String { "refs/heads/" + rawValue }
    package var description: String { rawValue }

    private static let refused = Set("~^:?*[\\".utf8)
    private init(unchecked name: String) { rawValue = name }
}
