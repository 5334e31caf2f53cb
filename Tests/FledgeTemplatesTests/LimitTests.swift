import FledgeTemplates
import Foundation
import Testing

@Suite("Hostile templates fail with an error")
struct LimitTests {
    /// A template that is too long to be a test's name.
    struct Hostile: CustomTestStringConvertible {
        var source: String
        var testDescription: String { String(source.prefix(60)) }
    }

    /// What rendering on a thread with a small stack gives.
    private func outcome(_ source: String, _ context: [String: Value] = [:]) -> String {
        final class Box: @unchecked Sendable {
            var text = "nothing"
            let done = DispatchSemaphore(value: 0)
        }
        let box = Box()
        let thread = Thread {
            do {
                box.text = "text of \(try Template(source).render(context).utf8.count) bytes"
            } catch {
                box.text = (error as? TemplateError)?.kind.rawValue ?? "\(error)"
            }
            box.done.signal()
        }
        thread.stackSize = LimitTests.stackSize
        thread.start()
        box.done.wait()
        return box.text
    }

    /// A secondary thread of macOS has 512 KiB; what is built without optimisation needs more.
    #if DEBUG
        private static let stackSize = 4 << 20
    #else
        private static let stackSize = 512 << 10
    #endif

    private static func nested(_ open: String, _ inner: String, _ close: String, _ depth: Int) -> String {
        String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
    }

    @Test(
        arguments: [
            "{{ " + nested("(", "1", ")", 100_000) + " }}",
            "{{ " + nested("[", "1", "]", 100_000) + " }}",
            "{{ " + nested("{1:", "1", "}", 100_000) + " }}",
            "{{ " + nested("not ", "1", "", 100_000) + " }}",
            "{{ " + nested("- ", "1", "", 100_000) + " }}",
            "{{ " + nested("a[", "1", "]", 100_000) + " }}",
            "{{ " + nested("1 if 1 else ", "1", "", 100_000) + " }}",
            "{{ " + nested("f(", "1", ")", 100_000) + " }}",
            "{{ 1" + nested("|abs", "", "", 100_000) + " }}",
            "{{ a" + nested(".a", "", "", 100_000) + " }}",
            nested("{% if 1 %}", "x", "{% endif %}", 10_000),
            nested("{% for i in [1] %}", "x", "{% endfor %}", 10_000),
            nested("{% set x %}", "x", "{% endset %}", 10_000),
            "{% set " + nested("(", "a", ")", 10_000) + " = 1 %}",
            "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
            "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}",
            "{% for i in [[1]] recursive %}{{ loop([i]) }}{% endfor %}",
            "{% set ns = namespace(x=[]) %}{% for i in range(1000) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
            "{% set ns = namespace(x=0) %}{% set ns.x = ns %}{{ ns }}",
            "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
            "{% set ns = namespace(x='a') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
            "{% set ns = namespace(x=[1]) %}{% for i in range(999) %}{% set ns.x = ns.x | map('abs') %}{% endfor %}{{ ns.x | list }}",
            "{{ range(1000000000000) }}", "{{ range(-9223372036854775807, 9223372036854775807) }}",
            "{{ 'a' * 1000000000000 }}", "{{ [1] * 1000000000000 }}", "{{ 'ab' * 9223372036854775807 }}",
            "{{ 9 ** 999999999 }}", "{{ 9223372036854775807 + 1 }}", "{{ -9223372036854775807 - 2 }}",
            "{{ 9223372036854775807 * 2 }}", "{{ (-9223372036854775807 - 1) // -1 }}",
            "{{ -(-9223372036854775807 - 1) }}", "{{ (-9223372036854775807 - 1) | abs }}", "{{ 1e300 | int }}",
            "{{ '99999999999999999999' | int }}", "{{ '%999999999d' % 1 }}", "{{ '{:999999999}'.format(1) }}",
            "{{ 'a'.center(999999999999) }}", "{{ 'a'.zfill(999999999999) }}", "{{ 'a' | indent(999999999999, true) }}",
            "{{ [1] | tojson(indent=999999999999) }}", "{{ [1] | batch(999999999999, 0) | list }}",
            "{{ [1] | batch(9223372036854775807, 0) | list }}",
            "{{ range(-9223372036854775807 - 1, -9223372036854775807)[::-1] }}",
            "{{ [1] | slice(999999999999) | list }}", "{{ ('a' * 9999999).replace('a', 'b' * 9999) }}",
            "{{ ('a' * 9999999).replace('', 'b' * 9999) }}", "{{ (['a' * 999999] * 999) | join }}",
            "{{ (('a' * 999999) * 9).join(['b'] * 999) }}",
            "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
            "{% for i in range(100000) %}{{ 'a' * 1000 }}{% endfor %}",
            "{% for i in range(100000) %}{% for j in 'a' * 100000 %}{% endfor %}{% endfor %}",
            "{% set a = ['a' * 99999] * 99 %}{% for i in range(99999) %}{{ a == a + [] }}{% endfor %}",
        ].map(Hostile.init))
    func `that says what the limit is`(hostile: Hostile) {
        #expect(outcome(hostile.source) == "limit")
    }

    @Test func `and the deepest that is allowed fits the stack`() {
        let depth = TemplateLimits.nesting - 4
        for (open, close) in [
            ("(", ")"), ("[", "]"), ("{1:", "}"), ("not ", ""), ("1 if 0 else ", ""), ("dict(a=", ")"),
        ] {
            let source = "{{ (" + LimitTests.nested(open, "1", close, depth / 2 * 2) + ") is defined }}"
            #expect(outcome(source) == "text of 4 bytes", "\(open)")
        }
        let blocks = LimitTests.nested("{% for i in [1] %}", "x", "{% endfor %}", depth)
        #expect(outcome(blocks) == "text of 1 bytes")
        var value: Value = 1
        for _ in 0..<depth { value = [value] }
        #expect(outcome("{{ x }}{{ x | tojson }}{{ x == x }}", ["x": value]) == "text of \(4 * depth + 2 + 4) bytes")
        for _ in 0..<10 { value = [value] }
        #expect(outcome("{{ x }}", ["x": value]) == "limit")
    }

    @Test(arguments: [
        ("{{ 'abc' | truncate(-9223372036854775807) }}", "value"),
        ("{{ [1, 2][-9223372036854775807:9223372036854775807:9223372036854775807] }}", "text of 3 bytes"),
        ("{{ [1, 2][::-9223372036854775807] }}", "text of 3 bytes"),
        ("{{ 'abc'.find('c', -9223372036854775807, 9223372036854775807) }}", "text of 1 bytes"),
        ("{{ 'a'.center(-9223372036854775807) }}", "text of 1 bytes"),
        ("{{ 5 | round(-9223372036854775807) }}", "text of 1 bytes"),
        ("{{ 'a b'.split(' ', 9223372036854775807) }}", "text of 10 bytes"),
        ("{{ '%.*f' % (-9223372036854775807, 1.0) }}", "value"),
        ("{{ [1] | tojson(indent=-9223372036854775807) }}", "text of 5 bytes"),
        ("{{ 'a' * -9223372036854775807 }}", "text of 0 bytes"),
    ])
    func `and numbers at the edge of 64 bits are taken as they are`(source: String, expected: String) {
        #expect(outcome(source) == expected)
    }

    @Test func `and what refers to itself is let go`() throws {
        let source = """
            {% set ns = namespace() %}{% set ns.me = ns %}{% macro m(x) %}{% macro n() %}{{ x }}{% endmacro %}\
            {% set ns.n = n %}{% endmacro %}{% for i in range(30000) %}{{ m(ns.n) }}{% endfor %}\
            {% for i in range(30000) %}{% set ns.x = namespace(last=ns.x) %}{% endfor %}ok
            """
        #expect(outcome(source) == "text of 2 bytes")
    }

    @Test func `within seconds, whatever it repeats`() {
        let start = ContinuousClock.now
        let source = "{% for i in range(100000) %}{% for j in range(100000) %}{{ i in [j] }}{% endfor %}{% endfor %}"
        #expect(outcome(source) == "limit")
        #expect(outcome("{{ ('a' * 8000000 ~ 'b') in 'a' * 16000000 }}") == "text of 5 bytes")
        #expect(ContinuousClock.now - start < .seconds(30))
    }
}
