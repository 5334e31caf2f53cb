import FledgeData
import FledgeTemplates
import FledgeTraining
import Foundation
import Testing

@Suite("Batches")
struct BatchTests {
    /// 97 examples of 1 to 30 tokens whose first id is their number.
    private let file: TemporaryFile
    private let objective = PretokenizedExamples(vocabularySize: 1000)

    init() throws {
        let lines = (0..<97).map { number in
            "{\"input_ids\": \(Array(repeating: number, count: 1 + number * 7 % 30))}\n"
        }
        file = try TemporaryFile(lines.joined())
    }

    private func data(_ options: BatchOptions, file: TemporaryFile? = nil) throws -> TrainingData {
        try TrainingData(DataSet(path: (file ?? self.file).path), objective: objective, options: options)
    }

    private func all(_ data: TrainingData, epochs: Int = 1) throws -> [TrainingBatch] {
        let iterator = try data.batches(epochs: epochs)
        var batches: [TrainingBatch] = []
        while let batch = try iterator.next() { batches.append(batch) }
        return batches
    }

    private func numbers(_ batches: [TrainingBatch]) -> [Int] { batches.flatMap { $0.examples.map { $0.inputIDs[0] } } }

    /// Every way to put examples into batches.
    private static let everyOption: [BatchOptions] = [BatchOptions.Size.examples(8), .tokens(100)].flatMap { size in
        [false, true].flatMap { shuffles in
            [1, 3].flatMap { pool in
                [false, true].map { drops in
                    BatchOptions(size: size, shuffles: shuffles, seed: 5, poolBatches: pool, dropsLast: drops)
                }
            }
        }
    }

    @Test func `without shuffling the examples come in the order of the file`() throws {
        let batches = try all(try data(BatchOptions(size: .examples(10), shuffles: false)))
        #expect(numbers(batches) == Array(0..<97))
        #expect(batches.map(\.examples.count) == Array(repeating: 10, count: 9) + [7])
        #expect(batches.map(\.index) == Array(0..<10))
        let dropped = try all(try data(BatchOptions(size: .examples(10), shuffles: false, dropsLast: true)))
        #expect(numbers(dropped) == Array(0..<90))
    }

    @Test func `batches by tokens are as large as they may be`() throws {
        let batches = try all(try data(BatchOptions(size: .tokens(100), shuffles: false)))
        #expect(numbers(batches) == Array(0..<97))
        for (batch, next) in zip(batches, batches.dropFirst()) {
            #expect(batch.tokenCount <= 100)
            #expect(batch.tokenCount + next.examples[0].tokenCount > 100)
        }
        let tiny = try all(try data(BatchOptions(size: .tokens(20), shuffles: false)))
        #expect(tiny.filter { $0.tokenCount > 20 }.allSatisfy { $0.examples.count == 1 })
        #expect(numbers(tiny) == Array(0..<97))
    }

    @Test(arguments: everyOption)
    func `an epoch has every example once, and another order than the next`(options: BatchOptions) throws {
        let batches = try all(try data(options), epochs: 2)
        for epoch in 0..<2 {
            let numbers = numbers(batches.filter { $0.epoch == epoch })
            #expect(Set(numbers).count == numbers.count)
            #expect(options.dropsLast ? numbers.count >= 80 : numbers.count == 97)
        }
        let orders = (0..<2).map { epoch in numbers(batches.filter { $0.epoch == epoch }) }
        #expect((orders[0] == orders[1]) == !options.shuffles)
        #expect(try data(options).batchCount() == batches.filter { $0.epoch == 0 }.count)
    }

    @Test(arguments: everyOption)
    func `a saved position gives exactly the batches that would have followed`(options: BatchOptions) throws {
        let data = try data(options)
        let batches = try all(data, epochs: 2)
        for count in 0...batches.count {
            let iterator = try data.batches(epochs: 2)
            for _ in 0..<count { _ = try iterator.next() }
            let saved = try JSONEncoder().encode(iterator.position)
            let resumed = try data.prefetchedBatches(
                from: try JSONDecoder().decode(BatchPosition.self, from: saved), epochs: 2)
            var rest: [TrainingBatch] = []
            while let batch = try resumed.next() { rest.append(batch) }
            #expect(rest == Array(batches[count...]), "after \(count)")
        }
    }

    @Test func `packed blocks go on where they were`() throws {
        let lines = (0..<50).map { "{\"text\": \"the king \($0) and the queen\"}\n" }.joined()
        let file = try TemporaryFile(lines)
        for shuffles in [false, true] {
            let data = try TrainingData(
                DataSet(path: file.path),
                objective: try CausalLanguageModeling(tokenizer: try Fixture.roberta.get(), blockLength: 24),
                options: BatchOptions(size: .examples(2), shuffles: shuffles, poolBatches: 2))
            let batches = try all(data)
            #expect(batches.count > 10)
            for count in 0...batches.count {
                let iterator = try data.batches()
                for _ in 0..<count { _ = try iterator.next() }
                let resumed = try data.batches(from: iterator.position)
                #expect(try resumed.next() == (count < batches.count ? batches[count] : nil))
            }
        }
    }

    @Test func `a pool puts examples of about equal length together`() throws {
        let mixed = try all(try data(BatchOptions(size: .examples(8))))
        let pooled = try all(try data(BatchOptions(size: .examples(8), poolBatches: 12)))
        let spread = { (batches: [TrainingBatch]) in
            batches.reduce(0) { sum, batch in
                let lengths = batch.examples.map(\.inputIDs.count)
                return sum + (lengths.max() ?? 0) - (lengths.min() ?? 0)
            }
        }
        #expect(spread(pooled) * 4 < spread(mixed))
        let lengths = pooled.map { $0.examples[0].inputIDs.count }
        #expect(lengths != lengths.sorted())
    }

    @Test func `the same seed gives the same batches, another one others`() throws {
        let options = BatchOptions(size: .tokens(64), seed: 1, poolBatches: 4)
        #expect(try all(try data(options)) == (try all(try data(options))))
        var other = options
        other.seed = 2
        #expect(try all(try data(options)) != (try all(try data(other))))
    }

    @Test(arguments: [1, 2, 9])
    func `prefetched batches are the same ones`(depth: Int) throws {
        let data = try data(BatchOptions(size: .tokens(64), poolBatches: 4))
        let prefetched = try data.prefetchedBatches(epochs: 3, depth: depth)
        var batches: [TrainingBatch] = []
        while let batch = try prefetched.next() {
            batches.append(batch)
            if batches.count % 20 == 0 { usleep(2000) }
        }
        #expect(batches == (try all(data, epochs: 3)))
        #expect(try prefetched.next() == nil)
    }

    @Test func `a broken line is an error after the batches before it`() throws {
        let lines = (0..<100).map { $0 == 90 ? "{\"input_ids\": [1, 1000]}\n" : "{\"input_ids\": [\($0)]}\n" }
        let file = try TemporaryFile(lines.joined())
        let expected = DataError.malformed(
            file: file.path, line: 91, problem: "“input_ids” has 1000 at place 1, and only 0 to 999 are allowed",
            remedy: "Use the tokenizer and the classes that the model was made for.")
        for pool in [1, 4] {
            let options = BatchOptions(size: .examples(8), shuffles: false, poolBatches: pool)
            let batches = try data(options, file: file).prefetchedBatches(depth: 20)
            for index in 0..<11 {
                #expect(try batches.next()?.examples.map { $0.inputIDs[0] } == Array(index * 8..<index * 8 + 8))
            }
            #expect(throws: expected) { try batches.next() }
            #expect(throws: expected) { try batches.next() }
        }
    }

    @Test func `cancelling stops the thread, wherever it is`() throws {
        let data = try data(BatchOptions(size: .examples(1)))
        for depth in [1, 3] {
            let batches = try data.prefetchedBatches(epochs: nil, depth: depth)
            #expect(try batches.next() != nil)
            batches.cancel()
            #expect(try batches.next() == nil)
            batches.cancel()
        }
        // Released without a word: the thread ends too, or the test never does.
        for _ in 0..<20 { _ = try data.prefetchedBatches(epochs: nil) }
    }

    @Test func `data without an example do not turn for ever`() throws {
        let empty = try TemporaryFile("")
        for (data, size) in [(empty, 1), (file, 98)] {
            let options = BatchOptions(size: .examples(size), dropsLast: true)
            #expect(try self.data(options, file: data).batches(epochs: .max).next() == nil)
            let endless = try self.data(options, file: data).batches(epochs: nil)
            #expect(message { _ = try endless.next() }.hasPrefix("data: an epoch has no batches."))
        }
    }

    @Test(arguments: [
        ("\"epoch\":0", "\"epoch\":-1"), ("\"index\":1", "\"index\":9223372036854775807"),
        ("\"starts\":[]", "\"starts\":[7]"), ("\"groupIDs\":[]", "\"groupIDs\":[7]"),
        ("\"line\":1", "\"line\":0"), ("\"offset\":0", "\"offset\":9223372036854775807"),
    ])
    func `a damaged position is an error`(part: String, damage: String) throws {
        let data = try data(BatchOptions(size: .examples(10), shuffles: false))
        let iterator = try data.batches()
        _ = try iterator.next()
        let saved = String(decoding: try JSONEncoder().encode(iterator.position), as: UTF8.self)
        #expect(saved.contains(part), "\(saved)")
        let damaged = Data(saved.replacingOccurrences(of: part, with: damage).utf8)
        let position = try JSONDecoder().decode(BatchPosition.self, from: damaged)
        #expect(message { _ = try data.batches(from: position) }.hasPrefix("position: it "))
    }

    @Test func `a position of other data, and sizes below 1, are errors`() throws {
        let iterator = try data(BatchOptions(size: .examples(10))).batches()
        while try iterator.next() != nil {}
        let other = try TemporaryFile("{\"input_ids\": [1]}\n")
        var position = try data(BatchOptions(size: .examples(10))).batches().position
        let reader = try data(BatchOptions(size: .examples(10), poolBatches: 1)).batches()
        for _ in 0..<5 { _ = try reader.next() }
        position = reader.position
        #expect(
            message { _ = try data(BatchOptions(size: .examples(1)), file: other).batches(from: position) }
                == "position: there are 1 records, and it is at 40. Resume with the data that it was saved for.")
        #expect(
            message { _ = try data(BatchOptions(size: .tokens(0))) }.hasPrefix(
                "batch size: 1 batches of 0 make no sense."))
    }
}
