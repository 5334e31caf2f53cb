import FledgeLifecycle
import Foundation
import Testing

@Suite struct ContentDigestTests {
    @Test func `digests are those of sha256sum`() throws {
        #expect(
            ContentDigest.of(text: "")
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            ContentDigest.of(text: "abc")
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let directory = try TemporaryDirectory()
        try directory.write("abc", to: "a")
        try directory.write("", to: "b")
        #expect(
            try ContentDigest.of(files: [directory.file("a").path])
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        // printf 'abc' > a; : > b; sha256sum a b | sha256sum
        #expect(
            try ContentDigest.of(files: [directory.file("a").path, directory.file("b").path])
                == "09c7e0b8a02d027d95ec0375a600ed4ad4d6b26a1c93f16d9150cab5fec761a6")
        let missing = directory.file("c").path
        #expect(
            Support.message { try ContentDigest.of(files: [missing]) }
                == "\(missing): cannot be read: No such file or directory; check the path")
    }
}
