/// A template in the part of Jinja2 that chat templates of language models use.
///
/// It renders what transformers' `apply_chat_template` renders: blocks are trimmed (`trim_blocks`, `lstrip_blocks`),
/// values are written as Python writes them, lists and dictionaries cannot be changed by the template.
///
/// Two things differ on purpose: a text that `safe` or `escape` made is a plain one, and writing what a filter such as
/// `map` gives, or a function, is an error, where Jinja writes an address. Whole numbers have 64 bits.
///
/// Statements: `for` (with `if`, `else`, `recursive`, `break`, `continue`), `if`, `set`, `with`, `macro`, `call`,
/// `filter`, `generation`, `print`, `raw`.
///
/// Filters: abs, attr, batch, capitalize, center, count, d, default, dictsort, e, escape, first, float, forceescape,
/// format, groupby, indent, int, items, join, last, length, list, lower, map, max, min, reject, rejectattr, replace,
/// reverse, round, safe, select, selectattr, slice, sort, string, sum, title, tojson, trim, truncate,
/// unique, upper, wordcount.
///
/// Tests: boolean, callable, defined, divisibleby, eq (equalto, ==), even, false, filter, float, ge, gt, in, integer,
/// iterable, le, lower, lt, mapping, ne, none, number, odd, sameas, sequence, string, test, true, undefined, upper.
///
/// Functions: dict, namespace, raise_exception, range, strftime_now.
public struct Template: Sendable {
    /// The name that errors give to the template.
    public let name: String
    let body: [Statement]
    let limits: TemplateLimits

    /// Reads a template.
    ///
    /// - Parameters:
    ///   - source: the template's text.
    ///   - name: what errors call it.
    ///   - limits: how much a rendering may do.
    /// - Throws: a ``TemplateError`` with line and column if the text breaks the grammar, or asks for a statement,
    ///   filter or test that does not exist.
    /// - Complexity: O(n) in the length of the text.
    public init(_ source: String, name: String = "template", limits: TemplateLimits = TemplateLimits())
        throws(TemplateError)
    {
        self.name = name
        self.limits = limits
        do throws(Failure) {
            guard source.utf8.count <= TemplateLimits.sourceBytes else {
                throw Failure.limit("the template is longer than \(TemplateLimits.sourceBytes) bytes")
            }
            var lexer = Lexer(source)
            var parser = Parser(tokens: try lexer.tokens())
            body = try parser.parseTemplate()
        } catch {
            throw error.error(in: name, at: nil)
        }
    }

    /// Renders the template.
    ///
    /// - Parameters:
    ///   - context: the variables that the template sees.
    ///   - clock: the time that `strftime_now` writes.
    /// - Returns: the text that the template writes.
    /// - Throws: a ``TemplateError`` with line and column: an undefined variable is used, a value is of the wrong
    ///   type, the template calls `raise_exception`, or a limit is passed.
    public func render(_ context: [String: Value] = [:], clock: TemplateClock = .system) throws(TemplateError)
        -> String
    {
        let renderer = Renderer(limits: limits, clock: clock)
        defer { renderer.breakCycles() }
        do throws(Failure) {
            return try renderer.render(body, context: context)
        } catch {
            throw error.error(in: name, at: renderer.place)
        }
    }
}
