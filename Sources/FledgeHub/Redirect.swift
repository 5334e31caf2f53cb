/// Where a redirect may lead.
package enum Redirect {
    /// The absolute URL that a `Location` header names.
    ///
    /// - Parameters:
    ///   - location: The header's value.
    ///   - url: The URL whose answer carried it.
    /// - Returns: An http or https URL.
    /// - Throws: ``HubError/malformedResponse(url:reason:)`` when there is none, and
    ///   ``HubError/insecureRedirect(from:to:)`` from https to http, this machine excepted.
    package static func target(of location: String?, from url: String) throws(HubError) -> String {
        guard let location, let target = URLText.resolved(location, against: url),
            let targetOrigin = Origin(url: target)
        else {
            throw .malformedResponse(
                url: URLText.shown(url), reason: "it redirects without naming an http address to go to")
        }
        if Origin(url: url)?.scheme == "https", targetOrigin.scheme == "http", !targetOrigin.isLoopback {
            throw .insecureRedirect(from: URLText.shown(url), to: URLText.shown(target))
        }
        return target
    }
}
