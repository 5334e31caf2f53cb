import FledgeTemplates
import Foundation
import Testing

@Suite("Templates that nobody wrote on purpose")
struct FuzzTests {
    /// A generator whose sequence is always the same.
    private struct SplitMix64 {
        var state: UInt64

        mutating func next(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
        }
    }

    private static let pieces = [
        "{{", "}}", "{%", "%}", "{#", "#}", "{%-", "-%}", "{{-", "-}}", "for", "in", "if", "else", "endif", "endfor",
        "set",
        "endset", "macro", "endmacro", "call", "endcall", "raw", "endraw", "loop", "x", "list", "dict", "(", ")", "[",
        "]", "{", "}", ".", ",", ":", "|", "~", "**", "//", "-", "*", "%", "==", "<", "not", "is", "and", "or", "none",
        "1", "0", "-1", "9223372036854775807", "1.5", "'a'", "\"", "'", "\\", "\n", " ", "é", "🙂", "\u{0}", "\u{301}",
        "namespace", "range", "map", "select", "sort", "tojson", "join", "slice", "batch", "format", "replace",
        "round", "int", "items", "recursive", "break", "continue", "caller", "varargs", "generation", "=",
    ]

    private func count(_ sources: [String], _ context: [String: Value]) -> (rendered: Int, failed: Int) {
        var limits = TemplateLimits()
        limits.steps = 100_000
        limits.textBytes = 1 << 18
        var (rendered, failed) = (0, 0)
        for source in sources {
            do throws(TemplateError) {
                _ = try Template(source, limits: limits).render(context)
                rendered += 1
            } catch {
                #expect(!error.problem.isEmpty || error.kind == .raised)
                failed += 1
            }
        }
        return (rendered, failed)
    }

    @Test func `render or fail with an error when pieces are joined at random`() throws {
        var random = SplitMix64(state: 1)
        let sources = (0..<20_000).map { _ in
            (0..<random.next(24) + 1).map { _ in FuzzTests.pieces[random.next(FuzzTests.pieces.count)] }
                .joined(separator: random.next(2) == 0 ? " " : "")
        }
        let result = count(sources, try Golden().context)
        #expect(result.rendered + result.failed == 20_000)
        #expect(result.rendered > 100)
        #expect(result.failed > 100)
    }

    @Test func `render or fail with an error when they are random bytes`() throws {
        var random = SplitMix64(state: 2)
        let sources = (0..<5_000).map { _ in
            "{{" + String(decoding: (0..<random.next(40)).map { _ in UInt8(random.next(256)) }, as: UTF8.self) + "}}"
        }
        let result = count(sources, [:])
        #expect(result.rendered + result.failed == 5_000)
        #expect(result.failed > 100)
    }

    @Test func `render or fail with an error when parts of real ones are moved, doubled or lost`() throws {
        let golden = try Golden()
        var originals = golden.small.compactMap { $0["template"]?.string }
        let directory = try Golden.directory().appendingPathComponent("templates")
        for file in try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() {
            originals.append(try String(contentsOf: directory.appendingPathComponent(file), encoding: .utf8))
        }
        var context = golden.context
        context["messages"] = golden.conversations["tool call"]?["messages"]
        context["tools"] = .array(golden.tools)
        var random = SplitMix64(state: 3)
        let sources = (0..<30_000).map { _ in mutated(originals[random.next(originals.count)], &random) }
        let result = count(sources, context)
        #expect(result.rendered + result.failed == 30_000)
        #expect(result.rendered > 1_000)
        #expect(result.failed > 1_000)
    }

    private func mutated(_ source: String, _ random: inout SplitMix64) -> String {
        var scalars = Array(source.unicodeScalars)
        for _ in 0...random.next(4) {
            let start = random.next(scalars.count + 1)
            let end = min(start + random.next(12), scalars.count)
            let place = random.next(scalars.count + 1)
            switch random.next(4) {
            case 0: scalars.removeSubrange(start..<end)
            case 1: scalars.insert(contentsOf: Array(scalars[start..<end]), at: place)
            case 2:
                scalars.insert(
                    contentsOf: FuzzTests.pieces[random.next(FuzzTests.pieces.count)].unicodeScalars, at: place)
            default:
                let replacement = FuzzTests.pieces[random.next(FuzzTests.pieces.count)].unicodeScalars
                scalars.replaceSubrange(start..<end, with: Array(replacement))
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    @Test func `as JSON are values or errors`() throws {
        var random = SplitMix64(state: 4)
        let pieces = [
            "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "1", "-", "1e9", "0.5", "true", "null", "\\u", "d83d", " ",
        ]
        var failed = 0
        for _ in 0..<20_000 {
            let text = (0..<random.next(12) + 1).map { _ in pieces[random.next(pieces.count)] }.joined()
            do throws(TemplateError) { _ = try Value(json: text) } catch {
                #expect(error.line != nil)
                failed += 1
            }
        }
        #expect(failed > 1_000 && failed < 20_000)
        #expect(throws: TemplateError.self) { try Value(json: String(repeating: "[", count: 1_000_000)) }
    }
}
