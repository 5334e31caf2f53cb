import FledgeLifecycle
import Testing

struct LeadBaselineTests {
    @Test func `A conversation's lead is its first three lines that say something`() {
        let text = "A: Hi.\n\n  \nB: Hello. How are you?\r\nA: Well.\nB: Good."
        #expect(LeadBaseline.unit(of: [text]) == .lines)
        #expect(LeadBaseline.summary(of: text, unit: .lines) == "A: Hi.\nB: Hello. How are you?\nA: Well.")
    }

    @Test func `A text's lead is its first three sentences`() {
        let text = "It rained 3.5 mm. \"Really?\" he asked. She nodded! Then  nothing happened."
        #expect(LeadBaseline.unit(of: [text]) == .sentences)
        #expect(LeadBaseline.summary(of: text, unit: .sentences) == "It rained 3.5 mm.\n\"Really?\"\nhe asked.")
    }

    @Test(arguments: [("", ""), ("   ", ""), ("One", "One"), (" One. ", "One."), ("No end here", "No end here")])
    func `Short texts are their own lead`(text: String, lead: String) {
        #expect(LeadBaseline.summary(of: text, unit: .sentences) == lead)
    }

    @Test func `What most texts are made of decides`() {
        #expect(LeadBaseline.unit(of: ["a\nb", "c\nd", "e"]) == .lines)
        #expect(LeadBaseline.unit(of: ["a\nb", "c"]) == .sentences)
    }
}
