/// The rules of mteval-v14: punctuation stands alone unless digits are on both sides of it, symbols always do.
enum InternationalTokenizer {
    /// The text with spaces around what stands alone.
    static func separated(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        scalars.separatingPairs(.second) { !isNumber($0) && isPunctuation($1) }
            .separatingPairs(.first) { isPunctuation($0) && !isNumber($1) }
            .separating(isSymbol)
    }

    private static func isNumber(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: true
        default: false
        }
    }

    private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            true
        default: false
        }
    }

    private static func isSymbol(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: true
        default: false
        }
    }
}
