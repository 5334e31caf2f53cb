import FledgeTemplates
import Foundation
import Testing

@Suite("Errors say what, where, why and what to do")
struct ErrorTests {
    private func message(_ source: String, _ context: [String: Value] = [:]) -> String {
        do {
            return "no error, but \(try Template(source, name: "chat.jinja").render(context))"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        arguments: [
            (
                "a\n{{ user.name }}",
                "chat.jinja: line 2, column 9: the variable “user” is not defined, so it has no “name”. "
                    + "Pass the value, or test it with “is defined”."
            ),
            (
                "{% for m in messages %}\n  {{ m.content + 1 }}\n{% endfor %}",
                "chat.jinja: line 2, column 16: “+” cannot be applied to a str and a int. "
                    + "Correct the template or the values given to it."
            ),
            (
                "{% if true %}\nx",
                "chat.jinja: line 1, column 4: the “if” block that begins here has no "
                    + "“{% elif %}” or “{% else %}” or “{% endif %}”. Correct the template."
            ),
            (
                "{{ name | shout }}",
                "chat.jinja: line 1, column 11: there is no filter called “shout”. "
                    + "Check its spelling; the supported ones are listed in the documentation of Template."
            ),
            (
                "{{ name is loud }}",
                "chat.jinja: line 1, column 12: there is no test called “loud”. "
                    + "Check its spelling; the supported ones are listed in the documentation of Template."
            ),
            (
                "\n{% include 'x' %}",
                "chat.jinja: line 2, column 4: there is no statement called “include”. "
                    + "Check its spelling; the supported ones are listed in the documentation of Template."
            ),
            (
                "{{ raise_exception('Only users may speak!') }}",
                "chat.jinja: line 1, column 4: Only users may speak!"
            ),
            (
                "{{ messages.append(1) }}",
                "chat.jinja: line 1, column 13: “append” would change a list. "
                    + "Templates cannot change values: build a new one."
            ),
            (
                "{{ 'abc }}",
                "chat.jinja: line 1, column 4: the string that begins here has no end. Correct the template."
            ),
            (
                "{{ messages | map('upper') }}",
                "chat.jinja: line 1, column 15: what a filter such as “map” gives cannot be written; "
                    + "add “|list” or “|join”. Correct the template or the values given to it."
            ),
            (
                "{{ range(100001) }}",
                "chat.jinja: line 1, column 4: a range is longer than 100000. "
                    + "Render less at once, or raise the limit if the template can be trusted."
            ),
        ])
    func `in a template`(source: String, expected: String) {
        #expect(message(source, ["messages": [["content": "x"]], "name": "n"]) == expected)
    }

    @Test func `in JSON`() {
        #expect(throws: TemplateError.self) { try Value(json: "{\"a\": }") }
        do {
            _ = try Value(json: "{\n \"a\": [1, tru]}", name: "tools.json")
            Issue.record("no error")
        } catch {
            #expect("\(error)" == "tools.json: line 2, column 11: this is not a JSON value. Correct the JSON text.")
        }
    }
}
