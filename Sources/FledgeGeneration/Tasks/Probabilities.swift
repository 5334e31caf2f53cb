#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// From logits to probabilities, in float32 as the reference pipelines have it.
enum Probabilities {
    /// exp(xᵢ − max x) / Σⱼ exp(xⱼ − max x)
    static func softmax(_ logits: some Collection<Float>) -> [Float] {
        let largest = logits.max() ?? 0
        let exponentials = logits.map { exp($0 - largest) }
        let sum = exponentials.reduce(0, +)
        return exponentials.map { $0 / sum }
    }

    /// 1 / (1 + exp(−x))
    static func sigmoid(_ logit: Float) -> Float { 1 / (1 + exp(-logit)) }

    /// The index of the largest value, the first of equal ones; 0 of none.
    static func largest(_ values: [Float]) -> Int {
        var best = 0
        for index in values.indices where values[index] > values[best] { best = index }
        return best
    }

    /// The indices of the largest values, the largest first, of equal ones the first.
    ///
    /// - Complexity: O(n log k).
    static func largest(_ count: Int, of values: some RandomAccessCollection<Float>) -> [Int] {
        // A heap whose root is the worst of those kept.
        var heap: [(value: Float, index: Int)] = []
        let isWorse: ((value: Float, index: Int), (value: Float, index: Int)) -> Bool = {
            $0.value < $1.value || ($0.value == $1.value && $0.index > $1.index)
        }
        for (index, value) in values.enumerated() where count > 0 {
            let new = (value: value.isNaN ? -.infinity : value, index: index)
            if heap.count < count {
                heap.append(new)
                var child = heap.count - 1
                while child > 0, isWorse(heap[child], heap[(child - 1) / 2]) {
                    heap.swapAt(child, (child - 1) / 2)
                    child = (child - 1) / 2
                }
            } else if isWorse(heap[0], new) {
                heap[0] = new
                siftDown(&heap, isWorse)
            }
        }
        return heap.sorted { isWorse($1, $0) }.map(\.index)
    }

    private static func siftDown<Element>(_ heap: inout [Element], _ isWorse: (Element, Element) -> Bool) {
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < heap.count else { return }
            let right = left + 1
            let child = right < heap.count && isWorse(heap[right], heap[left]) ? right : left
            guard isWorse(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
