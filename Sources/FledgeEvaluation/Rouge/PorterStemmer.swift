/// Porter's stemmer (1980, "An algorithm for suffix stripping") with the changes that NLTK makes by default: a few
/// irregular words, `ies` and `ied` of four letters, `y` after a consonant, and three more suffixes in step 2.
///
/// A word is its ASCII bytes in lower case; digits count as consonants.
package struct PorterStemmer {
    private var word: [UInt8] = []
    /// Whether each letter is a consonant. It depends on the letters before only, so that it holds for any stem.
    private var isConsonant: [Bool] = []

    /// Words whose stems the rules would not give.
    private static let irregular: [[UInt8]: [UInt8]] = {
        let forms = [
            "sky": "sky", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news",
            "innings": "inning", "inning": "inning", "outings": "outing", "outing": "outing", "cannings": "canning",
            "canning": "canning", "howe": "howe", "proceed": "proceed", "exceed": "exceed", "succeed": "succeed",
        ]
        return Dictionary(uniqueKeysWithValues: forms.map { (Array($0.utf8), Array($1.utf8)) })
    }()

    /// The stem of a word.
    package mutating func stem(_ text: [UInt8]) -> [UInt8] {
        if let stem = PorterStemmer.irregular[text] { return stem }
        guard text.count > 2 else { return text }
        word = text
        classify(from: 0)
        removePlural()
        removeTense()
        replaceY()
        replaceDoubleSuffix()
        _ = apply(PorterStemmer.step3)
        removeSuffix()
        removeFinalE()
        if ends("ll"), measure(word.count - 1) > 1 { cut(1) }
        return word
    }

    /// Creates a stemmer.
    package init() {}

    private mutating func classify(from start: Int) {
        isConsonant.removeSubrange(start...)
        for index in start..<word.count {
            switch word[index] {
            case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"):
                isConsonant.append(false)
            case UInt8(ascii: "y"): isConsonant.append(index == 0 || !isConsonant[index - 1])
            default: isConsonant.append(true)
            }
        }
    }

    private func ends(_ suffix: StaticString) -> Bool {
        let count = suffix.utf8CodeUnitCount
        guard count <= word.count else { return false }
        let start = word.count - count
        for index in 0..<count where suffix.utf8Start[index] != word[start + index] { return false }
        return true
    }

    private mutating func cut(_ count: Int) {
        word.removeLast(count)
        isConsonant.removeLast(count)
    }

    private mutating func replace(_ count: Int, by ending: StaticString) {
        cut(count)
        let start = word.count
        for index in 0..<ending.utf8CodeUnitCount { word.append(ending.utf8Start[index]) }
        classify(from: start)
    }

    /// How often a vowel is followed by a consonant among the first letters: m in the paper.
    private func measure(_ length: Int) -> Int {
        var count = 0
        for index in 0..<max(0, length - 1) where !isConsonant[index] && isConsonant[index + 1] { count += 1 }
        return count
    }

    private func hasVowel(_ length: Int) -> Bool { isConsonant.prefix(length).contains(false) }

    /// Consonant, vowel, consonant other than w, x and y at the end; or a word of a vowel and a consonant.
    private func endsInShortSyllable(_ length: Int) -> Bool {
        if length == 2 { return !isConsonant[0] && isConsonant[1] }
        guard length >= 3, isConsonant[length - 3], !isConsonant[length - 2], isConsonant[length - 1] else {
            return false
        }
        let last = word[length - 1]
        return last != UInt8(ascii: "w") && last != UInt8(ascii: "x") && last != UInt8(ascii: "y")
    }

    private typealias Rule = (suffix: StaticString, ending: StaticString)

    private static let step2: [Rule] = [
        ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"),
        ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"),
        ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"),
        ("iviti", "ive"), ("biliti", "ble"), ("fulli", "ful"),
    ]

    private static let step3: [Rule] = [
        ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
    ]

    private static let step4: [StaticString] = [
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate",
        "iti", "ous", "ive", "ize",
    ]

    /// Applies the first rule whose suffix is there, if a syllable is left before it.
    ///
    /// - Returns: whether a suffix was there.
    private mutating func apply(_ rules: [Rule]) -> Bool {
        for rule in rules where ends(rule.suffix) {
            let count = rule.suffix.utf8CodeUnitCount
            if measure(word.count - count) > 0 { replace(count, by: rule.ending) }
            return true
        }
        return false
    }

    /// Step 1a.
    private mutating func removePlural() {
        if ends("ies") {
            cut(word.count == 4 ? 1 : 2)
        } else if ends("sses") {
            cut(2)
        } else if ends("s"), !ends("ss") {
            cut(1)
        }
    }

    /// Step 1b.
    private mutating func removeTense() {
        if ends("ied") { return cut(word.count == 4 ? 1 : 2) }
        if ends("eed") {
            if measure(word.count - 3) > 0 { cut(1) }
            return
        }
        if ends("ed"), hasVowel(word.count - 2) {
            cut(2)
        } else if ends("ing"), hasVowel(word.count - 3) {
            cut(3)
        } else {
            return
        }
        if ends("at") || ends("bl") || ends("iz") { return replace(0, by: "e") }
        let last = word[word.count - 1]
        if word.count >= 2, last == word[word.count - 2], isConsonant[word.count - 1] {
            if last != UInt8(ascii: "l"), last != UInt8(ascii: "s"), last != UInt8(ascii: "z") { cut(1) }
        } else if measure(word.count) == 1, endsInShortSyllable(word.count) {
            replace(0, by: "e")
        }
    }

    /// Step 1c.
    private mutating func replaceY() {
        if ends("y"), word.count > 2, isConsonant[word.count - 2] { replace(1, by: "i") }
    }

    /// Step 2.
    private mutating func replaceDoubleSuffix() {
        if ends("alli"), measure(word.count - 4) > 0 { cut(2) }
        if apply(PorterStemmer.step2) { return }
        if ends("logi"), measure(word.count - 3) > 0 { cut(1) }
    }

    /// Step 4.
    private mutating func removeSuffix() {
        for suffix in PorterStemmer.step4 where ends(suffix) {
            let length = word.count - suffix.utf8CodeUnitCount
            guard measure(length) > 1 else { return }
            let last = word[length - 1]
            if ends("ion"), last != UInt8(ascii: "s"), last != UInt8(ascii: "t") { return }
            return cut(word.count - length)
        }
    }

    /// Step 5a.
    private mutating func removeFinalE() {
        guard ends("e") else { return }
        let length = word.count - 1
        let syllables = measure(length)
        if syllables > 1 || syllables == 1 && !endsInShortSyllable(length) { cut(1) }
    }
}
