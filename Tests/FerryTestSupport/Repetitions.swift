internal import Glibc

/// How often a test of random cases goes round.
package enum Repetitions {
    /// `sample` in `make test`, `long` where `FERRY_LONG=1` is set (`make check-long`).
    package static func count(_ sample: Int, long: Int) -> Int { getenv("FERRY_LONG") != nil ? long : sample }
}
