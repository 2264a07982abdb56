/// What Ferry's block in a note says, as a value. All texts may come from models, repositories or commands: rendering makes them inert.
package struct BlockContent: Hashable, Sendable {
    /// A piece of a line.
    package enum Piece: Hashable, Sendable, ExpressibleByStringLiteral {
        case text(String)
        case code(String)
        /// A note of the vault by its name, shown as `label` if that is given.
        case link(note: String, label: String? = nil)
        /// A web address that Ferry itself knows (a pull request). Anything but https and http, or with blanks, is shown as text.
        case url(String)

        package init(stringLiteral value: String) { self = .text(value) }
    }

    /// Obsidian's callout kinds that Ferry uses.
    package enum Kind: String, Hashable, Sendable {
        case info, success, warning, failure, todo
    }

    package struct Callout: Hashable, Sendable {
        package var kind: Kind
        package var title: [Piece]
        package var lines: [[Piece]]
        /// Obsidian shows the title alone until it is clicked.
        package var isFolded: Bool

        package init(_ kind: Kind, _ title: [Piece], lines: [[Piece]] = [], isFolded: Bool = false) {
            self.kind = kind
            self.title = title
            self.lines = lines
            self.isFolded = isFolded
        }
    }

    package struct Row: Hashable, Sendable {
        package var name: String
        package var value: [Piece]

        package init(_ name: String, _ value: [Piece]) {
            self.name = name
            self.value = value
        }
    }

    package struct Question: Hashable, Sendable {
        /// From 1; `Q1` and `A1` in the note.
        package var number: Int
        package var text: String

        package init(_ number: Int, _ text: String) {
            self.number = number
            self.text = text
        }
    }

    /// Something that a person can tick.
    package struct Box: Hashable, Sendable {
        /// Lower-case letters, digits and dashes.
        package var id: String
        package var run: Int
        /// Lower-case hexadecimal digits; `nil` where the tick is about no commit.
        package var commit: String?
        package var text: [Piece]

        package init(id: String, run: Int, commit: String? = nil, text: [Piece]) {
            self.id = id
            self.run = run
            self.commit = commit
            self.text = text
        }
    }

    /// A part of a longer block, under a heading.
    package struct Section: Hashable, Sendable {
        package var title: String
        package var boxes: [Box]
        package var items: [[Piece]]

        package init(_ title: String, boxes: [Box] = [], items: [[Piece]] = []) {
            self.title = title
            self.boxes = boxes
            self.items = items
        }
    }

    /// Where the work stands, most important first.
    package var callouts: [Callout] = []
    /// Tier, risk, evidence and the like.
    package var rows: [Row] = []
    package var links: [[Piece]] = []
    package var questions: [Question] = []
    /// Questions whose answers were read and need not stay in the note.
    package var takenAnswers: Set<Int> = []
    package var boxes: [Box] = []
    /// Parts under headings, for a block that is a page of its own.
    package var sections: [Section] = []
    /// What happened, oldest first; each begins with its date.
    package var log: [[Piece]] = []

    package init() {}
}
