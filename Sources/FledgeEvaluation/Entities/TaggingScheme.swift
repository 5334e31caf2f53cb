/// How tags say where entities begin and end, for strict evaluation as seqeval 1.2.2 has it.
public enum TaggingScheme: String, Sendable, CaseIterable {
    /// `B` only where an entity follows another of its type at once.
    case iob1 = "IOB1"
    /// Every entity begins with `B`.
    case iob2 = "IOB2"
    /// `E` only where an entity of the same type follows at once.
    case ioe1 = "IOE1"
    /// Every entity ends with `E`.
    case ioe2 = "IOE2"
    /// Begin, inside, end, and `S` for an entity of one token.
    case iobes = "IOBES"
    /// Begin, inside, last, and `U` for an entity of one token.
    case bilou = "BILOU"

    /// The letters that tags may begin with.
    var letters: String {
        switch self {
        case .iob1, .iob2: "IOB"
        case .ioe1, .ioe2: "IOE"
        case .iobes: "IOBES"
        case .bilou: "BILOU"
        }
    }

    /// The pairs of tags between which an entity opens, goes on and closes.
    var transitions: TagTransitions {
        switch self {
        case .iob1: TagTransitions(opens: "OI* II! BI* IB= BB=", goesOn: "BI= II=", closes: "II! IO* IB* BO* BI! BB=")
        case .iob2: TagTransitions(opens: ".B*", goesOn: "BI= II=", closes: "IO* II! IB* BO* BI! BB*")
        case .ioe1: TagTransitions(opens: "OI* II! EI* EE=", goesOn: "II= IE=", closes: "II! IO* IE! EI= EE=")
        case .ioe2: TagTransitions(opens: "OI* OE* EI* EE* II! IE!", goesOn: "IE= II=", closes: "E.*")
        case .iobes: TagTransitions(opens: ".B* .S*", goesOn: "BI= BE= II= IE=", closes: "S.* E.*")
        case .bilou: TagTransitions(opens: ".B* .U*", goesOn: "BI= BL= II= IL=", closes: "U.* L.*")
        }
    }

    /// The scheme that the letters of some tags belong to; nil if that is none or cannot be told. `B` and `I` are taken
    /// for IOB2, `E` and `I` for IOE2.
    static func detected(from letters: Set<Unicode.Scalar>) -> TaggingScheme? {
        var rest = letters
        rest.remove("O")
        switch rest {
        case ["B", "I"], ["B"]: return .iob2
        case ["E", "I"], ["E"]: return .ioe2
        case ["B", "E", "I", "S"], ["B", "E", "I"], ["B", "E", "S"], ["B", "E"]: return .iobes
        case ["S"]: return letters.contains("O") ? nil : .iobes
        case ["B", "I", "L", "U"], ["B", "I", "L"], ["B", "L", "U"], ["B", "L"]: return .bilou
        case ["U"]: return letters.contains("O") ? nil : .bilou
        default: return nil
        }
    }
}

/// Pairs of neighbouring tags, three characters each: the letter before, the letter after (`.` for any), and whether the
/// types must be equal (`=`), different (`!`) or do not matter (`*`).
struct TagTransitions {
    private let openings: [[Unicode.Scalar]]
    private let continuations: [[Unicode.Scalar]]
    private let closings: [[Unicode.Scalar]]

    init(opens: String, goesOn: String, closes: String) {
        func pairs(_ text: String) -> [[Unicode.Scalar]] { text.split(separator: " ").map { Array($0.unicodeScalars) } }
        openings = pairs(opens)
        continuations = pairs(goesOn)
        closings = pairs(closes)
    }

    func opens(_ before: EntityTag, _ after: EntityTag) -> Bool { TagTransitions.holds(openings, before, after) }

    func goesOn(_ before: EntityTag, _ after: EntityTag) -> Bool { TagTransitions.holds(continuations, before, after) }

    func closes(_ before: EntityTag, _ after: EntityTag) -> Bool { TagTransitions.holds(closings, before, after) }

    private static func holds(_ pairs: [[Unicode.Scalar]], _ before: EntityTag, _ after: EntityTag) -> Bool {
        pairs.contains { pair in
            (pair[0] == "." || pair[0] == before.letter) && (pair[1] == "." || pair[1] == after.letter)
                && (pair[2] == "*" || (pair[2] == "=") == (before.type == after.type))
        }
    }
}
