import FledgeData
import FledgeTemplates
import Testing

import FledgeEvaluation

struct RougeTests {
    @Test func `Stems are NLTK's`() throws {
        let record = try Golden.records("stems")[0]
        var stemmer = PorterStemmer()
        let (words, stems) = (record.get("words").texts, record.get("stems").texts)
        #expect(words.count > 4000)
        for (word, stem) in zip(words, stems) {
            #expect(String(decoding: stemmer.stem(Array(word.utf8)), as: UTF8.self) == stem, "\(word)")
        }
    }

    @Test func `Precision, recall and F of every pair are those of rouge_score`() throws {
        let records = try Golden.records("texts")
        #expect(records.count >= 3000)
        let measurement = try Rouge().measure([records.map(\.example)])
        for (index, record) in records.enumerated() {
            let values = measurement.row(index)
            #expect(areClose(Array(values.dropLast()), record.get("rouge").doubles), "\(record)")
        }
        let plain = try Rouge(variants: [.n(1), .n(2), .l, .lsum, .n(3)], stems: false)
        let report = try plain.report(on: records.map(\.example), resampling: nil)
        for (index, record) in records.enumerated() {
            #expect(areClose(report.exampleScores.map { $0[index] }, record.get("plain").doubles), "\(record)")
        }
    }

    @Test func `A corpus has the mean of its examples`() throws {
        let records = try Golden.records("texts")
        let report = try Rouge().report(on: records.map(\.example), resampling: nil)
        for (place, score) in report.scores.enumerated() {
            for (part, estimate) in [score.precision, score.recall, score.f1].enumerated() {
                let sum = records.reduce(0) { $0 + $1.get("rouge").doubles[3 * place + part] }
                #expect(isClose(estimate?.value ?? .nan, sum / Double(records.count)))
            }
        }
        #expect(report.scores.map(\.name) == ["rouge1", "rouge2", "rougeL", "rougeLsum"])
    }

    @Test func `Of several references the best counts, or their mean`() throws {
        let example = EvaluationExample(
            prediction: "the cat sat", references: ["the dog", "a cat sat down", "cat sat"])
        let best = try Rouge(stems: false).report(on: [example], resampling: nil)
        #expect(isClose(best.scores[0].score.value, 0.8))
        let mean = try Rouge(stems: false, references: .mean).report(on: [example], resampling: nil)
        #expect(isClose(mean.scores[0].score.value, (0.4 + 4.0 / 7 + 0.8) / 3))
        #expect(mean.signature == "stemmer:none|references:mean")
    }

    /// Sentences longer than a machine word go another way than short ones.
    @Test func `Long texts have the subsequence of the plain table`() throws {
        var generator = SystemRandomNumberGenerator()
        var subsequence = CommonSubsequence()
        for length in [1, 63, 64, 65, 127, 128, 129, 200] {
            let first = (0..<length).map { _ in Int32.random(in: 0..<12, using: &generator) }
            let second = (0..<Int.random(in: 1...200)).map { _ in Int32.random(in: 0..<12, using: &generator) }
            let table = PlainTable(first, second)
            #expect(subsequence.length(first, second, vocabularyCount: 12) == table.length)
            var marks = [Bool](repeating: false, count: first.count)
            let middle = first.count / 2
            let sentences = [0..<middle, middle..<first.count]
            let isMarked = subsequence.mark(
                sentences: sentences, of: first, commonWith: second[...], vocabularyCount: 12, in: &marks)
            #expect(isMarked)
            let expected = sentences.flatMap { PlainTable(Array(first[$0]), second).marks() }
            #expect(marks == expected)
        }
    }

    @Test(.enabled(if: Shared.isThere, "skipped: there is no folder ../shared (or FLEDGE_SHARED)"))
    func `T5's golden summaries have the published scores`() throws {
        // As T5 scores summaries: no stemmer, a sentence a line, 1000 resamples. Its own test allows 0.5.
        let predictions = try Shared.lines("golden/t5-rouge/prediction_large.txt")
        let targets = try Shared.lines("golden/t5-rouge/target_large.txt")
        #expect(predictions.count == targets.count)
        let examples = zip(predictions, targets).map {
            EvaluationExample(
                prediction: $0.replacing(" . ", with: " .\n"), reference: $1.replacing(" . ", with: " .\n"))
        }
        let rouge = try Rouge(variants: [.n(1), .n(2), .lsum], stems: false)
        let scores = try rouge.report(on: examples).scores
        for (score, expected) in zip(scores, [38.517523467350486, 22.1524010821563, 38.362646331618514]) {
            #expect(isClose(100 * score.score.value, expected, within: 1e-3))
            let interval = try #require(score.score.interval)
            #expect(100 * interval.lower < expected && expected < 100 * interval.upper)
            #expect(100 * (interval.upper - interval.lower) < 3)
        }
    }
}

/// The usual table of common subsequences.
private struct PlainTable {
    let first: [Int32]
    let second: [Int32]
    var rows: [[Int]]

    init(_ first: [Int32], _ second: [Int32]) {
        self.first = first
        self.second = second
        rows = [[Int]](repeating: [Int](repeating: 0, count: second.count + 1), count: first.count + 1)
        for row in first.indices {
            for column in second.indices {
                rows[row + 1][column + 1] =
                    first[row] == second[column]
                    ? rows[row][column] + 1 : max(rows[row][column + 1], rows[row + 1][column])
            }
        }
    }

    var length: Int { rows[first.count][second.count] }

    func marks() -> [Bool] {
        var marks = [Bool](repeating: false, count: first.count)
        var (row, column) = (first.count, second.count)
        while row > 0, column > 0 {
            if first[row - 1] == second[column - 1] {
                marks[row - 1] = true
                row -= 1
                column -= 1
            } else if rows[row][column - 1] > rows[row - 1][column] {
                column -= 1
            } else {
                row -= 1
            }
        }
        return marks
    }
}

extension Measurement {
    /// The statistics of one of the first system's examples.
    func row(_ index: Int) -> [Double] {
        var row = [Double](repeating: 0, count: tables[0].width)
        tables[0].add(row: index, times: 1, to: &row)
        return row
    }
}
