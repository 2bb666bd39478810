//! Files that a press office sends: which kinds there are, and whether one is what it says.

use serde::Serialize;
use serde_json::Value;

use crate::draft::upload;
use crate::markup::shown;
use crate::reader::{At, Reader};
use crate::{Faults, Limits, Site};

/// A kind of file that may be sent: media type, and the ends of its name. What a browser runs as a program or a page is not among them.
const KINDS: [(&str, &[&str]); 14] = [
    ("image/jpeg", &["jpg", "jpeg"]),
    ("image/png", &["png"]),
    ("image/gif", &["gif"]),
    ("image/webp", &["webp"]),
    ("image/avif", &["avif"]),
    ("audio/mpeg", &["mp3"]),
    ("audio/mp4", &["m4a"]),
    ("video/mp4", &["mp4"]),
    ("video/webm", &["webm"]),
    ("application/pdf", &["pdf"]),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", &["docx"]),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["xlsx"]),
    (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        &["pptx"],
    ),
    ("text/csv", &["csv"]),
];

/// A file as it is announced, before it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Upload {
    /// SHA-256 of the file, lower-case hex.
    pub sha256: String,
    /// File name shown to readers.
    pub name: String,
    /// Media type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Size in bytes.
    pub size: u64,
}

impl Upload {
    /// Reads the announcement of a file.
    ///
    /// # Errors
    /// All faults at once, each with its pointer.
    pub fn from_json(value: &Value, site: &Site) -> Result<Self, Faults> {
        let mut reader = Reader::new(site);
        let root = At::root(value);
        let known = reader.object(&root, &["sha256", "name", "type", "size"], &[]);
        let upload = known.then(|| upload(&mut reader, &root)).flatten();
        // Asked of what is there, so that every fault is named at once.
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        if let Some(kind) = text("type")
            && let Err(reason) = may_be_sent(kind, text("name"))
        {
            reader.fault("/type", reason);
        }
        let size = value.get("size").and_then(Value::as_u64);
        if let Some(size) = size.filter(|size| *size == 0 || *size > Limits::FILE_BYTES) {
            let most = Limits::FILE_BYTES;
            reader.fault("/size", format!("expected 1 to {most} bytes (64 MiB), found {size}"));
        }
        match upload {
            Some(upload) => reader.faults.or(upload),
            None => Err(reader.faults),
        }
    }
}

/// The media type of a file by the end of its name; `None` when none that may be sent ends so.
pub fn kind_of(name: &str) -> Option<&'static str> {
    let (_, end) = name.rsplit_once('.')?;
    let end = end.to_lowercase();
    KINDS.iter().find(|(_, ends)| ends.contains(&end.as_str())).map(|(kind, _)| *kind)
}

/// How the names of files end that may be sent.
pub fn file_ends() -> String {
    let ends: Vec<String> = KINDS.iter().flat_map(|(_, ends)| *ends).map(|end| format!(".{end}")).collect();
    ends.join(", ")
}

/// Whether files of this media type, and of this name, may be sent.
///
/// # Errors
/// What is accepted instead.
pub fn may_be_sent(kind: &str, name: Option<&str>) -> Result<(), String> {
    let Some((_, ends)) = KINDS.iter().find(|(known, _)| *known == kind) else {
        let kinds: Vec<&str> = KINDS.iter().map(|(known, _)| *known).collect();
        let found = shown(kind);
        return Err(format!(
            "expected one of {}; found {found}; SVG and HTML can carry programs",
            kinds.join(", ")
        ));
    };
    let end = name.map(|name| name.rsplit_once('.').map_or("", |(_, end)| end).to_lowercase());
    match end.filter(|end| !ends.contains(&end.as_str())) {
        Some(_) => Err(format!("expected a name that ends in .{} for {kind}", ends.join(" or ."))),
        None => Ok(()),
    }
}

/// Whether a file that begins like this is of this media type, whatever it is called.
///
/// # Errors
/// What it is instead.
pub fn is_of_kind(kind: &str, begin: &[u8]) -> Result<(), String> {
    let found = infer::get(begin).map(|found| found.mime_type());
    let same = match (kind, found) {
        // No signature: text all through, and nothing that a browser could take for a page.
        ("text/csv", None) => is_plain_text(begin),
        ("audio/mp4", Some("audio/m4a")) => true,
        ("video/mp4", Some("video/x-m4v")) => true,
        (kind, Some(found)) => kind == found,
        _ => false,
    };
    if same {
        return Ok(());
    }
    let found = found.unwrap_or("none of the kinds that are accepted");
    Err(format!("expected {kind}, as announced; by its content the file is {found}"))
}

fn is_plain_text(begin: &[u8]) -> bool {
    // A character may be cut where the beginning ends.
    let text = match std::str::from_utf8(begin) {
        Ok(text) => text,
        Err(cut) if cut.error_len().is_none() => std::str::from_utf8(&begin[..cut.valid_up_to()]).unwrap_or_default(),
        Err(_) => return false,
    };
    let odd = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    !text.trim_start().trim_start_matches('\u{feff}').starts_with('<') && !text.contains(odd)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

    fn site() -> Site {
        Site::parse(include_str!("../../local/src/sample/site.toml"), "site.toml").unwrap()
    }

    #[test]
    fn every_fault_of_an_announcement_is_named_at_once() {
        let good = json!({"sha256": "a".repeat(64), "name": "plan.pdf", "type": "application/pdf", "size": 7});
        assert_eq!(Upload::from_json(&good, &site()).unwrap().name, "plan.pdf");
        let bad = json!({"sha256": "A", "name": "../plan.pdf", "type": "image/svg+xml", "size": 1_u64 << 40, "x": 1});
        let faults = Upload::from_json(&bad, &site()).unwrap_err();
        let mut pointers: Vec<&str> = faults.0.iter().map(|fault| fault.pointer.as_str()).collect();
        pointers.sort_unstable();
        assert_eq!(pointers, ["/name", "/sha256", "/size", "/type", "/x"]);
        for empty in [json!({}), json!([]), json!({"sha256": "a".repeat(64)})] {
            assert!(Upload::from_json(&empty, &site()).is_err(), "{empty}");
        }
    }

    #[test]
    fn a_name_must_end_like_its_type() {
        assert_eq!(may_be_sent("image/jpeg", Some("Closing.JPEG")), Ok(()));
        for (kind, name) in [
            ("image/jpeg", "closing.html"),
            ("image/png", "png"),
            ("application/pdf", "a.pdf.exe"),
            ("text/html", "a.html"),
            ("image/svg+xml", "a.svg"),
        ] {
            assert!(may_be_sent(kind, Some(name)).is_err(), "{kind} {name}");
        }
    }

    #[test]
    #[expect(non_snake_case)]
    fn S05_a_file_is_what_its_content_says() {
        for (kind, begin) in [
            ("image/png", PNG),
            ("image/jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF"),
            ("image/gif", b"GIF89a\x01\0\x01\0"),
            ("application/pdf", b"%PDF-1.7\n"),
            ("text/csv", "port,ships\nDakar,12\n".as_bytes()),
            ("text/csv", &"é".as_bytes()[..1]),
        ] {
            assert_eq!(is_of_kind(kind, begin), Ok(()), "{kind}");
        }
        for (kind, begin) in [
            ("image/png", &b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"[..]),
            ("image/png", b"<!DOCTYPE html><script>alert(1)</script>"),
            ("image/png", b"%PDF-1.7\n"),
            ("image/jpeg", PNG),
            ("application/pdf", b"MZ\x90\0"),
            ("text/csv", b" \n<script>alert(1)</script>"),
            ("text/csv", b"a\0b"),
            ("text/csv", b"\xff\xfea\0"),
            ("text/csv", PNG),
            ("image/png", b""),
        ] {
            assert!(is_of_kind(kind, begin).is_err(), "{kind} {begin:?}");
        }
    }
}
