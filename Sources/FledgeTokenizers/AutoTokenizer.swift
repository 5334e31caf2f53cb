#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Finds out what kind of tokenizer a model has, and loads it.
public enum AutoTokenizer {
    /// The largest file that is read, in bytes; the largest vocabularies in use need a quarter of it.
    static let largestFile = 1 << 27

    /// Loads the tokenizer of a model's directory from the first of these files that is there:
    ///
    /// 1. `tokenizer.json`, of Hugging Face `tokenizers`
    /// 2. `spiece.model`, of SentencePiece, as T5 has it
    /// 3. `tokenizer.model`, of SentencePiece as LLaMA has it, or ranks of tiktoken as Llama 3 has it
    /// 4. `vocab.json` with `merges.txt`, of GPT-2's and RoBERTa's families
    /// 5. a file whose name ends in `.tiktoken`
    /// 6. `vocab.txt`, of BERT
    ///
    /// `tokenizer_config.json` and `special_tokens_map.json` are read too, if they are there. A `tokenizer.json` is the
    /// truth, as Hugging Face `tokenizers` reads it (`Tokenizer.from_file`): beside it they name the special tokens, the
    /// chat template and the longest sequence, and may add tokens that it lacks, but they change none of its stages.
    /// Classes of transformers 5 that do change some (LLaMA's, GPT-2's, RoBERTa's) can give other ids.
    ///
    /// - Parameter directory: where the files are.
    /// - Returns: the tokenizer.
    /// - Throws: ``TokenizerError`` if no tokenizer is there, a file cannot be read or breaks its format, or asks for
    ///   something that is not supported.
    public static func from(directory: URL) throws(TokenizerError) -> any Tokenizer {
        let configuration = try TokenizerConfiguration.read(
            config: try document("tokenizer_config.json", in: directory),
            specialTokensMap: try document("special_tokens_map.json", in: directory))
        if let document = try document("tokenizer.json", in: directory) {
            return try TokenizerJSON.read(document, configuration: configuration)
        }
        if let bytes = try contents(of: "spiece.model", in: directory) {
            let file = try SentencePieceFile(
                parsing: bytes, source: directory.appendingPathComponent("spiece.model").path)
            return try file.tokenizer(configuration: configuration)
        }
        if let bytes = try contents(of: "tokenizer.model", in: directory) {
            return try read(
                tokenizerModel: bytes, named: directory.appendingPathComponent("tokenizer.model").path,
                configuration: configuration)
        }
        if let tokenizer = try byteLevelFiles(in: directory)?.tokenizer(configuration: configuration) {
            return tokenizer
        }
        if let name = ranksFile(in: directory), let bytes = try contents(of: name, in: directory) {
            return try TiktokenFile(parsing: bytes, source: directory.appendingPathComponent(name).path)
                .tokenizer(configuration: configuration)
        }
        if let bytes = try contents(of: "vocab.txt", in: directory) {
            return try BertVocabulary.tokenizer(
                vocabulary: bytes, source: directory.appendingPathComponent("vocab.txt").path,
                configuration: configuration)
        }
        throw .noTokenizerFiles(directory: directory.path)
    }

    /// Builds a tokenizer from the content of a `tokenizer.model`: SentencePiece's, or tiktoken's if it is text.
    ///
    /// - Parameters:
    ///   - model: the content.
    ///   - name: the file's name, for errors.
    ///   - configuration: what the neighbouring files say.
    /// - Returns: the tokenizer.
    /// - Throws: ``TokenizerError`` if the content breaks the format or asks for what is not supported.
    package static func read(
        tokenizerModel model: [UInt8], named name: String, configuration: TokenizerConfiguration = .init()
    ) throws(TokenizerError) -> any Tokenizer {
        if TiktokenFile.isLikely(model) {
            return try TiktokenFile(parsing: model, source: name).tokenizer(configuration: configuration)
        }
        return try SentencePieceFile(parsing: model, source: name)
            .tokenizer(configuration: configuration, family: .llama)
    }

    /// Builds a tokenizer from the contents of a `vocab.json` and a `merges.txt`.
    ///
    /// - Parameters:
    ///   - vocabulary: the content of `vocab.json`.
    ///   - merges: the content of `merges.txt`.
    ///   - modelType: `model_type` of `config.json`, if it is known.
    ///   - configuration: what the neighbouring files say.
    /// - Returns: the tokenizer.
    /// - Throws: ``TokenizerError`` if the contents break the format or ask for what is not supported.
    package static func read(
        vocabulary: [UInt8], merges: [UInt8], modelType: String? = nil, configuration: TokenizerConfiguration = .init()
    ) throws(TokenizerError) -> any Tokenizer {
        try ByteLevelFiles(
            vocabulary: try JSONDocument(parsing: vocabulary, source: "vocab.json"), merges: merges,
            mergesSource: "merges.txt", modelType: modelType
        ).tokenizer(configuration: configuration)
    }

    private static func byteLevelFiles(in directory: URL) throws(TokenizerError) -> ByteLevelFiles? {
        guard let merges = try contents(of: "merges.txt", in: directory),
            let vocabulary = try document("vocab.json", in: directory)
        else { return nil }
        return ByteLevelFiles(
            vocabulary: vocabulary, merges: merges, mergesSource: directory.appendingPathComponent("merges.txt").path,
            modelType: try document("config.json", in: directory)?.root["model_type"]?.string)
    }

    /// The first file, by name, that ends in `.tiktoken`.
    private static func ranksFile(in directory: URL) -> String? {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        return names.filter { $0.hasSuffix(".tiktoken") }.sorted().first
    }

    /// Builds a tokenizer from the content of a `tokenizer.json`.
    ///
    /// - Parameters:
    ///   - json: the content.
    ///   - name: the file's name, for errors.
    ///   - configuration: what the neighbouring files say.
    /// - Returns: the tokenizer.
    /// - Throws: ``TokenizerError`` if the content breaks the format or asks for what is not supported.
    package static func read(
        tokenizerJSON json: [UInt8], named name: String, configuration: TokenizerConfiguration = .init()
    ) throws(TokenizerError) -> any Tokenizer {
        try TokenizerJSON.read(try JSONDocument(parsing: json, source: name), configuration: configuration)
    }

    /// Builds a tokenizer from the content of a `spiece.model`.
    ///
    /// - Parameters:
    ///   - model: the content.
    ///   - name: the file's name, for errors.
    ///   - configuration: what the neighbouring files say.
    /// - Returns: the tokenizer.
    /// - Throws: ``TokenizerError`` if the content breaks the format or asks for what is not supported.
    package static func read(
        sentencePieceModel model: [UInt8], named name: String, configuration: TokenizerConfiguration = .init()
    ) throws(TokenizerError) -> any Tokenizer {
        try SentencePieceFile(parsing: model, source: name).tokenizer(configuration: configuration)
    }

    /// Builds BERT's tokenizer from the content of a `vocab.txt`.
    ///
    /// - Parameters:
    ///   - vocabulary: the content.
    ///   - name: the file's name, for errors.
    ///   - configuration: what the neighbouring files say.
    /// - Returns: the tokenizer.
    /// - Throws: ``TokenizerError`` if the content breaks the format or lacks a special token.
    package static func read(
        bertVocabulary vocabulary: [UInt8], named name: String, configuration: TokenizerConfiguration = .init()
    ) throws(TokenizerError) -> any Tokenizer {
        try BertVocabulary.tokenizer(vocabulary: vocabulary, source: name, configuration: configuration)
    }

    private static func document(_ name: String, in directory: URL) throws(TokenizerError) -> JSONDocument? {
        guard let bytes = try contents(of: name, in: directory) else { return nil }
        return try JSONDocument(parsing: bytes, source: directory.appendingPathComponent(name).path)
    }

    /// The bytes of a file, or nil if there is none.
    private static func contents(of name: String, in directory: URL) throws(TokenizerError) -> [UInt8]? {
        let url = directory.appendingPathComponent(name)
        guard FileManager.default.fileExists(atPath: url.path) else { return nil }
        do {
            let target = url.resolvingSymlinksInPath()
            let attributes = try FileManager.default.attributesOfItem(atPath: target.path)
            guard attributes[.type] as? FileAttributeType == .typeRegular else {
                throw TokenizerError.unreadable(file: url.path, reason: "it is not a file")
            }
            let size = (attributes[.size] as? any BinaryInteger).map { Int(clamping: $0) } ?? attributes[.size] as? Int
            guard let size, size <= largestFile else {
                throw TokenizerError.unreadable(
                    file: url.path, reason: "it is larger than \(largestFile >> 20) MiB")
            }
            return Array(try Data(contentsOf: url))
        } catch let error as TokenizerError {
            throw error
        } catch {
            throw .unreadable(file: url.path, reason: "\(error)")
        }
    }
}
