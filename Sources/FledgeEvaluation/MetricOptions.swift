/// What metrics can be told, all in one place; each takes what concerns it.
public struct MetricOptions: Sendable {
    /// Whether ROUGE stems words.
    public var rougeStems = true
    /// What counts for ROUGE when there are several references.
    public var rougeReferences = Rouge.References.best
    /// How BLEU cuts texts into words.
    public var bleuTokenizer = BLEUTokenizer.v13a
    /// What BLEU takes for n-grams none of which match.
    public var bleuSmoothing = BLEUSmoothing.exponential
    /// Whether BLEU of a corpus leaves out n-grams that are too long for it.
    public var bleuEffectiveOrder = false
    /// Whether upper and lower case are the same for BLEU and chrF.
    public var lowercases = false
    /// chrF's largest n of characters.
    public var chrfCharOrder = 6
    /// chrF's largest n of words.
    public var chrfWordOrder = 0
    /// How much more recall counts than precision for chrF.
    public var chrfBeta = 2
    /// Whether white space counts as characters for chrF.
    public var chrfWhitespace = false
    /// Whether chrF counts orders that a text is too short for as almost 0.
    public var chrfEpsilonSmoothing = false
    /// Whose script of SQuAD it is.
    public var squadVersion = SQuAD.Version.v1
    /// The class whose F1 comes first.
    public var positiveLabel: String?
    /// What a precision or recall of nothing is.
    public var zeroDivision = ZeroDivision.zero
    /// How strictly the tags of entities are read.
    public var entityMode = EntityScores.Mode.lenient

    /// The usual settings.
    public init() {}
}
