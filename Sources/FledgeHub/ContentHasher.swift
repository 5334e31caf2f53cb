import Crypto

/// The checksum by which the Hub names contents: SHA-256 for LFS files, git's SHA-1 of `blob <size>\0` and the
/// contents for all others.
package struct ContentHasher {
    private enum State {
        case sha256(SHA256)
        case sha1(Insecure.SHA1)
    }

    private var state: State

    package init(_ file: RepositoryFile) {
        if file.sha256 != nil {
            state = .sha256(SHA256())
        } else {
            var hasher = Insecure.SHA1()
            Array("blob \(file.size)\0".utf8).withUnsafeBytes { hasher.update(bufferPointer: $0) }
            state = .sha1(hasher)
        }
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch state {
        case .sha256(var hasher):
            state = .sha256(SHA256())
            hasher.update(bufferPointer: bytes)
            state = .sha256(hasher)
        case .sha1(var hasher):
            state = .sha1(Insecure.SHA1())
            hasher.update(bufferPointer: bytes)
            state = .sha1(hasher)
        }
    }

    /// The checksum of what was given so far, in lower-case hexadecimal digits.
    package func hexadecimal() -> String {
        switch state {
        case .sha256(let hasher): Self.text(hasher.finalize())
        case .sha1(let hasher): Self.text(hasher.finalize())
        }
    }

    private static func text(_ digest: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
