/// A page that is one file: its style, its script and its data are inside, and it asks the network for nothing. It follows
/// the reader's choice of light or dark, and reads on a phone.
public struct ReportPage: Sendable {
    public var title: String
    /// One or two sentences under the title.
    public var lead: Markup
    public var sections: [ReportSection]
    /// Style sheets after ``ReportStyle/sheet``.
    public var styles: [StaticString]
    /// Programs, run in order at the end of the page.
    public var scripts: [StaticString]
    /// JSON texts by the id of the element that a script finds them in.
    public var data: [String: String]
    /// The last line.
    public var footer: Markup

    public init(
        title: String, lead: Markup = "", sections: [ReportSection] = [], styles: [StaticString] = [],
        scripts: [StaticString] = [], data: [String: String] = [:], footer: Markup = ""
    ) {
        self.title = title
        self.lead = lead
        self.sections = sections
        self.styles = styles
        self.scripts = scripts
        self.data = data
        self.footer = footer
    }

    /// The whole file.
    public var html: String {
        let styles = ([ReportStyle.sheet] + styles).map { "<style>\n\($0)\n</style>\n" }.joined()
        let data = data.sorted { $0.key < $1.key }.map { ReportPage.dataElement(id: $0.key, json: $0.value).html }
        let scripts = scripts.map { "<script>\n\($0)\n</script>\n" }.joined()
        let lead: Markup = lead.isEmpty ? "" : "<p class=\"lead\">\(lead)</p>"
        let footer: Markup = footer.isEmpty ? "" : "<footer>\(footer)</footer>"
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="\(ReportPage.policy)">
            <title>\(title)</title>
            \(Markup(stringLiteral: styles))</head>
            <body>
            <main class="page">
            <header class="page-header"><h1>\(title)</h1>\(lead)</header>
            \(sections.map(\.markup))\(footer)
            </main>
            \(Markup(stringLiteral: data.joined() + scripts))</body>
            </html>

            """
        return page.html
    }

    /// Nothing is loaded, and only what is in the page runs.
    private static let policy =
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

    /// JSON for a script. `<` is written as an escape, so that no text in it can end the element.
    private static func dataElement(id: String, json: String) -> Markup {
        var safe = ""
        safe.reserveCapacity(json.utf8.count)
        for part in json.split(separator: "<", omittingEmptySubsequences: false) {
            if !safe.isEmpty || part.startIndex != json.startIndex { safe += "\\u003c" }
            safe += part
        }
        return "<script type=\"application/json\" id=\"\(id)\">\(Markup(stringLiteral: safe))</script>\n"
    }
}

/// A part of a page with a heading.
public struct ReportSection: Sendable {
    /// The anchor, which is also the element's id.
    public var id: String
    public var title: String
    public var body: Markup

    public init(id: String, title: String, body: Markup) {
        self.id = id
        self.title = title
        self.body = body
    }

    var markup: Markup {
        """
        <section id="\(id)" class="card" aria-labelledby="\(id)-title">
        <h2 id="\(id)-title">\(title)</h2>
        \(body)
        </section>

        """
    }
}
