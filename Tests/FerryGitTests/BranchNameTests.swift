@testable internal import FerryGit
internal import FerryModel
internal import Testing

@Suite struct BranchNameTests {
    @Test(arguments: ["main", "ferry/FR-001-a", "a.b", "grüße", "a-b/c_d", "a@b"])
    func `a name that git takes is taken`(name: String) { #expect(BranchName(name)?.rawValue == name) }

    @Test(arguments: [
        "", "@", "HEAD", "-x", "a..b", "a b", "a~b", "a^", "a:b", "a?", "a*", "a[", "a\\b", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a.lock/b",
        "a.", "a@{b", "a\nb", "a\u{7f}",
    ])
    func `a name that git refuses is refused`(name: String) { #expect(BranchName(name) == nil) }

    @Test(arguments: [
        ("Add a thing!", "add-a-thing"), ("  --x--  ", "x"), ("日本語", "feature"), ("", "feature"), ("../../etc", "etc"),
        ("Größe ändern", "gr-e-ndern"), (String(repeating: "ab ", count: 40), "ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-ab-a"),
    ])
    func `a slug has only letters, digits and dashes, and is never empty`(title: String, slug: String) { #expect(BranchName.slug(title) == slug) }

    @Test func `a feature's branch names it, and the attempt from the second on`() {
        #expect(BranchName.feature(FeatureID(number: 12), title: "Do it").rawValue == "ferry/FR-012-do-it")
        #expect(BranchName.feature(FeatureID(number: 12), title: "Do it", attempt: 2).rawValue == "ferry/FR-012-do-it-2")
        #expect(BranchName(BranchName.feature(FeatureID(number: 1), title: "a.lock").rawValue) != nil)
    }
}
