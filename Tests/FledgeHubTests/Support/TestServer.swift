import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A request as a test sees it.
struct TestRequest: Sendable {
    let method: HTTPMethod
    /// Path and query, as on the wire.
    let target: String
    let headers: HTTPHeaders

    var path: String { String(target.prefix { $0 != "?" }) }
    var query: String { String(target.dropFirst(path.count + 1)) }
}

/// What a test wants the server to do.
struct TestResponse: Sendable {
    var status: HTTPResponseStatus = .ok
    var headers: [String: String] = [:]
    var body: [UInt8] = []
    /// Send this many bytes of the body, then close the connection.
    var cutAfter: Int?
    /// Send this many bytes of the body, then nothing more, and leave the connection open.
    var stallAfter: Int?
    /// Say nothing for this long before answering.
    var delay: TimeAmount = .zero
    /// Pause after each 16 KiB of the body.
    var pause: TimeAmount = .zero

    static func json(_ text: String, headers: [String: String] = [:]) -> TestResponse {
        TestResponse(
            headers: headers.merging(["Content-Type": "application/json"]) { $1 }, body: Array(text.utf8))
    }

    static func failure(_ status: HTTPResponseStatus, code: String? = nil, message: String? = nil) -> TestResponse {
        var headers: [String: String] = [:]
        headers["X-Error-Code"] = code
        headers["X-Error-Message"] = message
        return TestResponse(status: status, headers: headers)
    }
}

/// A real HTTP/1.1 server on a loopback port.
final class TestServer: Sendable {
    let port: Int
    private let channel: any Channel
    private let log: Locked<[TestRequest]>

    /// Every request so far, in the order of arrival.
    var requests: [TestRequest] { log.current }

    init(answer: @escaping @Sendable (TestRequest) -> TestResponse) async throws {
        let log = Locked<[TestRequest]>([])
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(TestServerHandler(log: log, answer: answer))
                }
            }
        channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
        self.log = log
    }

    func close() async {
        try? await channel.close()
    }
}

private final class TestServerHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let log: Locked<[TestRequest]>
    private let answer: @Sendable (TestRequest) -> TestResponse
    private var request: TestRequest?

    init(log: Locked<[TestRequest]>, answer: @escaping @Sendable (TestRequest) -> TestResponse) {
        self.log = log
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            request = TestRequest(method: head.method, target: head.uri, headers: head.headers)
        case .body:
            break
        case .end:
            guard let request else { return }
            log.with { $0.append(request) }
            let response = answer(request)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: response.delay) {
                bound.value.0.send(response, context: bound.value.1)
            }
        }
    }

    private func send(_ response: TestResponse, context: ChannelHandlerContext) {
        var headers = HTTPHeaders()
        for (name, value) in response.headers { headers.add(name: name, value: value) }
        if !headers.contains(name: "Content-Length") {
            headers.add(name: "Content-Length", value: "\(response.body.count)")
        }
        let head = HTTPResponseHead(version: .http1_1, status: response.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        let sent = response.body.prefix(response.cutAfter ?? response.stallAfter ?? response.body.count)
        sendBody(sent, of: response, context: context)
    }

    private func sendBody(_ bytes: ArraySlice<UInt8>, of response: TestResponse, context: ChannelHandlerContext) {
        let piece = response.pause == .zero ? bytes : bytes.prefix(16_384)
        let rest = bytes.dropFirst(piece.count)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: piece)))), promise: nil)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        if !rest.isEmpty {
            context.eventLoop.scheduleTask(in: response.pause) {
                bound.value.0.sendBody(rest, of: response, context: bound.value.1)
            }
        } else if response.cutAfter != nil {
            context.close(promise: nil)
        } else if response.stallAfter == nil {
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
