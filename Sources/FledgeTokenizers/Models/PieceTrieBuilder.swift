/// Collects strings in a plain trie whose edges are in a hash table, then lays it out as a double array.
struct PieceTrieBuilder {
    private struct Node {
        var parent: Int32
        var value: Int32
        var label: UInt8
    }

    private var nodes = [Node(parent: -1, value: -1, label: 0)]
    /// Open addressing: the child at the end of an edge, or 0 where free. The edge is the child's parent and label.
    private var edges: [Int32]
    /// The nodes along the string that was inserted last: the next one usually begins like it.
    private var path: [Int32] = [0]
    private var last = 0..<0

    init(byteCount: Int) {
        var capacity = 1024
        while capacity * 3 < byteCount * 4 { capacity *= 2 }
        edges = [Int32](repeating: 0, count: capacity)
        nodes.reserveCapacity(byteCount / 2)
    }

    /// Adds a string; false, and no change, if it is already there. An empty string is ignored.
    ///
    /// All strings must come from the same bytes, and be no longer together than `byteCount`.
    mutating func insert(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, value: Int32) -> Bool {
        guard !range.isEmpty else { return true }
        let longest = min(last.count, range.count)
        var shared = 0
        while shared < longest, bytes[last.lowerBound + shared] == bytes[range.lowerBound + shared] { shared += 1 }
        while path.count <= range.count { path.append(contentsOf: repeatElement(0, count: path.count)) }
        var node = path[shared]
        for offset in shared..<range.count {
            node = child(of: node, by: bytes[range.lowerBound + offset])
            path[offset + 1] = node
        }
        last = range
        guard nodes[Int(node)].value < 0 else { return false }
        nodes[Int(node)].value = value
        return true
    }

    private mutating func child(of node: Int32, by byte: UInt8) -> Int32 {
        let key = UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
        let mask = edges.count - 1
        var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while edges[slot] != 0 {
            let known = nodes[Int(edges[slot])]
            if known.parent == node, known.label == byte { return edges[slot] }
            slot = (slot + 1) & mask
        }
        let created = Int32(nodes.count)
        edges[slot] = created
        nodes.append(Node(parent: node, value: -1, label: byte))
        return created
    }

    /// The nodes as a double array, the root at 0.
    func doubleArray() -> [PieceTrie.Node] {
        let children = childrenByParent()
        var layout = DoubleArrayLayout(capacity: nodes.count * 5 / 4 + 512)
        var positions = [Int32](repeating: 0, count: nodes.count)
        var labels: [Int] = []
        // A child's number is larger than its parent's, so parents are placed first.
        for node in nodes.indices {
            let range = Int(children.starts[node])..<Int(children.starts[node + 1])
            guard !range.isEmpty else { continue }
            labels.removeAll(keepingCapacity: true)
            // By index: a slice of so few would cost more for its reference than for its elements.
            for index in range { labels.append(Int(nodes[Int(children.nodes[index])].label)) }
            let base = layout.takeBase(for: labels)
            let position = positions[node]
            layout.nodes[Int(position)].base = Int32(base)
            for index in range {
                let child = Int(children.nodes[index])
                let place = base + Int(nodes[child].label)
                layout.nodes[place].parent = position
                layout.nodes[place].value = nodes[child].value
                positions[child] = Int32(place)
            }
        }
        return layout.finish()
    }

    /// The children of each node, by a counting sort.
    private func childrenByParent() -> (starts: [Int32], nodes: [Int32]) {
        var starts = [Int32](repeating: 0, count: nodes.count + 1)
        for node in nodes.dropFirst() { starts[Int(node.parent) + 1] += 1 }
        for index in 1..<starts.count { starts[index] += starts[index - 1] }
        var next = starts
        var children = [Int32](repeating: 0, count: nodes.count - 1)
        for child in nodes.indices.dropFirst() {
            let parent = Int(nodes[child].parent)
            children[Int(next[parent])] = Int32(child)
            next[parent] += 1
        }
        return (starts, children)
    }
}

/// The double array while it is filled: which places are free, and where to look for the next.
private struct DoubleArrayLayout {
    var nodes: [PieceTrie.Node] = []
    private var isTaken: [Bool] = []
    private var firstFree = 1
    private var largestBase = 0

    init(capacity: Int) {
        nodes.reserveCapacity(capacity)
        isTaken.reserveCapacity(capacity)
        grow(to: max(capacity, 512))
        isTaken[0] = true
    }

    private mutating func grow(to count: Int) {
        guard count > nodes.count else { return }
        let added = max(count, nodes.count * 5 / 4) - nodes.count
        nodes.append(contentsOf: repeatElement(.init(base: 0, parent: -1, value: -1), count: added))
        isTaken.append(contentsOf: repeatElement(false, count: added))
    }

    /// Finds a base at which the places of all labels are free, and takes them. After many failures the search starts
    /// further on, which wastes a few places and keeps building linear.
    mutating func takeBase(for labels: [Int]) -> Int {
        while firstFree < isTaken.count, isTaken[firstFree] { firstFree += 1 }
        var place = max(firstFree, labels[0])
        var failures = 0
        while true {
            grow(to: place + 512)
            if !isTaken[place] {
                let base = place - labels[0]
                if fits(labels, at: base) {
                    for label in labels { isTaken[base + label] = true }
                    largestBase = max(largestBase, base)
                    return base
                }
                failures += 1
                if failures == 64 { firstFree = max(firstFree, place - 256) }
            }
            place += 1
        }
    }

    private func fits(_ labels: [Int], at base: Int) -> Bool {
        for label in labels where isTaken[base + label] { return false }
        return true
    }

    /// The array, cut so that it is just long enough for every step from every node.
    mutating func finish() -> [PieceTrie.Node] {
        grow(to: largestBase + 256)
        nodes.removeLast(nodes.count - (largestBase + 256))
        return nodes
    }
}
