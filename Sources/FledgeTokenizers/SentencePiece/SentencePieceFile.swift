/// A SentencePiece model file (`spiece.model`), as `sentencepiece_model.proto` of SentencePiece 0.2 lays it out.
package struct SentencePieceFile: Sendable {
    /// What a piece is for.
    enum PieceType: UInt64, Sendable {
        case normal = 1, unknown, control, userDefined, unused, byte
    }

    /// How a text is prepared.
    struct NormalizerSpec: Sendable {
        var characterMap: Range<Int>?
        var addsDummyPrefix = true
        var removesExtraWhitespaces = true
        var escapesWhitespaces = true
    }

    let source: String
    private(set) var table = PieceTable(capacity: 1 << 15)
    private(set) var scores: [Float] = []
    private(set) var types: [PieceType] = []
    private(set) var normalizer = NormalizerSpec()
    private(set) var modelType: UInt64 = 1
    private(set) var byteFallback = false
    private(set) var treatsWhitespaceAsSuffix = false
    private(set) var endPiece = "</s>"
    private(set) var beginPiece = "<s>"
    private(set) var padPiece = "<pad>"
    let bytes: [UInt8]

    /// Parses a file.
    ///
    /// - Throws: ``TokenizerError/malformed(file:location:problem:remedy:)`` with the byte or the piece.
    package init(parsing bytes: [UInt8], source: String) throws(TokenizerError) {
        self.bytes = bytes
        self.source = source
        do {
            var reader = ProtobufReader(bytes, 0..<bytes.count)
            while let (field, value) = try reader.next() {
                guard case .bytes(let range) = value else { continue }
                switch field {
                case 1: try readPiece(range)
                case 2: try readTrainerSpec(range)
                case 3: try readNormalizerSpec(range)
                default: break
                }
            }
        } catch {
            throw .damaged(source, "byte \(error.position)", error.problem)
        }
        if let problem = VocabularyLimits.problem(of: table) { throw .damaged(source, "the whole file", problem) }
    }

    private mutating func readPiece(_ range: Range<Int>) throws(ProtobufReader.Failure) {
        var piece: Range<Int>?
        var score: Float = 0
        var type = PieceType.normal
        var reader = ProtobufReader(bytes, range)
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (1, .bytes(let range)): piece = range
            case (2, .fixed32(let bits)): score = Float(bitPattern: bits)
            case (3, .varint(let number)):
                guard let known = PieceType(rawValue: number) else {
                    throw failure(range, "piece \(table.count) has the type \(number), which does not exist")
                }
                type = known
            default: break
            }
        }
        guard let piece, !piece.isEmpty else { throw failure(range, "piece \(table.count) is empty") }
        guard bytes[piece].withUnsafeBufferPointer({ UTF8Scan.isValid($0) }) else {
            throw failure(range, "piece \(table.count) is not UTF-8")
        }
        guard score.isFinite else { throw failure(range, "the score of piece \(table.count) is not a finite number") }
        table.append(bytes[piece])
        scores.append(score)
        types.append(type)
    }

    private mutating func readTrainerSpec(_ range: Range<Int>) throws(ProtobufReader.Failure) {
        var reader = ProtobufReader(bytes, range)
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (3, .varint(let number)): modelType = number
            case (24, .varint(let number)): treatsWhitespaceAsSuffix = number != 0
            case (35, .varint(let number)): byteFallback = number != 0
            case (46, .bytes(let range)): beginPiece = String(decoding: bytes[range], as: UTF8.self)
            case (47, .bytes(let range)): endPiece = String(decoding: bytes[range], as: UTF8.self)
            case (48, .bytes(let range)): padPiece = String(decoding: bytes[range], as: UTF8.self)
            default: break
            }
        }
    }

    private mutating func readNormalizerSpec(_ range: Range<Int>) throws(ProtobufReader.Failure) {
        var reader = ProtobufReader(bytes, range)
        while let (field, value) = try reader.next() {
            switch (field, value) {
            case (2, .bytes(let range)): normalizer.characterMap = range.isEmpty ? nil : range
            case (3, .varint(let number)): normalizer.addsDummyPrefix = number != 0
            case (4, .varint(let number)): normalizer.removesExtraWhitespaces = number != 0
            case (5, .varint(let number)): normalizer.escapesWhitespaces = number != 0
            default: break
            }
        }
    }

    /// The character map, if there is one.
    package var characterMap: [UInt8]? { normalizer.characterMap.map { Array(bytes[$0]) } }

    private func failure(_ range: Range<Int>, _ problem: String) -> ProtobufReader.Failure {
        ProtobufReader.Failure(position: range.lowerBound, problem: problem)
    }
}
