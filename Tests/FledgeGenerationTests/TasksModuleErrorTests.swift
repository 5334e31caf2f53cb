import FledgeGeneration
import Foundation
import Testing

/// A directory of sentence-transformers with one file that is missing or wrong.
struct DamagedModule: Sendable {
    let fixture: String
    let file: String
    /// What the file says; nil if there is none.
    let text: String?
    /// The whole message.
    let expected: String

    init(_ fixture: String, _ file: String, _ text: String?, _ expected: String, isIncomplete: Bool = true) {
        self.fixture = fixture
        self.file = file
        self.text = text
        self.expected = isIncomplete ? expected + "; download the model again, all its folders included" : expected
    }

    static let all: [DamagedModule] = [
        DamagedModule(
            "st-tiny-mean", "1_Pooling/config.json", nil,
            "DIR/1_Pooling/config.json: there is no such file"),
        DamagedModule(
            "st-tiny-mean", "1_Pooling/config.json", #"{"word_embedding_dimension": 32}"#,
            """
            DIR/1_Pooling/config.json: the module takes vectors of 32 numbers and gets 24; check that the folders \
            belong to the same model
            """, isIncomplete: false),
        DamagedModule(
            "st-tiny-mean", "1_Pooling/config.json", #"{"pooling_mode": "median"}"#,
            """
            DIR/1_Pooling/config.json: the pooling “median” is none of cls, max, mean, mean_sqrt_len_tokens, \
            weightedmean, lasttoken
            """),
        DamagedModule(
            "st-tiny-mean", "1_Pooling/config.json", #"{"pooling_mode_cls_token": "yes"}"#,
            "DIR/1_Pooling/config.json: the field “pooling_mode_cls_token” has the wrong type"),
        DamagedModule(
            "st-tiny-mean", "modules.json", "[",
            "DIR/modules.json: it is not valid JSON"),
        DamagedModule(
            "st-tiny-mean", "modules.json", "[]",
            "DIR/modules.json: it names no modules"),
        DamagedModule(
            "st-tiny-mean", "modules.json", #"[{"path": "", "type": "a.Transformer"}]"#,
            "DIR/modules.json: there is no Pooling after the Transformer"),
        DamagedModule(
            "st-tiny-mean", "modules.json", #"[{"path": ""}]"#,
            "DIR/modules.json: the field “type” is missing"),
        DamagedModule(
            "st-tiny-mean", "modules.json", #"[{"path": "../other", "type": "a.Transformer"}]"#,
            "DIR/modules.json: the path “../other” leads out of the directory"),
        DamagedModule(
            "st-tiny-mean", "modules.json", #"[{"path": "", "type": "a.CLIPModel"}]"#,
            """
            DIR/modules.json: the module “a.CLIPModel” is not one that Fledge runs; it runs Transformer, Pooling, \
            Dense and Normalize
            """, isIncomplete: false),
        DamagedModule(
            "st-tiny-mean", "sentence_bert_config.json", #"{"max_seq_length": 0}"#,
            "DIR/sentence_bert_config.json: max_seq_length is 0"),
        DamagedModule(
            "st-tiny-dense", "2_Dense/config.json", #"{"in_features": 48, "out_features": 13}"#,
            """
            DIR/2_Dense/config.json: the module takes vectors of 48 numbers and gets 24; check that the folders \
            belong to the same model
            """, isIncomplete: false),
        DamagedModule(
            "st-tiny-dense", "2_Dense/config.json",
            #"{"in_features": 24, "out_features": 13, "activation_function": "torch.nn.Softsign"}"#,
            """
            DIR/2_Dense/config.json: the module “Dense with torch.nn.Softsign” is not one that Fledge runs; it \
            runs Transformer, Pooling, Dense and Normalize
            """, isIncomplete: false),
        DamagedModule(
            "st-tiny-dense", "2_Dense/config.json", #"{"in_features": 24, "out_features": 4000000000}"#,
            "DIR/2_Dense/config.json: out_features is 4000000000"),
    ]
}

@Suite struct TasksModuleErrorTests {
    @Test(arguments: DamagedModule.all) func `a damaged module is named by its file`(module: DamagedModule) throws {
        let copy = try TasksSupport.copy(of: module.fixture, [module.file: module.text])
        let text = TasksSupport.message(in: copy.url) { try TextEmbedder.from(directory: copy.url) }
        #expect(text == module.expected)
    }

    @Test func `a dense module whose weights have another shape is named with them`() throws {
        let copy = try TasksSupport.copy(
            of: "st-tiny-dense", ["2_Dense/config.json": #"{"in_features": 24, "out_features": 14}"#])
        let text = TasksSupport.message(in: copy.url) { try TextEmbedder.from(directory: copy.url) }
        #expect(text.contains("linear.weight [13, 24] instead of [14, 24]"))
    }
}
