/// A message of a conversation.
public struct ChatMessage: Sendable, Equatable {
    /// Everything that the template sees of the message: `role`, `content`, and whatever else there is, such as
    /// `tool_calls`. Members that are null are left out, because templates take a missing one for absent and would
    /// write a null one as “None”.
    public var fields: Value.Object

    /// Creates a message of any fields, in their order.
    public init(fields: Value.Object) {
        self.fields = fields
    }

    /// Creates a message.
    ///
    /// - Parameters:
    ///   - role: who speaks: `system`, `user`, `assistant`, `tool`, or what else the template knows.
    ///   - content: a text, or parts such as `[["type": "text", "text": "…"]]`.
    ///   - fields: further fields.
    public init(role: String, content: Value, fields: Value.Object = [:]) {
        self.fields = ["role": .string(role), "content": content]
        for (key, value) in fields { self.fields[key] = value }
    }

    /// A message that sets the tone.
    public static func system(_ text: String) -> ChatMessage { ChatMessage(role: "system", content: .string(text)) }

    /// A message of the user.
    public static func user(_ text: String) -> ChatMessage { ChatMessage(role: "user", content: .string(text)) }

    /// A message of the model.
    public static func assistant(_ text: String) -> ChatMessage {
        ChatMessage(role: "assistant", content: .string(text))
    }

    /// What the template sees, as transformers prepares it: no null members, and reasoning under both of the names
    /// that templates read.
    var templateValue: Value {
        var value = Value.Object(fields.filter { $0.1 != .null }.map { (key: $0.0, value: $0.1) })
        let names = ["reasoning_content", "thinking", "reasoning"]
        if let reasoning = names.lazy.compactMap({ value[$0] }).first {
            if value["thinking"] == nil {
                value = Value.Object([(key: "thinking", value: reasoning)] + value.map { (key: $0.0, value: $0.1) })
            }
            value["reasoning_content"] = reasoning
        }
        return .object(value)
    }
}
