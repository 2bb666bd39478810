//! What a release is: its texts, languages and fallback, status, revisions and dates.
//!
//! Everything here is a pure function. Nothing reads a clock, a file or the network.

mod clean;
mod date;
mod document;
mod draft;
mod excerpt;
mod fault;
mod language;
mod lint;
mod markup;
mod paste;
mod picture;
mod reader;
mod revision;
mod site;
mod slug;
mod step;
mod upload;

pub use clean::{Cleaned, clean_line, clean_text};
pub use date::{Moment, parse_date};
pub use document::{Correction, Event, Format, Link, Localised, Media, Rendition, Text};
pub use draft::{Draft, FIELDS, Limits};
pub use excerpt::excerpt;
pub use fault::{Fault, Faults};
pub use language::{Direction, Lang};
pub use lint::{Lint, lint};
pub use markup::{check_body, html_to_text, to_html, to_markdown};
pub use paste::{Paste, html, markdown, plain};
pub use picture::picture_size;
pub use revision::{Approval, By, Damaged, Emergency, Overridden, Path, Revision, Role, Status, entry_id, log_name};
pub use site::{Band, Brand, Contact, Language, LegalLink, Logo, Site, SiteError, Topic, Window};
pub use slug::slug;
pub use step::{Remark, Step};
pub use upload::{Upload, file_ends, is_of_kind, kind_of, may_be_sent};
