import FledgeData
import FledgeEvaluation
import FledgeTemplates
import Testing

struct TranslationTests {
    /// The settings of Tools/metrics_golden.py.
    static func bleu(_ key: String, effective: Bool) throws -> BLEU {
        switch key {
        case "13a": try BLEU(usesEffectiveOrder: effective)
        case "intl-floor-lc":
            try BLEU(
                tokenizer: .international, smoothing: .floor(0.1), lowercases: true, usesEffectiveOrder: effective)
        case "char-add": try BLEU(tokenizer: .character, smoothing: .addK(1), usesEffectiveOrder: effective)
        case "none-none": try BLEU(tokenizer: .none, smoothing: .none, usesEffectiveOrder: effective)
        default: try BLEU(smoothing: .floor(0.25), usesEffectiveOrder: effective, maxOrder: 2)
        }
    }

    static func chrf(_ key: String) throws -> ChrF {
        switch key {
        case "chrf": try ChrF()
        case "chrf++-lc": try ChrF(wordOrder: 2, lowercases: true)
        default: try ChrF(charOrder: 4, wordOrder: 1, beta: 3, keepsWhitespace: true, usesEpsilonSmoothing: true)
        }
    }

    static let bleuKeys = ["13a", "intl-floor-lc", "char-add", "none-none", "13a-floor-2"]
    static let chrfKeys = ["chrf", "chrf++-lc", "eps"]

    @Test(arguments: Array(bleuKeys.enumerated())) func `BLEU of every sentence is sacreBLEU's`(
        place: Int, key: String
    ) throws {
        let records = try Golden.records("texts")
        let report = try TranslationTests.bleu(key, effective: false)
            .report(on: records.map(\.example), resampling: nil)
        for (record, score) in zip(records, report.exampleScores[0]) {
            #expect(isClose(score, record.get("bleu").doubles[place]), "\(record)")
        }
    }

    @Test(arguments: Array(chrfKeys.enumerated())) func `chrF of every sentence is sacreBLEU's`(
        place: Int, key: String
    ) throws {
        let records = try Golden.records("texts")
        let report = try TranslationTests.chrf(key).report(on: records.map(\.example), resampling: nil)
        for (record, score) in zip(records, report.exampleScores[0]) {
            #expect(isClose(score, record.get("chrf").doubles[place]), "\(record)")
        }
    }

    @Test(arguments: [1, 2, 3]) func `Scores and signatures of corpora are sacreBLEU's`(place: Int) throws {
        let records = try Golden.records("texts")
        let corpus = try Golden.records("corpora")[place]
        let chosen =
            switch corpus.get("name").text {
            case "all": records
            case "single": records.filter { $0.get("references").list.count == 1 }
            default: corpus.get("rows").doubles.map { records[Int($0)] }
            }
        for golden in corpus.get("bleu").list {
            let metric = try TranslationTests.bleu(golden["options"].text, effective: golden["effective"] == true)
            let report = try metric.report(on: chosen.map(\.example), resampling: nil)
            let values = report.scores.map(\.score.value)
            #expect(isClose(values[0], golden["score"].double))
            #expect(isClose(values[1], golden["bp"].double))
            #expect(isClose(values[2], golden["ratio"].double))
            #expect(areClose(Array(values.dropFirst(3)), golden["precisions"].doubles))
            #expect(report.signature == golden["signature"].text)
        }
        for golden in corpus.get("chrf").list {
            let metric = try TranslationTests.chrf(golden["options"].text)
            let report = try metric.report(on: chosen.map(\.example), resampling: nil)
            #expect(isClose(report.scores[0].score.value, golden["score"].double))
            #expect(report.signature == golden["signature"].text)
        }
    }
}
