//! XML of entries, written straight into a text.
//!
//! The crates that write feeds build each entry as a tree of owned strings first; that takes longer than the writing. They write the
//! envelopes still, and the tests of `rss` and `atom` hold what is written here against what they write.

use release::Lang;

/// What stands for a character in texts and attributes; nothing for most.
static ENTITIES: [&str; 256] = {
    let mut entities = [""; 256];
    entities[b'<' as usize] = "&lt;";
    entities[b'>' as usize] = "&gt;";
    entities[b'&' as usize] = "&amp;";
    entities[b'\'' as usize] = "&apos;";
    entities[b'"' as usize] = "&quot;";
    entities
};

/// Which characters have one.
static SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        special[byte] = !ENTITIES[byte].is_empty();
        byte += 1;
    }
    special
};

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
pub(crate) struct Xml {
    out: String,
    indent: &'static str,
}

impl Xml {
    /// Room for so many bytes; `indent` stands before each line.
    pub(crate) fn new(room: usize, indent: &'static str) -> Self {
        Self {
            out: String::with_capacity(room),
            indent,
        }
    }

    pub(crate) fn raw(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// What stands before each line from now on.
    pub(crate) fn with_indent(&mut self, indent: &'static str) {
        self.indent = indent;
    }

    /// A text as it stands in an element or an attribute.
    pub(crate) fn escaped(&mut self, text: &str) {
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            if SPECIAL[usize::from(byte)] {
                self.out.push_str(&text[from..at]);
                self.out.push_str(ENTITIES[usize::from(byte)]);
                from = at + 1;
            }
        }
        self.out.push_str(&text[from..]);
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

    pub(crate) fn done(self) -> String {
        self.out
    }
}
