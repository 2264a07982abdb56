extension InertText {
    /// More marks on one letter than any script needs cover the lines around it.
    private static let marksInARow = 6

    /// As `SafeText`, and without what cannot be seen; every Unicode line end is LF, and letters bear a few marks at most.
    static func visible(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        var marks = 0
        for scalar in SafeText.make(text, breakingAllLines: true).unicodeScalars {
            switch scalar.value {
            case 0x20..<0x7F, 0x09, 0x0A:
                marks = 0
                result.append(scalar)
            case 0x2028, 0x2029: result.append("\n")
            case let value where isInvisible(value): continue
            case 0x300...:
                marks = isMark(scalar) ? marks + 1 : 0
                if marks <= marksInARow { result.append(scalar) }
            default:
                marks = 0
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: true
        default: false
        }
    }

    /// Soft hyphen; joiners and fillers; zero-width and invisible operators; byte order mark; interlinear marks; variation selectors but the two
    /// that choose between text and emoji; noncharacters. What reorders text, and tags, `SafeText` has made visible already.
    static func isInvisible(_ value: UInt32) -> Bool {
        switch value {
        case 0xAD, 0x34F, 0x61C, 0x115F...0x1160, 0x17B4...0x17B5, 0x180B...0x180F, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0x3164,
            0xFDD0...0xFDEF, 0xFE00...0xFE0D, 0xFEFF, 0xFFA0, 0xFFF0...0xFFFB, 0x13430...0x1345F, 0x1BCA0...0x1BCA3, 0x1D173...0x1D17A,
            0xE0000...0xE0FFF:
            true
        default: value & 0xFFFE == 0xFFFE
        }
    }
}
