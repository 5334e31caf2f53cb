extension Renderer {
    func holds(_ comparison: Expression.Comparison, _ left: RuntimeValue, _ right: RuntimeValue) throws(Failure)
        -> Bool
    {
        switch comparison {
        case .equal: try isEqual(left, right)
        case .notEqual: !(try isEqual(left, right))
        case .less: (try order(left, right)).map { $0 < 0 } ?? false
        case .lessOrEqual: (try order(left, right)).map { $0 <= 0 } ?? false
        case .greater: (try order(left, right)).map { $0 > 0 } ?? false
        case .greaterOrEqual: (try order(left, right)).map { $0 >= 0 } ?? false
        case .isIn: try contains(right, left)
        case .isNotIn: !(try contains(right, left))
        }
    }

    /// Python's `==`.
    func isEqual(_ left: RuntimeValue, _ right: RuntimeValue) throws(Failure) -> Bool {
        try charge(1)
        if let ordered = Renderer.numericOrder(left, right) { return ordered == .some(0) }
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.string(let left), .string(let right)):
            guard left.utf8.count == right.utf8.count else { return false }
            try charge(left.utf8.count / 16)
            return left.utf8.elementsEqual(right.utf8)
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            guard left !== right else { return true }
            return try areEqual(left.items, right.items)
        case (.dict(let left), .dict(let right)):
            guard left.count == right.count else { return false }
            for pair in left.pairs {
                guard let other = right.value(try HashKey(pair.key)), try isEqual(pair.value, other) else {
                    return false
                }
            }
            return true
        case (.range(let left), .range(let right)): return try areEqual(left.elements, right.elements)
        case (.namespace(let left), .namespace(let right)): return left === right
        case (.generator(let left), .generator(let right)): return left === right
        case (.loop(let left), .loop(let right)): return left === right
        case (.callable(let left), .callable(let right)): return left === right
        case (.view(let left), .view(let right)) where left.kind == right.kind && left.kind != .values:
            guard left.dict.count == right.dict.count else { return false }
            for element in try left.elements() where !(try contains(.view(right), element)) { return false }
            return true
        default: return false
        }
    }

    private func areEqual(_ left: [RuntimeValue], _ right: [RuntimeValue]) throws(Failure) -> Bool {
        guard left.count == right.count else { return false }
        for (left, right) in zip(left, right) where !(try isEqual(left, right)) { return false }
        return true
    }

    /// Which of two values comes first: negative, 0 or positive, or nil if neither does (not a number).
    func order(_ left: RuntimeValue, _ right: RuntimeValue) throws(Failure) -> Int? {
        try charge(1)
        if let ordered = Renderer.numericOrder(left, right) { return ordered }
        switch (left, right) {
        case (.undefined(let undefined), _), (_, .undefined(let undefined)): throw undefined.failure
        case (.string(let left), .string(let right)):
            try charge(min(left.utf8.count, right.utf8.count) / 16)
            // The order of UTF-8 bytes is that of the code points.
            if left.utf8.elementsEqual(right.utf8) { return 0 }
            return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
            for (left, right) in zip(left.items, right.items) where !(try isEqual(left, right)) {
                return try order(left, right)
            }
            return (left.items.count - right.items.count).signum()
        default: throw .value("a \(left.typeName) and a \(right.typeName) have no order")
        }
    }

    /// The order of two numbers; nil if they are not both numbers, `.some(nil)` if one is not a number in floating
    /// point's sense.
    private static func numericOrder(_ left: RuntimeValue, _ right: RuntimeValue) -> Int?? {
        guard let left = left.number, let right = right.number else { return .none }
        switch (left, right) {
        case (.integer(let left), .integer(let right)): return left < right ? -1 : left == right ? 0 : 1
        case (.double(let left), .double(let right)):
            return left < right ? -1 : left == right ? 0 : left > right ? 1 : .some(nil)
        case (.integer(let left), .double(let right)): return order(left, right)
        case (.double(let left), .integer(let right)): return order(right, left).map { -$0 }
        }
    }

    private static func order(_ left: Int, _ right: Double) -> Int? {
        if right.isNaN { return nil }
        if right >= 0x1p63 { return -1 }
        if right < -0x1p63 { return 1 }
        let whole = Int(right.rounded(.towardZero))
        if left != whole { return left < whole ? -1 : 1 }
        let fraction = right - right.rounded(.towardZero)
        return fraction > 0 ? -1 : fraction < 0 ? 1 : 0
    }

    /// Python's `element in container`.
    func contains(_ container: RuntimeValue, _ element: RuntimeValue) throws(Failure) -> Bool {
        switch container {
        case .undefined: return false
        case .string(let text):
            if case .undefined(let undefined) = element { throw undefined.failure }
            guard case .string(let part) = element else {
                throw .value("a string can contain a string, and not a \(element.typeName)")
            }
            try charge(1 + text.utf8.count / 4)
            return ByteSearch(Array(part.utf8)).first(in: Array(text.utf8)) != nil
        case .dict(let dict): return dict.value(try HashKey(element)) != nil
        case .view(let view) where view.kind == .keys: return view.dict.value(try HashKey(element)) != nil
        case .generator(let generator):
            while let next = try generator.next() {
                if try isEqual(next, element) { return true }
            }
            return false
        default:
            for item in try elements(of: container) where try isEqual(item, element) { return true }
            return false
        }
    }

    /// Sorts values by keys, keeping the order of equal ones; a merge sort, because comparing can fail.
    func sorted(_ values: [RuntimeValue], by keys: [RuntimeValue], reverse: Bool) throws(Failure) -> [RuntimeValue] {
        var order = Array(values.indices)
        var merged = order
        var width = 1
        while width < order.count {
            for start in stride(from: 0, to: order.count, by: 2 * width) {
                let (middle, end) = (min(start + width, order.count), min(start + 2 * width, order.count))
                var (left, right) = (start, middle)
                for index in start..<end {
                    var takesRight = left == middle
                    if !takesRight, right < end {
                        let (first, second) = (keys[order[left]], keys[order[right]])
                        let ordered = reverse ? try self.order(first, second) : try self.order(second, first)
                        takesRight = ordered.map { $0 < 0 } ?? false
                    }
                    merged[index] = order[takesRight ? right : left]
                    if takesRight { right += 1 } else { left += 1 }
                }
            }
            swap(&order, &merged)
            width *= 2
        }
        return order.map { values[$0] }
    }
}

/// A number, as Python's arithmetic takes values; truth values are 0 and 1.
enum Number {
    case integer(Int)
    case double(Double)

    var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        }
    }
}

extension RuntimeValue {
    /// The value as a number, if it is one.
    var number: Number? {
        switch self {
        case .bool(let value): .integer(value ? 1 : 0)
        case .integer(let value): .integer(value)
        case .double(let value): .double(value)
        default: nil
        }
    }
}
