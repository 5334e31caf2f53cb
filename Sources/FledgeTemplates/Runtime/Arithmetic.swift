#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension Renderer {
    /// The value of `left symbol right` for an arithmetic symbol.
    func arithmetic(_ symbol: Token.Symbol, _ left: RuntimeValue, _ right: RuntimeValue) throws(Failure)
        -> RuntimeValue
    {
        if let first = left.number, let second = right.number { return try arithmetic(symbol, first, second) }
        switch (symbol, left, right) {
        case (.modulo, .string(let format), _): return .string(try percentFormat(format, right))
        case (_, .undefined(let undefined), _), (_, _, .undefined(let undefined)): throw undefined.failure
        case (.plus, .string(let left), .string(let right)):
            try chargeText(bytes: left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.plus, .list(let left), .list(let right)): return .list(try joined(left, right))
        case (.plus, .tuple(let left), .tuple(let right)): return .tuple(try joined(left, right))
        case (.times, .string(let text), _), (.times, _, .string(let text)):
            guard let count = Renderer.count(left, right) else { break }
            return .string(try repeated(text, count))
        case (.times, .list(let list), _), (.times, _, .list(let list)):
            guard let count = Renderer.count(left, right) else { break }
            return .list(try repeated(list, count))
        case (.times, .tuple(let list), _), (.times, _, .tuple(let list)):
            guard let count = Renderer.count(left, right) else { break }
            return .tuple(try repeated(list, count))
        default: break
        }
        throw .value("“\(symbol.rawValue)” cannot be applied to a \(left.typeName) and a \(right.typeName)")
    }

    private static func count(_ left: RuntimeValue, _ right: RuntimeValue) -> Int? {
        for value in [left, right] {
            if case .integer(let count)? = value.number { return max(count, 0) }
        }
        return nil
    }

    /// A text several times over.
    func repeated(_ text: String, _ count: Int) throws(Failure) -> String {
        let (bytes, overflows) = text.utf8.count.multipliedReportingOverflow(by: max(count, 0))
        try chargeText(bytes: overflows ? Int.max : bytes)
        return bytes == 0 ? "" : String(repeating: text, count: count)
    }

    private func repeated(_ list: List, _ count: Int) throws(Failure) -> List {
        let (length, overflows) = list.items.count.multipliedReportingOverflow(by: count)
        guard !overflows, length <= limits.steps else { throw .limit("a list becomes too long") }
        try charge(length)
        return try List(length == 0 ? [] : Array(repeatElement(list.items, count: count).joined()))
    }

    private func joined(_ left: List, _ right: List) throws(Failure) -> List {
        try charge(left.items.count + right.items.count)
        return try List(left.items + right.items)
    }

    private func arithmetic(_ symbol: Token.Symbol, _ left: Number, _ right: Number) throws(Failure)
        -> RuntimeValue
    {
        if case .integer(let left) = left, case .integer(let right) = right, symbol != .divide {
            return try Renderer.wholeArithmetic(symbol, left, right)
        }
        let (first, second) = (left.double, right.double)
        switch symbol {
        case .plus: return .double(first + second)
        case .minus: return .double(first - second)
        case .times: return .double(first * second)
        case .power: return .double(try Renderer.power(first, second))
        default:
            guard second != 0 else { throw .value("a number is divided by zero") }
            if symbol == .divide { return .double(first / second) }
            let (quotient, remainder) = Renderer.floorDivide(first, second)
            return .double(symbol == .modulo ? remainder : quotient)
        }
    }

    private static func wholeArithmetic(_ symbol: Token.Symbol, _ left: Int, _ right: Int) throws(Failure)
        -> RuntimeValue
    {
        let result: (partialValue: Int, overflow: Bool)
        switch symbol {
        case .plus: result = left.addingReportingOverflow(right)
        case .minus: result = left.subtractingReportingOverflow(right)
        case .times: result = left.multipliedReportingOverflow(by: right)
        case .power where right < 0: return .double(try power(Double(left), Double(right)))
        case .power: result = power(left, right)
        default:
            guard right != 0 else { throw .value("a number is divided by zero") }
            if right == -1 {
                result = symbol == .modulo ? (0, false) : (0 as Int).subtractingReportingOverflow(left)
            } else {
                let (quotient, remainder) = left.quotientAndRemainder(dividingBy: right)
                let isLow = remainder != 0 && (remainder < 0) != (right < 0)
                result = (symbol == .modulo ? remainder + (isLow ? right : 0) : quotient - (isLow ? 1 : 0), false)
            }
        }
        guard !result.overflow else { throw .limit("a whole number leaves the range of 64 bits") }
        return .integer(result.partialValue)
    }

    private static func power(_ base: Int, _ exponent: Int) -> (partialValue: Int, overflow: Bool) {
        var (result, factor, rest) = (1, base, exponent)
        var isFactorLost = false
        while rest > 0 {
            if rest & 1 == 1 {
                let product = result.multipliedReportingOverflow(by: factor)
                if product.overflow || isFactorLost { return (0, true) }
                result = product.partialValue
            }
            rest >>= 1
            let square = factor.multipliedReportingOverflow(by: factor)
            isFactorLost = isFactorLost || square.overflow
            factor = square.partialValue
        }
        return (result, false)
    }

    private static func power(_ base: Double, _ exponent: Double) throws(Failure) -> Double {
        guard base != 0 || exponent >= 0 else { throw .value("zero has no negative power") }
        let result = pow(base, exponent)
        guard !result.isNaN || base.isNaN || exponent.isNaN else {
            throw .value("a negative number has no power that is not whole")
        }
        guard result.isFinite || !base.isFinite || !exponent.isFinite else {
            throw .value("a power is too large for a number")
        }
        return result
    }

    /// Python's `divmod` of floating-point numbers.
    private static func floorDivide(_ left: Double, _ right: Double) -> (quotient: Double, remainder: Double) {
        var remainder = fmod(left, right)
        var quotient = (left - remainder) / right
        if remainder == 0 {
            remainder = Double(signOf: right, magnitudeOf: 0)
        } else if (right < 0) != (remainder < 0) {
            remainder += right
            quotient -= 1
        }
        guard quotient != 0 else { return (Double(signOf: left / right, magnitudeOf: 0), remainder) }
        var floored = quotient.rounded(.down)
        if quotient - floored > 0.5 { floored += 1 }
        return (floored, remainder)
    }

    func negate(_ value: RuntimeValue) throws(Failure) -> RuntimeValue {
        if case .undefined(let undefined) = value { throw undefined.failure }
        switch value.number {
        case .integer(let integer)?: return try Renderer.wholeArithmetic(.minus, 0, integer)
        case .double(let double)?: return .double(-double)
        case nil: throw .value("“-” cannot be applied to a \(value.typeName)")
        }
    }

    func plus(_ value: RuntimeValue) throws(Failure) -> RuntimeValue {
        if case .undefined(let undefined) = value { throw undefined.failure }
        switch value.number {
        case .integer(let integer)?: return .integer(integer)
        case .double(let double)?: return .double(double)
        case nil: throw .value("“+” cannot be applied to a \(value.typeName)")
        }
    }
}
