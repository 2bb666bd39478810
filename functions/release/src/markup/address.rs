//! URLs: absolute, encoded exactly once, of a harmless scheme, without a name or password in them.

use url::Url;

/// The URL that `raw` means on the page `base`, or nothing when it may not be used.
pub(crate) fn absolute(raw: &str, base: &Url, schemes: &[&str]) -> Option<String> {
    let raw = raw.trim_matches(|c: char| c.is_ascii_whitespace() || c.is_control());
    // `https:\\host` and `/\host` lead elsewhere in some readers than in others.
    if raw.split(['?', '#']).next().is_some_and(|path| path.contains('\\')) {
        return None;
    }
    let url = base.join(raw).ok()?;
    if !schemes.contains(&url.scheme()) || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    Some(encode(url.as_str()))
}

/// An absolute http(s) URL as a press office sends it.
pub(crate) fn web_address(raw: &str) -> Result<String, String> {
    let raw = raw.trim();
    let expected = "expected an absolute http(s) URL such as https://press.example.org/page";
    let Ok(url) = Url::parse(raw) else {
        return Err(format!("{expected}, found {}", shown(raw)));
    };
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{expected}, found the scheme `{}:`", url.scheme()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the URL holds a user name or password; leave it out".to_owned());
    }
    absolute(raw, &url, &["http", "https"]).ok_or_else(|| format!("{expected}, found {}", shown(raw)))
}

/// A found value as it stands in a message: quoted, short, on one line.
pub(crate) fn shown(found: &str) -> String {
    format!("`{}`", crate::excerpt(&crate::clean_line(found).text, 60))
}

/// What RFC 3986 does not allow and the URL standard lets through is percent-encoded; what is encoded stays.
fn encode(url: &str) -> String {
    let host_ends = url.find("://").map_or(0, |at| at + 3);
    let path = url[host_ends..].find(['/', '?', '#']).map_or(url.len(), |at| at + host_ends);
    let (head, tail) = if host_ends == 0 { url.split_at(0) } else { url.split_at(path) };
    let mut out = String::with_capacity(url.len());
    out.push_str(head);
    let bytes = tail.as_bytes();
    let mut fragment = false;
    for (at, byte) in bytes.iter().copied().enumerate() {
        let hex = |ahead: usize| bytes.get(at + ahead).is_some_and(u8::is_ascii_hexdigit);
        let plain = match byte {
            b'%' => hex(1) && hex(2),
            b'#' => !std::mem::replace(&mut fragment, true),
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'[' | b']' => false,
            byte => byte.is_ascii_graphic(),
        };
        if plain {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
#[allow(non_snake_case)]
mod tests {
    use super::*;

    #[test]
    fn B53_an_address_is_trimmed() {
        assert_eq!(
            web_address(" https://press.example.org/x\n").as_deref(),
            Ok("https://press.example.org/x")
        );
    }

    #[test]
    fn B55_a_path_is_encoded_exactly_once() {
        for (raw, url) in [
            ("https://a.example/闭幕", "https://a.example/%E9%97%AD%E5%B9%95"),
            ("https://a.example/café", "https://a.example/caf%C3%A9"),
            ("https://a.example/caf%C3%A9", "https://a.example/caf%C3%A9"),
            (
                "https://a.example/a b?q=ü|[x]#é",
                "https://a.example/a%20b?q=%C3%BC%7C%5Bx%5D#%C3%A9",
            ),
            ("https://a.example/100%", "https://a.example/100%25"),
            ("https://[::1]:8080/", "https://[::1]:8080/"),
        ] {
            assert_eq!(web_address(raw).as_deref(), Ok(url));
            assert_eq!(web_address(url).as_deref(), Ok(url));
        }
    }

    #[test]
    fn B57_a_host_with_an_umlaut_is_punycoded() {
        assert_eq!(
            web_address("https://bücher.example/1").as_deref(),
            Ok("https://xn--bcher-kva.example/1")
        );
    }

    #[test]
    fn B58_other_schemes_are_refused_with_a_reason() {
        for bad in [
            "javascript:alert(1)",
            " jAvaScript:x",
            "data:text/html,x",
            "ftp://a.example/",
            "/x",
            "//evil.example",
            "x",
            "",
            "https://",
        ] {
            assert!(web_address(bad).unwrap_err().contains("http(s)"), "{bad}");
        }
        assert!(web_address("https://user:pass@a.example/").unwrap_err().contains("password"));
        assert!(web_address("https:\\\\evil.example").is_err());
    }

    #[test]
    fn B14_query_parameters_keep_their_ampersands() {
        let url = "https://press.example.org/r?id=7&lang=fr&copy=1";
        assert_eq!(web_address(url).as_deref(), Ok(url));
    }
}
