/// Answers as SQuAD compares them: lower case, without the punctuation of ASCII and the words a, an and the, and with
/// single spaces.
enum AnswerNormalization {
    /// The words of an answer.
    static func words(of answer: String) -> [ArraySlice<Unicode.Scalar>] {
        let scalars = PythonText.lowercased(Array(answer.unicodeScalars))
            .filter { !CharacterGramCounter.isPunctuation($0) }
        return PythonText.split(withoutArticles(scalars))
    }

    /// Articles are runs of letters and digits, so that a combining mark or a sign ends them as a space does.
    private static func withoutArticles(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(scalars.count)
        var index = 0
        while index < scalars.count {
            var end = index
            while end < scalars.count, PythonText.isAlphanumeric(scalars[end]) { end += 1 }
            if isArticle(scalars[index..<end]) {
                result.append(" ")
            } else {
                result.append(contentsOf: scalars[index..<end])
            }
            if end < scalars.count { result.append(scalars[end]) }
            index = end + 1
        }
        return result
    }

    private static func isArticle(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        guard 1...3 ~= word.count else { return false }
        return ["a", "an", "the"].contains { word.elementsEqual($0.unicodeScalars) }
    }
}
