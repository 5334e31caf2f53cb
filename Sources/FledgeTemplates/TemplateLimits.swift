/// How much a template may do, so that a hostile one can neither hang nor exhaust memory.
///
/// The standard limits are far above what real conversations need: rendering ten messages takes about a thousand steps.
public struct TemplateLimits: Sendable, Equatable {
    /// How many steps a rendering may take. Evaluating an expression or going round a loop is one, and so are
    /// 16 bytes of a text that is made or compared and one element of a list that is made or walked.
    public var steps = 20_000_000
    /// How long the output, or any text made on the way, may be, in bytes of UTF-8.
    public var textBytes = 1 << 24

    /// How deep expressions, statements and values may nest; it bounds the use of the stack.
    public static let nesting = 64
    /// How many blocks and expressions may be under way at once, macros that call each other included; it bounds the
    /// use of the stack.
    public static let evaluationDepth = 256
    /// How long a `range` may be; Jinja's sandbox has the same bound.
    public static let rangeLength = 100_000
    /// How long a template's source may be, in bytes of UTF-8.
    public static let sourceBytes = 1 << 22

    /// Creates the standard limits.
    public init() {}
}
