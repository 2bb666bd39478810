//! HTML as a list of tags and texts, read once from left to right.
//!
//! Comments, scripts, styles and declarations are left out here, so that what is passed on holds nothing
//! that a parser might read in two ways. The time taken grows with the length of the input and nothing else.

use std::collections::HashSet;

/// A piece of HTML. Entities are still encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// Text without tags; every `<` in it is `&lt;`.
    Text(String),
    /// A start tag.
    Open { name: String, attributes: Vec<(String, String)> },
    /// An end tag.
    Close { name: String },
}

impl Token {
    /// About as many as a start tag and its end tag take.
    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::Open { name, attributes } => {
                2 * name.len() + 5 + attributes.iter().map(|(key, value)| key.len() + value.len() + 4).sum::<usize>()
            }
            _ => 0,
        }
    }

    /// The value of an attribute of a start tag, entities encoded.
    pub(crate) fn attribute(&self, wanted: &str) -> Option<&str> {
        match self {
            Self::Open { attributes, .. } => attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str()),
            _ => None,
        }
    }
}

/// Elements whose content is no text for readers: left out with it.
const MUTE: [&str; 5] = ["script", "style", "iframe", "title", "template"];
/// More attributes on one element are no markup.
const ATTRIBUTES: usize = 32;

/// Reads `html` into tokens.
pub(crate) fn lex(html: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        html,
        at: 0,
        tokens: Vec::new(),
        endless: HashSet::new(),
    };
    lexer.run();
    lexer.tokens
}

/// Decodes entities of a text without tags.
pub(crate) fn decode(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    // A parser of HTML knows all 2,231 names. The guard keeps white space at the start.
    let flat = text.replace('<', "&lt;");
    let fragment = scraper::Html::parse_fragment(&format!("<pre>x{flat}</pre>"));
    let mut decoded = String::with_capacity(text.len());
    for part in fragment.root_element().text() {
        decoded.push_str(part);
    }
    decoded.strip_prefix('x').unwrap_or(&decoded).to_owned()
}

struct Lexer<'a> {
    html: &'a str,
    at: usize,
    tokens: Vec<Token>,
    /// Elements that are known not to be closed any more.
    endless: HashSet<String>,
}

impl Lexer<'_> {
    fn run(&mut self) {
        while self.at < self.html.len() {
            let rest = &self.html[self.at..];
            let Some(open) = rest.find('<') else {
                self.text(rest.len());
                return;
            };
            if open > 0 {
                self.text(open);
                continue;
            }
            let second = rest[1..].chars().next();
            match second {
                Some('!') if rest.starts_with("<!--") => self.comment(),
                Some('!' | '?') => self.skip_past('>'),
                Some('/') => match rest[2..].chars().next() {
                    Some(c) if c.is_ascii_alphabetic() => self.close(),
                    _ => self.skip_past('>'),
                },
                Some(c) if c.is_ascii_alphabetic() => self.open(),
                _ => {
                    self.push_text("&lt;");
                    self.at += 1;
                }
            }
        }
    }

    fn push_text(&mut self, text: &str) {
        if let Some(Token::Text(last)) = self.tokens.last_mut() {
            last.push_str(text);
        } else {
            self.tokens.push(Token::Text(text.to_owned()));
        }
    }

    fn text(&mut self, length: usize) {
        let html = self.html;
        self.push_text(&html[self.at..self.at + length]);
        self.at += length;
    }

    /// A tag that never ends is text, and so is everything behind it.
    fn rest_is_text(&mut self) {
        let rest = self.html[self.at..].replace('<', "&lt;");
        self.push_text(&rest);
        self.at = self.html.len();
    }

    fn comment(&mut self) {
        let inside = &self.html[self.at + 4..];
        // `<!-->` and `<!--->` are whole comments.
        let end = if inside.starts_with('>') {
            1
        } else if inside.starts_with("->") {
            2
        } else {
            // Both ends are looked for at once: a search that fails takes as long as the text is.
            let mut at = 0;
            loop {
                let Some(dashes) = inside[at..].find("--") else {
                    break inside.len();
                };
                let behind = inside[at + dashes..].trim_start_matches('-');
                at = inside.len() - behind.len();
                if behind.starts_with('>') {
                    break at + 1;
                }
                if behind.starts_with("!>") {
                    break at + 2;
                }
            }
        };
        self.at += 4 + end;
    }

    fn skip_past(&mut self, end: char) {
        let rest = &self.html[self.at..];
        self.at += rest.find(end).map_or(rest.len(), |at| at + 1);
    }

    fn name(&self, from: usize) -> String {
        let rest = &self.html[from..];
        let end = rest
            .find(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '>'))
            .unwrap_or(rest.len());
        rest[..end].to_ascii_lowercase()
    }

    fn close(&mut self) {
        let name = self.name(self.at + 2);
        match self.attributes(self.at + 2 + name.len()) {
            Some((_, end)) => {
                self.tokens.push(Token::Close { name });
                self.at = end;
            }
            None => self.rest_is_text(),
        }
    }

    fn open(&mut self) {
        let name = self.name(self.at + 1);
        let Some((attributes, end)) = self.attributes(self.at + 1 + name.len()) else {
            self.rest_is_text();
            return;
        };
        self.at = end;
        let mute = MUTE.contains(&name.as_str());
        if mute {
            self.skip_content(&name);
            if name == "iframe" {
                self.tokens.push(Token::Open { name, attributes });
            }
            return;
        }
        self.tokens.push(Token::Open { name, attributes });
    }

    /// Moves behind the end tag of an element without content for readers.
    fn skip_content(&mut self, name: &str) {
        if !self.endless.contains(name) {
            let rest = &self.html.as_bytes()[self.at..];
            let tag = format!("</{name}");
            let found = rest
                .windows(tag.len())
                .position(|window| window.eq_ignore_ascii_case(tag.as_bytes()));
            if let Some(found) = found {
                self.at += found;
                self.skip_past('>');
                return;
            }
            self.endless.insert(name.to_owned());
        }
        // What stands behind an unclosed script is script; behind the others it may be text.
        if matches!(name, "script" | "style") {
            self.at = self.html.len();
        }
    }

    /// The attributes from `from` on and where the tag ends; nothing when it does not end.
    fn attributes(&self, from: usize) -> Option<(Vec<(String, String)>, usize)> {
        let bytes = self.html.as_bytes();
        let mut attributes: Vec<(String, String)> = Vec::new();
        let mut at = from;
        loop {
            while bytes.get(at).is_some_and(|b| b.is_ascii_whitespace() || *b == b'/') {
                at += 1;
            }
            if *bytes.get(at)? == b'>' {
                return Some((attributes, at + 1));
            }
            let start = at;
            // An equals sign in first place belongs to the name.
            at += 1;
            while !matches!(bytes.get(at)?, b'=' | b'>' | b'/') && !bytes[at].is_ascii_whitespace() {
                at += 1;
            }
            let name = start..at;
            while bytes.get(at)?.is_ascii_whitespace() {
                at += 1;
            }
            let mut value = at..at;
            if *bytes.get(at)? == b'=' {
                at += 1;
                while bytes.get(at)?.is_ascii_whitespace() {
                    at += 1;
                }
                match *bytes.get(at)? {
                    quote @ (b'"' | b'\'') => {
                        let inside = self.html.get(at + 1..)?.find(char::from(quote))?;
                        value = at + 1..at + 1 + inside;
                        at = value.end + 1;
                    }
                    b'>' => {}
                    _ => {
                        let begin = at;
                        while *bytes.get(at)? != b'>' && !bytes[at].is_ascii_whitespace() {
                            at += 1;
                        }
                        value = begin..at;
                    }
                }
            }
            if attributes.len() < ATTRIBUTES {
                let name = self.html.get(name)?.to_ascii_lowercase();
                if !attributes.iter().any(|(known, _)| *known == name) {
                    attributes.push((name, self.html.get(value)?.to_owned()));
                }
            }
        }
    }
}
