/// What a trained tokenizer looks like from outside: how texts become words, and which special tokens there are.
public enum TokenizerStyle: String, Sendable, CaseIterable {
    /// Byte-pair encoding of bytes, cut by GPT-2's pattern; `<|endoftext|>`.
    case gpt2
    /// Byte-pair encoding as SentencePiece does it, with spaces as `▁`; `<unk>`, `<s>` before texts, `</s>`.
    case llama
    /// A unigram model with spaces as `▁` and text in Unicode's NFKC; `<pad>`, `</s>` after texts, `<unk>`.
    case t5
    /// WordPiece between white space and punctuation; `[PAD]`, `[UNK]`, `[CLS]` and `[SEP]` around texts, `[MASK]`.
    case bert

    /// What is learned.
    public enum Model: String, Sendable, CaseIterable {
        case bpe, unigram
        case wordPiece = "wordpiece"

        /// The style that it has if none is asked for.
        public var defaultStyle: TokenizerStyle {
            switch self {
            case .bpe: .gpt2
            case .unigram: .t5
            case .wordPiece: .bert
            }
        }
    }

    /// What is learned.
    public var model: Model {
        switch self {
        case .gpt2, .llama: .bpe
        case .t5: .unigram
        case .bert: .wordPiece
        }
    }

    /// Whether SentencePiece can do what a tokenizer of this style does.
    public var isSentencePiece: Bool { self == .llama || self == .t5 }

    /// The special tokens, in the order of their ids.
    var specialTokens: [String] {
        switch self {
        case .gpt2: ["<|endoftext|>"]
        case .llama: ["<unk>", "<s>", "</s>"]
        case .t5: ["<pad>", "</s>", "<unk>"]
        case .bert: ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        }
    }

    /// What `tokenizer_config.json` calls the special tokens.
    var roles: [(role: String, token: String)] {
        switch self {
        case .gpt2: [("bos_token", "<|endoftext|>"), ("eos_token", "<|endoftext|>")]
        case .llama: [("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>")]
        case .t5: [("eos_token", "</s>"), ("pad_token", "<pad>"), ("unk_token", "<unk>")]
        case .bert:
            [
                ("cls_token", "[CLS]"), ("mask_token", "[MASK]"), ("pad_token", "[PAD]"), ("sep_token", "[SEP]"),
                ("unk_token", "[UNK]"),
            ]
        }
    }

    /// The token for what the vocabulary cannot spell.
    var unknownToken: String? { roles.first { $0.role == "unk_token" }?.token }
}
