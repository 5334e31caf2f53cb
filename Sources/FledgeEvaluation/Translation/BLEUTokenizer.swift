/// How BLEU cuts texts into words: sacreBLEU's tokenizers of these names.
public enum BLEUTokenizer: String, Sendable, CaseIterable {
    /// That of WMT's mteval-v13a: punctuation and symbols of ASCII stand alone.
    case v13a = "13a"
    /// That of mteval-v14: punctuation and symbols of Unicode stand alone.
    case international = "intl"
    /// A character a word.
    case character = "char"
    /// What white space separates.
    case none

    /// The words of a text.
    func words(_ scalars: [Unicode.Scalar]) -> [ArraySlice<Unicode.Scalar>] {
        switch self {
        case .v13a: PythonText.split(Tokenizer13a.separated(scalars))
        case .international: PythonText.split(InternationalTokenizer.separated(scalars))
        case .character:
            scalars.indices.filter { !PythonText.isSpace(scalars[$0]) }.map { scalars[$0...$0] }
        case .none: PythonText.split(scalars)
        }
    }
}
