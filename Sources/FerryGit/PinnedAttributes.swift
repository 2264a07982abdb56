/// The `info/attributes` file of Ferry's and the agents' git directories.
///
/// It ranks above every `.gitattributes` of a tree (gitattributes(5)), so that no file of a repository or an agent can
/// name a filter, change the bytes between disk and commit, or hide lines from a diff: what is committed is what lay on the disk.
enum PinnedAttributes {
    static let content = Array(
        "* -text !eol !crlf -ident -filter !working-tree-encoding !diff !merge !whitespace !conflict-marker-size !delta !export-ignore !export-subst\n"
            .utf8)
}
