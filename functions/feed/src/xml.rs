//! XML of entries, written straight into a text.
//!
//! The crates that write feeds build each entry as a tree of owned strings first; that takes longer than the writing. They write the
//! envelopes still, and the tests of `rss` and `atom` hold what is written here against what they write.

use release::Lang;

/// A bit for each of eight bytes, in their order, at the highest place of the byte: set for those that stand for something else in texts
/// and attributes.
const fn specials(bytes: u64) -> u64 {
    const fn each(byte: u8) -> u64 {
        u64::from_ne_bytes([byte; 8])
    }
    /// Set where a byte is zero. No byte carries into its neighbour.
    const fn zeros(bytes: u64) -> u64 {
        let low = each(0x7f);
        !(((bytes & low) + low) | bytes | low)
    }
    // Two pairs differ in one bit: `<` and `>`, `&` and `'`.
    zeros((bytes & each(!2)) ^ each(b'<')) | zeros((bytes & each(!1)) ^ each(b'&')) | zeros(bytes ^ each(b'"'))
}

/// A link of an entry.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Link<'a> {
    pub(crate) href: &'a str,
    pub(crate) rel: &'a str,
    pub(crate) language: Option<&'a Lang>,
    /// Its media type.
    pub(crate) kind: Option<&'a str>,
    pub(crate) title: Option<&'a str>,
    /// Bytes.
    pub(crate) length: Option<&'a str>,
}

/// Writes elements, one a line, indented by a space for each step.
pub(crate) struct Xml<'a> {
    out: &'a mut Vec<u8>,
    indent: &'static str,
}

impl<'a> Xml<'a> {
    /// Writes behind `out`; `indent` stands before each line.
    pub(crate) fn new(out: &'a mut Vec<u8>, indent: &'static str) -> Self {
        Self { out, indent }
    }

    pub(crate) fn raw(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    /// What stands before each line from now on.
    pub(crate) fn with_indent(&mut self, indent: &'static str) {
        self.indent = indent;
    }

    /// A text as it stands in an element or an attribute.
    pub(crate) fn escaped(&mut self, text: &str) {
        let text = text.as_bytes();
        let (mut from, mut next) = (0, 0);
        for some in text.chunks(8) {
            let mut eight = [0; 8];
            eight[..some.len()].copy_from_slice(some);
            let mut found = specials(u64::from_le_bytes(eight));
            while found != 0 {
                let at = next + found.trailing_zeros() as usize / 8;
                self.out.extend_from_slice(&text[from..at]);
                // Each is as long as the compiler knows it to be: a copy without a call.
                match text[at] {
                    b'<' => self.out.extend_from_slice(b"&lt;"),
                    b'>' => self.out.extend_from_slice(b"&gt;"),
                    b'&' => self.out.extend_from_slice(b"&amp;"),
                    b'\'' => self.out.extend_from_slice(b"&apos;"),
                    _ => self.out.extend_from_slice(b"&quot;"),
                }
                from = at + 1;
                found &= found - 1;
            }
            next += 8;
        }
        self.out.extend_from_slice(&text[from..]);
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, Option<&str>)]) {
        self.raw(self.indent);
        self.raw("<");
        self.raw(name);
        for (attribute, value) in attributes {
            let Some(value) = value else { continue };
            self.raw(" ");
            self.raw(attribute);
            self.raw("=\"");
            self.escaped(value);
            self.raw("\"");
        }
    }

    /// An element without content. Attributes are written in their order, as far as they are there.
    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, Option<&str>)]) {
        self.tag(name, attributes);
        self.raw("/>\n");
    }

    /// The begin of an element with elements, and its line end.
    pub(crate) fn begin(&mut self, name: &str, attributes: &[(&str, Option<&str>)]) {
        self.tag(name, attributes);
        self.raw(">\n");
    }

    /// The end of an element that began on another line.
    pub(crate) fn close(&mut self, name: &str) {
        self.raw(self.indent);
        self.end(name);
        self.raw("\n");
    }

    /// An element with a text.
    pub(crate) fn text(&mut self, name: &str, attributes: &[(&str, Option<&str>)], text: &str) {
        self.inline(name, attributes, text);
        self.raw("\n");
    }

    /// The same without a line end behind it.
    pub(crate) fn inline(&mut self, name: &str, attributes: &[(&str, Option<&str>)], text: &str) {
        self.tag(name, attributes);
        self.raw(">");
        self.escaped(text);
        self.end(name);
    }

    /// An element with a text that is not escaped (XML 1.0, section 2.7).
    pub(crate) fn cdata(&mut self, name: &str, text: &str) {
        self.tag(name, &[]);
        self.raw("><![CDATA[");
        // To look for one character is much faster than to look for three.
        if text.contains(']') {
            self.raw(&text.replace("]]>", "]]]]><![CDATA[>"));
        } else {
            self.raw(text);
        }
        self.raw("]]>");
        self.end(name);
        self.raw("\n");
    }

    fn end(&mut self, name: &str) {
        self.raw("</");
        self.raw(name);
        self.raw(">");
    }

    /// A link of Atom (RFC 4287, section 4.2.7), also inside RSS.
    pub(crate) fn link(&mut self, name: &str, link: &Link<'_>) {
        let attributes = [
            ("href", Some(link.href)),
            ("rel", Some(link.rel)),
            ("hreflang", link.language.map(Lang::as_str)),
            ("type", link.kind),
            ("title", link.title),
            ("length", link.length),
        ];
        self.empty(name, &attributes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_special_character_is_found_wherever_it_stands() {
        for special in ["<", ">", "&", "'", "\""] {
            // Bytes that differ from a special one in a bit, on both sides.
            for near in ["", "=:;?", "$%#!", "\u{7f}é\u{bc}\u{a6}\u{3bc}"] {
                for before in 0..9 {
                    let text = format!("{}{near}{special}{special}{near}{special}", "x".repeat(before));
                    let mut out = Vec::new();
                    Xml::new(&mut out, "").escaped(&text);
                    let out = String::from_utf8(out).unwrap();
                    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                    assert_eq!(out, escaped.replace('\'', "&apos;").replace('"', "&quot;"));
                }
            }
        }
    }
}
