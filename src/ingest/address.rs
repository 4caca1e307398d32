//! Owns: the host of an address, which is the source of what was fetched from there. Never: fetches
//! or resolves anything.

/// The length of a host in bytes at most, as in the DNS.
const LONGEST: usize = 253;

/// The host of an HTTP or HTTPS URL, in lower case, without `www.`, port and user; `None` for
/// anything else.
///
/// ```
/// use nearcopy::ingest::host_of;
/// assert_eq!(host_of("https://www.Courier.example:80/a?b").as_deref(), Some("courier.example"));
/// assert_eq!(host_of("urn:isbn:0"), None);
/// ```
pub fn host_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.trim().split_once("://")?;
    if !["http", "https"].iter().any(|s| scheme.eq_ignore_ascii_case(s)) {
        return None;
    }
    let place = rest.split(['/', '?', '#', '\\']).next()?;
    let place = place.rsplit('@').next()?;
    // An IPv6 address is in brackets.
    let end = if place.starts_with('[') {
        place.find(']')? + 1
    } else {
        place.find(':').unwrap_or(place.len())
    };
    let name = place[..end].trim_end_matches('.');
    if name.is_empty() || name.len() > LONGEST || !name.chars().all(may_be_in_a_host) {
        return None;
    }
    let name = name.to_lowercase();
    // `www.example` is a name of its own.
    let bare = name.strip_prefix("www.").filter(|rest| rest.contains('.'));
    Some(bare.map(str::to_owned).unwrap_or(name))
}

/// Names in other scripts are taken as they are written, with marks and joiners.
fn may_be_in_a_host(c: char) -> bool {
    if c.is_ascii() {
        c.is_ascii_alphanumeric() || "-._[]:".contains(c)
    } else {
        !c.is_whitespace() && !c.is_control()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts() {
        for (url, want) in [
            ("https://u:p@WWW.A.example:80/x", Some("a.example")),
            (" HTTP://a.example.?x", Some("a.example")),
            ("http://[::1]:80/", Some("[::1]")),
            ("https://www.example/", Some("www.example")),
            ("https://wwww.a.example/", Some("wwww.a.example")),
            ("https://Zürich.example#x", Some("zürich.example")),
            ("https://a.example\\@b.example/", Some("a.example")),
            ("ftp://a.example", None),
            ("//a.example/x", None),
            ("a.example/x", None),
            ("urn:x", None),
            ("http:///x", None),
            ("http://a b/", None),
            ("http://<b>/", None),
            ("http://a\u{1b}b/", None),
            ("see http://a.example", None),
        ] {
            assert_eq!(host_of(url).as_deref(), want, "{url}");
        }
        assert_eq!(host_of(&format!("http://{}/", "a".repeat(254))), None);
    }
}
