import FledgeReports
import Testing

struct ReportTests {
    @Test func `Text in markup is escaped, and markup in markup is not`() {
        let text = "<b onclick=\"x\">Tom & 'Ann'</b>\u{0}\u{1B}[31m\n"
        let inner: Markup = "<i>\(text)</i>"
        let outer: Markup = "<p title=\"\(text)\">\(inner) \(3)</p>"
        let escaped =
            "&lt;b onclick=&quot;x&quot;&gt;Tom &amp; &#39;Ann&#39;&lt;/b&gt;\u{FFFD}\u{FFFD}[31m\n"
        #expect(outer.html == "<p title=\"\(escaped)\"><i>\(escaped)</i> 3</p>")
    }

    @Test func `Data cannot end its element`() {
        let json = "<{\"a\":\"</script><script>alert(1)</script>\"}<"
        let page = ReportPage(title: "T", data: ["d": json]).html
        let wanted =
            "<script type=\"application/json\" id=\"d\">\\u003c{\"a\":\"\\u003c/script>\\u003cscript>alert(1)"
            + "\\u003c/script>\"}\\u003c</script>\n"
        #expect(page.contains(wanted))
    }

    @Test func `A page asks the network for nothing`() {
        var table = ReportTable(caption: "Losses", columns: [("step", .text), ("loss", .number)])
        table.add(["1", "2.5"])
        let section = ReportSection(id: "a", title: "A <x>", body: table.markup)
        let html = ReportPage(title: "Report", lead: "Lead.", sections: [section], footer: "End.").html
        #expect(html.contains("default-src &#39;none&#39;"))
        for forbidden in ["http:", "https:", "@import", "url(", "<link", " src=", "<x>"] {
            #expect(!html.contains(forbidden), "\(forbidden)")
        }
    }

    @Test func `A table has a caption, headings for columns and rows, and numbers on the right`() {
        var table = ReportTable(caption: "Losses", columns: [("step", .text), ("loss", .number)])
        table.add(["1", "2.5"])
        #expect(
            table.markup.html == """
                <div class="table-frame" tabindex="0" role="group" aria-label="Losses"><table>
                <caption>Losses</caption>
                <thead><tr><th scope="col">step</th><th scope="col" class="number">loss</th></tr></thead>
                <tbody>
                <tr><th scope="row">1</th><td class="number">2.5</td></tr>
                </tbody></table></div>

                """)
    }

    @Test func `A bar is as long as its share, within the track`() {
        let list = BarList([
            .init(label: "a", share: 0.25, value: "25 %"), .init(label: "b", share: 7, value: "?", isMarked: true),
            .init(label: "c", share: .nan, value: "–"),
        ]).markup.html
        for width in ["width:25.0%", "width:100.0%", "width:0.0%"] { #expect(list.contains(width)) }
        #expect(list.contains("<li class=\"marked\"><span class=\"bar-label\">b</span>"))
    }
}
