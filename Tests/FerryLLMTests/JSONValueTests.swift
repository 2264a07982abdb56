@testable internal import FerryLLM
internal import Testing

@Suite(.timeLimit(.minutes(1)))
struct JSONValueTests {
    @Test(arguments: [
        #"{"b":1,"a":[true,false,null],"c":{"d":"x"}}"#, "[]", "{}", #""""#, "0", "-0", "12345678901234567890.10", "1e-7", "[1E+5,0.0]",
        #""é 😀 \" \\ \n \r \t \u0000 \u001f / \u007f""#.replacingDelete,
    ])
    func `a text without blanks is the same text again`(text: String) throws {
        #expect(try JSONValue(parsing: text).text == text)
    }

    @Test func `blanks between tokens do not matter`() throws {
        #expect(try JSONValue(parsing: " \t\r\n{ \"a\" :\r\n[ 1 , 2 ] } \n").text == #"{"a":[1,2]}"#)
    }

    @Test(arguments: [
        ("\\u0041", "A"), ("\\u00e9", "é"), ("\\uD83D\\uDE00", "😀"), ("\\ud83d", "\u{FFFD}"), ("\\ude00", "\u{FFFD}"), ("\\ud83dx", "\u{FFFD}x"),
        ("\\ud83d\\u0041", "\u{FFFD}A"), ("\\ud83d\\n", "\u{FFFD}\n"), ("\\b\\f\\/", "\u{08}\u{0C}/"),
    ])
    func `escapes stand for their scalars, and lone surrogates for the replacement character`(escaped: String, meant: String) throws {
        #expect(try JSONValue(parsing: "\"\(escaped)\"") == .string(meant))
    }

    @Test func `bytes that are not UTF-8 are replaced and the rest is kept`() throws {
        #expect(try JSONValue(parsing: [0x22, 0x61, 0xFF, 0x62, 0x22]) == .string("a\u{FFFD}b"))
    }

    @Test(arguments: [
        "", " ", "{", "[", "[1", "[1,", "[1,]", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "'a'", "tru", "nul", "01", "+1", "1.", ".5", "1e", "-",
        "\"",
        "\"a", "\"\\x\"", "\"\\u12\"", "\"\\u12G4\"", "\"a\nb\"", "[1] 2", "NaN", "\u{FEFF}1",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
    }

    @Test func `an error says where it is`() {
        #expect(throws: JSONError(message: "expected a comma or ]", offset: 3)) { try JSONValue(parsing: "[1 2]") }
    }

    @Test func `nesting has a limit, so that no input can exhaust the stack`() throws {
        func nested(_ depth: Int) -> String { String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try JSONValue(parsing: nested(129)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: nested(130)) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "{\"a\":[", count: 100_000)) }
    }

    @Test func `any value is the same value after encoding and parsing`() throws {
        var random = SplitMix(seed: 7)
        for _ in 0..<2_000 {
            let value = JSONValue.arbitrary(depth: 4, using: &random)
            let bytes = value.encoded()
            let again = try JSONValue(parsing: bytes)
            #expect(again == value)
            #expect(again.encoded() == bytes)
        }
    }

    @Test func `a damaged text is refused or read, but never traps`() throws {
        var random = SplitMix(seed: 8)
        for _ in 0..<5_000 {
            var bytes = JSONValue.arbitrary(depth: 3, using: &random).encoded()
            bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            _ = try? JSONValue(parsing: bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
        }
    }

    @Test func `values are read by key and kind`() throws {
        let value = try JSONValue(parsing: #"{"a":1,"a":2,"s":"x","n":null,"l":[3.0,2.5,1e2],"big":99999999999999999999}"#)
        #expect(value["a"]?.int == 2)
        #expect(value["s"]?.string == "x")
        #expect(value["n"]?.isNull == true)
        #expect(value["l"]?.array?.map(\.int) == [3, nil, 100])
        #expect(value["big"]?.int == nil)
        #expect(value["none"] == nil)
        #expect(value["s"]?["x"] == nil)
    }

    @Test func `sorting keys makes equal what differs only in their order`() throws {
        let left = try JSONValue(parsing: #"{"b":{"y":1,"x":2},"a":3}"#), right = try JSONValue(parsing: #"{"a":3,"b":{"x":2,"y":1}}"#)
        #expect(left.encoded() != right.encoded())
        #expect(left.encoded(sortingKeys: true) == right.encoded(sortingKeys: true))
    }

    @Test func `texts that follow each other are read one by one`() throws {
        let values = try JSONValue.sequence(parsing: Array("{\"a\":1}\n[2]\r\n\n\"x\"\n".utf8))
        #expect(values == [["a": 1], [2], "x"])
        #expect(throws: JSONError.self) { try JSONValue.sequence(parsing: Array("{} }".utf8)) }
    }
}

extension String {
    /// DEL is written as it is.
    fileprivate var replacingDelete: String { split(separator: "\\u007f", omittingEmptySubsequences: false).joined(separator: "\u{7F}") }
}

extension JSONValue {
    static func arbitrary(depth: Int, using random: inout SplitMix) -> JSONValue {
        let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\u{0}", "\u{1F}", "\u{7F}", "é", "\u{301}", "\u{FFFD}", "😀", "\u{2028}", "{", ","]
        func text(_ random: inout SplitMix) -> String {
            String(String.UnicodeScalarView((0..<Int.random(in: 0...6, using: &random)).map { _ in scalars.randomElement(using: &random) ?? "a" }))
        }
        switch Int.random(in: 0...(depth > 0 ? 6 : 4), using: &random) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &random))
        case 2: return .number(["0", "-1", "3.25", "1e9", "123456789012345678901"].randomElement(using: &random) ?? "0")
        case 3, 4: return .string(text(&random))
        case 5: return .array((0..<Int.random(in: 0...4, using: &random)).map { _ in arbitrary(depth: depth - 1, using: &random) })
        default:
            return .object(
                (0..<Int.random(in: 0...4, using: &random)).map { _ in Member(text(&random), arbitrary(depth: depth - 1, using: &random)) })
        }
    }
}

/// The SplitMix64 generator: the same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
