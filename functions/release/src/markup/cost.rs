//! What a parser of HTML has to do to balance markup, counted in one look and never less than it is.
//!
//! Three things let its time and memory grow faster than a text: deep nesting; formatting that is left open, which HTML opens again in every
//! block behind it ("reconstruct the active formatting elements"); and what stands in a table outside of its cells, which HTML puts before the
//! table, each time behind all that is there already ("foster parenting").

use std::collections::HashMap;

use crate::Limits;

/// Elements that HTML closes by itself or that hold nothing.
const UNCOUNTED: [&str; 16] = [
    "p", "li", "dt", "dd", "td", "th", "tr", "thead", "tbody", "tfoot", "br", "hr", "img", "wbr", "col", "rp",
];
/// The formatting elements of HTML (section 13.2.4.2), as they are written.
const FORMATTING: [&str; 12] = ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strong", "u"];
/// An end tag inside one of these does not close what was opened outside.
const SCOPES: [&str; 4] = ["table", "td", "th", "caption"];
/// More bytes of tags that are written again are not what somebody typed.
const REPEATED_BYTES: usize = 2 * Limits::BODY_BYTES;

/// More pieces outside of cells are no table.
const FOSTERED: usize = 1_000;

/// Counts tags.
#[derive(Debug, Default)]
pub(super) struct Cost {
    open: HashMap<String, usize>,
    depth: usize,
    deepest: usize,
    left_open: Vec<LeftOpen>,
    /// Of the tags left open, together.
    bytes: usize,
    scopes: usize,
    repeated: usize,
    /// Of each open table: does what comes now stand in a cell?
    in_cell: Vec<bool>,
    fostered: usize,
}

#[derive(Debug)]
struct LeftOpen {
    name: String,
    bytes: usize,
    /// Scopes begun before it.
    scopes: usize,
}

impl Cost {
    /// A start tag that takes so many bytes together with its end tag.
    pub(super) fn open(&mut self, name: &str, bytes: usize) {
        if !UNCOUNTED.contains(&name) {
            *self.open.entry(name.to_owned()).or_default() += 1;
            self.depth += 1;
            self.deepest = self.deepest.max(self.depth);
        }
        self.scopes += usize::from(SCOPES.contains(&name));
        match name {
            "table" => self.in_cell.push(false),
            "td" | "th" | "caption" => self.cell(true),
            "tr" | "tbody" | "thead" | "tfoot" | "col" | "colgroup" => self.cell(false),
            _ => self.piece(),
        }
        if FORMATTING.contains(&name) {
            // A link ends where the next one begins.
            if name == "a" || name == "nobr" {
                self.end(name);
            }
            self.leave_open(name, bytes);
        } else {
            self.repeated += self.bytes;
        }
    }

    /// An end tag.
    pub(super) fn close(&mut self, name: &str) {
        if let Some(open) = self.open.get_mut(name)
            && *open > 0
        {
            *open -= 1;
            self.depth -= 1;
        }
        match name {
            "table" => drop(self.in_cell.pop()),
            "td" | "th" | "caption" | "tr" | "tbody" | "thead" | "tfoot" => self.cell(false),
            _ => self.piece(),
        }
        self.end(name);
        self.repeated += self.bytes;
    }

    /// A text between tags.
    pub(super) fn text(&mut self, text: &str) {
        if !text.trim_ascii().is_empty() {
            self.piece();
        }
    }

    fn cell(&mut self, begins: bool) {
        if let Some(in_cell) = self.in_cell.last_mut() {
            *in_cell = begins;
        }
    }

    fn piece(&mut self) {
        self.fostered += usize::from(self.in_cell.last() == Some(&false));
    }

    fn leave_open(&mut self, name: &str, bytes: usize) {
        // As many are too many, and to look through them takes time.
        if self.left_open.len() > Limits::BODY_DEPTH {
            self.repeated = usize::MAX / 2;
            return;
        }
        self.bytes += bytes;
        self.left_open.push(LeftOpen {
            name: name.to_owned(),
            bytes,
            scopes: self.scopes,
        });
    }

    fn end(&mut self, name: &str) {
        let last = self.left_open.iter().rposition(|one| one.name == name);
        if let Some(at) = last.filter(|at| self.left_open[*at].scopes == self.scopes) {
            self.bytes -= self.left_open.remove(at).bytes;
        }
    }

    /// Refuses what cannot be balanced in good time.
    pub(super) fn bounded(&self) -> Result<(), String> {
        if self.deepest > Limits::BODY_DEPTH {
            return Err(format!(
                "at most {} elements stand inside each other, found {}; close the open ones or paste the text without its layout",
                Limits::BODY_DEPTH,
                self.deepest
            ));
        }
        if self.repeated > REPEATED_BYTES {
            let names: Vec<&str> = self.left_open.iter().map(|one| one.name.as_str()).take(3).collect();
            let names = if names.is_empty() { "b".to_owned() } else { names.join(">, <") };
            return Err(format!(
                "formatting that is left open begins again in every paragraph behind it, and here that is more than {REPEATED_BYTES} bytes of tags; close <{names}> where it ends or paste the text without its layout"
            ));
        }
        if self.fostered > FOSTERED {
            return Err(format!(
                "more than {FOSTERED} pieces of text stand in a table outside of its cells; close the table or put them into cells"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, check_body, markup::sanitise::prepare};

    fn refused(html: &str) -> String {
        check_body(html, Format::Html).unwrap_err()
    }

    #[test]
    fn formatting_that_is_closed_costs_nothing_and_what_is_open_counts_in_each_block() {
        let repeated = |html: &str| prepare(html).cost.repeated;
        assert_eq!(repeated("<p><b>x</b> <a href=/x>y</a></p>"), 0);
        assert_eq!(repeated("<p><b>x<p>y<p>z"), 2 * "<b></b>".len());
        // In a cell of a table an end tag closes nothing that was opened outside.
        assert_eq!(prepare("<b><table><td></b></td></table></b>").cost.bytes, "<b></b>".len());
        assert_eq!(prepare("<a href=/x>x<p><a href=/y>y").cost.left_open.len(), 1);
        assert_eq!(prepare("<b></i></u></b>").cost.bytes, 0);
    }

    #[test]
    fn formatting_left_open_before_many_paragraphs_is_refused_by_name() {
        let open: String = (0..90).map(|n| format!("<b lang=x{n}>")).collect();
        let found = refused(&format!("<p>{open}</p>{}", "<p>x".repeat(1_000)));
        assert!(found.contains("close <b>, <b>, <b> where it ends"), "{found}");
        assert!(refused(&format!("<p>{}</p>{}", open.replace("<b", "<font"), "<p>x".repeat(1_000))).contains("close <font>"));
        let title = "y".repeat(100_000);
        assert!(refused(&format!("<p><a href=/x title={title}></p>{}", "<p>x".repeat(10))).contains("close <a>"));
        let hidden = format!("<p>{open}<table><td>{}</table></p>", "</b>".repeat(90));
        assert!(refused(&format!("{hidden}{}", "<p>x".repeat(1_000))).contains("left open"));
        assert!(refused(&format!("<table><td>{}", "<b><td></b>".repeat(200))).contains("left open"));
    }

    #[test]
    fn what_stands_in_a_table_outside_of_its_cells_is_counted_and_refused() {
        let fostered = |html: &str| prepare(html).cost.fostered;
        assert_eq!(fostered("<table> <caption>a</caption>\n<tr><td>b<p>c</p><th>d</table>e<p>f</p>"), 0);
        assert_eq!(fostered("<table>a<tr>b<td>c</tr>d<td>e</td>f</table>"), 4);
        assert_eq!(fostered("<table><br></p><b><tbody><i>"), 4);
        for part in ["<p>x", "x<tr>", "<br>", "</p>", "<tr><td>x</tr>y"] {
            assert!(
                refused(&format!("<table>{}", part.repeat(1_001))).contains("outside of its cells"),
                "{part}"
            );
        }
    }

    #[test]
    fn a_long_page_of_a_word_processor_is_taken() {
        let page = "<p><b>Title</b><p><font face=x><i>text</i> <a href=/x>link</a></font><o:p/>".repeat(3_000);
        let table = format!("<table>{}</table>", "<tr><td><b>x</b><td><i><u>y</u></i>".repeat(3_000));
        let forgotten = format!("<b>{}", "<p>One more paragraph of a long text.".repeat(5_000));
        let nested = format!(
            "<table>{}</table>",
            "<tr>\n<td><table><tr><td><b>x</b><p>y</table>z\n".repeat(3_000)
        );
        for taken in [page, table, forgotten, nested] {
            assert_eq!(check_body(&taken, Format::Html), Ok(()));
        }
    }
}
