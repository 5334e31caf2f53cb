import FledgeHub
import Foundation
import Testing

@Suite struct HubConfigurationTests {
    private func cache(_ environment: [String: String]) throws -> String {
        try HubConfiguration.fromEnvironment(environment.merging(["HOME": "/home/ada"]) { first, _ in first })
            .cacheDirectory.path
    }

    @Test func `The cache directory is the one that Python uses`() throws {
        #expect(try cache([:]) == "/home/ada/.cache/huggingface/hub")
        #expect(try cache(["XDG_CACHE_HOME": "/xdg"]) == "/xdg/huggingface/hub")
        #expect(try cache(["XDG_CACHE_HOME": "/xdg", "HF_HOME": "/hf"]) == "/hf/hub")
        #expect(try cache(["HF_HOME": "/hf", "HUGGINGFACE_HUB_CACHE": "/old"]) == "/old")
        #expect(try cache(["HF_HUB_CACHE": "/new", "HUGGINGFACE_HUB_CACHE": "/old", "HF_HOME": "/hf"]) == "/new")
        #expect(try cache(["HF_HOME": "~/hf"]) == "/home/ada/hf/hub")
        #expect(try cache(["HF_HUB_CACHE": "$DISK/${PART}/hub", "DISK": "/disk", "PART": "a"]) == "/disk/a/hub")
        #expect(try cache(["HF_HUB_CACHE": "/$ABSENT/${ABSENT}/${open"]) == "/$ABSENT/${ABSENT}/${open")
        #expect(try cache(["HF_HOME": "", "HF_HUB_CACHE": ""]) == "/home/ada/.cache/huggingface/hub")
    }

    @Test func `The public Hub without a token is the default`() throws {
        let configuration = try HubConfiguration.fromEnvironment(["HOME": "/nonexistent"])
        #expect(configuration.endpoint == "https://huggingface.co")
        #expect(configuration.token == nil)
        #expect(!configuration.isOffline)
        #expect(configuration.downloadTimeout == .seconds(10))
        #expect(configuration.metadataTimeout == .seconds(10))
    }

    @Test(arguments: [
        ("1", true), ("true", true), ("TRUE", true), ("Yes", true), ("on", true), ("0", false), ("", false),
        ("no", false), ("2", false),
    ])
    func `Offline is switched on by the words that Python accepts`(value: String, isOffline: Bool) throws {
        #expect(try HubConfiguration.fromEnvironment(["HF_HUB_OFFLINE": value]).isOffline == isOffline)
        #expect(try HubConfiguration.fromEnvironment(["TRANSFORMERS_OFFLINE": value]).isOffline == isOffline)
    }

    @Test func `Endpoint and timeouts are read`() throws {
        let configuration = try HubConfiguration.fromEnvironment([
            "HF_ENDPOINT": "http://mirror.local:8080/hf//", "HF_HUB_DOWNLOAD_TIMEOUT": "30",
            "HF_HUB_ETAG_TIMEOUT": "0",
        ])
        #expect(configuration.endpoint == "http://mirror.local:8080/hf")
        #expect(configuration.downloadTimeout == .seconds(30))
        #expect(configuration.metadataTimeout == .seconds(10))
    }

    @Test(arguments: [
        "huggingface.co", "ftp://huggingface.co", "https://", "https://ada:pw@host", "https://h/?q=1", "http://h:99999",
    ])
    func `An endpoint that is no plain http address is refused`(endpoint: String) {
        let error = #expect(throws: HubError.self) {
            try HubConfiguration.fromEnvironment(["HF_ENDPOINT": endpoint])
        }
        #expect(error?.category == .usage)
    }

    @Test func `A timeout that is no number is refused`() {
        let error = #expect(throws: HubError.self) {
            try HubConfiguration.fromEnvironment(["HF_HUB_ETAG_TIMEOUT": "soon"])
        }
        #expect(
            error?.description
                == "The setting HF_HUB_ETAG_TIMEOUT cannot be used: “soon” is not a whole number of seconds up to 86400."
        )
    }

    @Test func `The token comes from the environment or from its file`() throws {
        let directory = try TemporaryDirectory()
        let home = directory.url.path
        try Data("hf_file\n".utf8).write(to: directory.url.appendingPathComponent("token"))
        try Data("hf_other".utf8).write(to: directory.url.appendingPathComponent("other"))
        func token(_ environment: [String: String]) throws -> AccessToken? {
            try HubConfiguration.fromEnvironment(environment).token
        }
        #expect(try token(["HF_TOKEN": " hf_env \n", "HF_HOME": home]) == AccessToken("hf_env"))
        #expect(try token(["HUGGING_FACE_HUB_TOKEN": "hf_old", "HF_HOME": home]) == AccessToken("hf_old"))
        #expect(try token(["HF_HOME": home]) == AccessToken("hf_file"))
        #expect(try token(["HF_TOKEN": "", "HF_HOME": home]) == AccessToken("hf_file"))
        #expect(try token(["HF_HOME": home, "HF_TOKEN_PATH": home + "/other"]) == AccessToken("hf_other"))
        #expect(try token(["HF_HOME": home, "HF_TOKEN_PATH": home + "/absent"]) == nil)
        #expect(try token(["HF_TOKEN": "hf_env", "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"]) == nil)
    }

    @Test func `The usual proxy variables are read`() throws {
        func proxy(_ environment: [String: String]) throws -> ProxyAddress? {
            try HubConfiguration.fromEnvironment(environment).proxy
        }
        #expect(try proxy(["HTTPS_PROXY": "http://proxy:3128"]) == ProxyAddress("proxy:3128"))
        #expect(try proxy(["https_proxy": "a:1", "HTTPS_PROXY": "b:1"]) == ProxyAddress("http://a:1"))
        #expect(try proxy(["ALL_PROXY": "a:1"])?.port == 1)
        #expect(try proxy(["http_proxy": "a:1"]) == nil)
        #expect(try proxy(["HF_ENDPOINT": "http://mirror", "http_proxy": "a"])?.port == 80)
        #expect(try proxy(["HF_ENDPOINT": "http://127.0.0.1:1", "http_proxy": "a"]) == nil)
        for list in ["huggingface.co", "x, .huggingface.co", "co", "*"] {
            #expect(try proxy(["HTTPS_PROXY": "a:1", "NO_PROXY": list]) == nil)
        }
        #expect(try proxy(["HTTPS_PROXY": "a:1", "NO_PROXY": "face.co,o"]) != nil)
        #expect(throws: HubError.self) { try proxy(["HTTPS_PROXY": "socks5://a:1"]) }
        let secret = try proxy(["HTTPS_PROXY": "http://ada:pass@a:1"])
        #expect(
            !"\(String(reflecting: secret))".contains("pass@") && !"\(String(reflecting: secret))".contains("\"pass"))
    }

    @Test func `A token is never printed`() throws {
        let configuration = try HubConfiguration.fromEnvironment(["HF_TOKEN": "hf_secret"])
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in [dumped, "\(configuration)", String(reflecting: configuration)] {
            #expect(!text.contains("hf_secret"))
        }
        let error = #expect(throws: HubError.self) {
            try HubConfiguration.fromEnvironment(["HF_TOKEN": "hf_sec\nret"])
        }
        #expect(
            error?.description
                == "The setting HF_TOKEN cannot be used: "
                + "the token contains white space or a character that is not ASCII.")
    }
}
