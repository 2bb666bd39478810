//! The one style sheet, with the colours of the site.

use release::Site;

/// Without the colours of any site.
const STYLE: &str = include_str!("../../../../templates/style.css");

/// The style sheet of a site. Its colours stand in the sheet, not in the pages: their policy forbids styles of their own.
pub fn style(site: &Site) -> String {
    let brand = &site.brand;
    let mut sheet = STYLE.to_owned();
    if let Some(accent) = &brand.accent {
        sheet.push_str(&format!(
            "@media (prefers-color-scheme: light) {{ :root {{ --link: {accent}; }} }}\n"
        ));
    }
    if let Some(accent) = &brand.accent_dark {
        sheet.push_str(&format!(
            "@media (prefers-color-scheme: dark) {{ :root {{ --link: {accent}; }} }}\n"
        ));
    }
    if let Some(band) = &brand.band {
        let (paper, ink) = (&band.paper, &band.ink);
        sheet.push_str(&format!(
            "@media screen {{ :root {{ --band: {paper}; --band-ink: {ink}; --band-link: {ink}; }} }}\n"
        ));
    }
    sheet
}
