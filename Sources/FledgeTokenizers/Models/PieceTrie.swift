/// A set of byte strings with a number for each, searched one byte at a time.
///
/// It is a double array (Aoe, "An Efficient Digital Search Algorithm by Using a Double-Array Structure", 1989): the
/// child of node `n` by byte `b` is at `base[n] + b`, and is one if its `parent` is `n`. The array is 256 longer than
/// the largest base, so no step can leave it.
struct PieceTrie: Sendable {
    struct Node: Sendable {
        var base: Int32
        var parent: Int32
        /// The number of the string that ends here, or −1.
        var value: Int32
    }

    let nodes: [Node]

    /// Builds the trie of all pieces but the empty one.
    ///
    /// - Returns: the trie, and the number of a piece that equals an earlier one, if there is any.
    /// - Complexity: O(n) in the bytes on average.
    static func build(_ table: PieceTable, skipping isSkipped: (Int) -> Bool = { _ in false }) -> (
        trie: PieceTrie, duplicate: Int?
    ) {
        var builder = PieceTrieBuilder(byteCount: table.bytes.count)
        var duplicate: Int?
        table.bytes.withUnsafeBufferPointer { bytes in
            for index in 0..<table.count where !isSkipped(index) {
                if !builder.insert(bytes, table.range(index), value: Int32(index)), duplicate == nil {
                    duplicate = index
                }
            }
        }
        return (PieceTrie(nodes: builder.doubleArray()), duplicate)
    }

    /// Builds the trie of a vocabulary's pieces, with their ids.
    static func build(_ vocabulary: PieceVocabulary) -> PieceTrie {
        let table = vocabulary.table
        var builder = PieceTrieBuilder(byteCount: table.bytes.count)
        table.bytes.withUnsafeBufferPointer { bytes in
            for number in 0..<table.count where vocabulary.isLast(number) {
                _ = builder.insert(bytes, table.range(number), value: vocabulary.ids[number])
            }
        }
        return PieceTrie(nodes: builder.doubleArray())
    }

    /// The number of a string, or nil if it is not in the set.
    func value(of key: some Sequence<UInt8>) -> Int? {
        nodes.withUnsafeBufferPointer { nodes in
            var node = 0
            for byte in key {
                let child = Int(nodes[node].base) + Int(byte)
                guard nodes[child].parent == node else { return nil }
                node = child
            }
            return nodes[node].value >= 0 ? Int(nodes[node].value) : nil
        }
    }
}
