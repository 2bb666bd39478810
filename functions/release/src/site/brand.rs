//! What a site looks like: logo, colours, and what stands at the foot of its pages. Colours that readers could not read are refused.

use serde::Deserialize;
use toml::Spanned;

use super::{SiteError, file::Check};

/// What text stands on, as `templates/style.css` has it: the page, and a notice.
const LIGHT: [(&str, &str); 2] = [("the page", "#ffffff"), ("a notice", "#fff6dd")];
const DARK: [(&str, &str); 2] = [("the page", "#15181c"), ("a notice", "#2b2410")];
/// WCAG 2.2, success criterion 1.4.3.
const CONTRAST: f64 = 4.5;
/// Larger than any screen shows it.
const LARGEST: u32 = 2_000;

/// What a site looks like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brand {
    /// Stands before the title of the site.
    pub logo: Option<Logo>,
    /// Links and buttons on light pages, `#rrggbb`.
    pub accent: Option<String>,
    /// The same on dark ones.
    pub accent_dark: Option<String>,
    /// The head of the pages.
    pub band: Option<Band>,
}

/// A picture of the site bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// Starts with `/media/`: the press room leaves alone what is there.
    pub path: String,
    /// In CSS pixels, so that nothing moves when it comes.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
}

/// The colours of the head of the pages, light or dark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// Behind the text, `#rrggbb`.
    pub paper: String,
    /// Of the text.
    pub ink: String,
}

/// A link at the foot of each page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegalLink {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawBrand {
    logo: Option<RawLogo>,
    accent: Option<Spanned<String>>,
    accent_dark: Option<Spanned<String>>,
    band: Option<RawBand>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLogo {
    path: Spanned<String>,
    width: Spanned<u32>,
    height: Spanned<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBand {
    paper: Spanned<String>,
    ink: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLegal {
    label: Spanned<String>,
    url: Spanned<String>,
}

impl RawBrand {
    pub(super) fn read(self, check: &Check<'_>) -> Result<Brand, SiteError> {
        let accent = |colour: Option<Spanned<String>>, key: &str, behind: &[(&str, &str)], other: &str| {
            let read = |colour: Spanned<String>| {
                let found = colour_of(check, &colour, key)?;
                for (what, paper) in behind {
                    readable(check, &colour, (key, found.as_str()), (*what, *paper), other)?;
                }
                Ok(found)
            };
            colour.map(read).transpose()
        };
        let band = |band: RawBand| {
            let paper = colour_of(check, &band.paper, "brand.band.paper")?;
            let ink = colour_of(check, &band.ink, "brand.band.ink")?;
            let other = "one that differs more from it in lightness";
            readable(
                check,
                &band.ink,
                ("brand.band.ink", ink.as_str()),
                ("brand.band.paper", paper.as_str()),
                other,
            )?;
            Ok(Band { paper, ink })
        };
        Ok(Brand {
            logo: self.logo.map(|logo| logo.read(check)).transpose()?,
            accent: accent(self.accent, "brand.accent", &LIGHT, "a darker one")?,
            accent_dark: accent(self.accent_dark, "brand.accent_dark", &DARK, "a lighter one")?,
            band: self.band.map(band).transpose()?,
        })
    }
}

impl RawLogo {
    fn read(self, check: &Check<'_>) -> Result<Logo, SiteError> {
        let path = self.path.get_ref();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '_' | '.');
        let sound =
            path.starts_with("/media/") && path.chars().all(plain) && !path.contains("..") && !path.contains("//") && !path.ends_with('/');
        check.that(sound, self.path.span().start, || {
            format!(
                "brand.logo.path is a path under /media/ of the site bucket such as /media/brand/logo.svg, of a-z, 0-9, `-`, `_` and `.`; \
                 found `{path}`. Put the file there: pages load nothing from another host"
            )
        })?;
        for (side, key) in [(&self.width, "width"), (&self.height, "height")] {
            let found = *side.get_ref();
            check.that((1..=LARGEST).contains(&found), side.span().start, || {
                format!("brand.logo.{key} is 1 to {LARGEST} CSS pixels; found {found}")
            })?;
        }
        Ok(Logo {
            path: path.clone(),
            width: self.width.into_inner(),
            height: self.height.into_inner(),
        })
    }
}

impl RawLegal {
    pub(super) fn read(self, check: &Check<'_>) -> Result<LegalLink, SiteError> {
        Ok(LegalLink {
            label: check.line(&self.label, "label of a legal link")?,
            url: check.http_url(&self.url, "url of a legal link")?.to_string(),
        })
    }
}

/// `#rgb` or `#rrggbb`, as the latter.
fn colour_of(check: &Check<'_>, colour: &Spanned<String>, key: &str) -> Result<String, SiteError> {
    let found = colour.get_ref();
    let digits = found
        .strip_prefix('#')
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let long = match digits {
        Some(digits) if digits.len() == 6 => Some(digits.to_ascii_lowercase()),
        Some(digits) if digits.len() == 3 => Some(
            digits
                .chars()
                .flat_map(|digit| [digit, digit])
                .collect::<String>()
                .to_ascii_lowercase(),
        ),
        _ => None,
    };
    long.map(|digits| format!("#{digits}"))
        .ok_or_else(|| check.fault(colour.span().start, format!("{key} is a colour such as #0b57a4; found `{found}`")))
}

fn readable(
    check: &Check<'_>,
    at: &Spanned<String>,
    (key, ink): (&str, &str),
    (what, paper): (&str, &str),
    other: &str,
) -> Result<(), SiteError> {
    let found = contrast(ink, paper);
    check.that(found >= CONTRAST, at.span().start, || {
        format!(
            "{key} `{ink}` has a contrast of {found:.1}:1 with {what} ({paper}), and readers need {CONTRAST}:1 (WCAG 2.2, 1.4.3); choose {other}"
        )
    })
}

/// Of two colours, 1 to 21 (WCAG 2.2, "contrast ratio").
fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = colour
            .get(at..at + 2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
            .unwrap_or_default();
        let part = f64::from(value) / 255.0;
        if part <= 0.040_45 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Site;

    const STYLE: &str = include_str!("../../../../templates/style.css");

    fn site(brand: &str) -> Result<Site, String> {
        let text = format!(
            "base_url = \"https://press.example.org\"\norganisation = \"Council\"\nemail = \"press@example.org\"\ntimezone = \"UTC\"\n{brand}\n\
             [[languages]]\ntag = \"en\"\ntitle = \"News\"\ndescription = \"All news.\"\nfooter = \"Harbour 1, Oyster Bay\"\n\
             legal = [{{ label = \"Imprint\", url = \"https://example.org/imprint\" }}]\n"
        );
        Site::parse(&text, "site.toml").map_err(|fault| fault.to_string())
    }

    #[test]
    fn a_brand_is_read_and_without_one_a_site_looks_as_it_is_made() {
        assert_eq!(site("").unwrap().brand, Brand::default());
        let site = site(
            "[brand]\naccent = \"#063\"\naccent_dark = \"#7FD1A8\"\nlogo = { path = \"/media/brand/logo.svg\", width = 120, height = 40 }\n\
             band = { paper = \"#003322\", ink = \"#ffffff\" }",
        )
        .unwrap();
        assert_eq!(site.brand.accent.as_deref(), Some("#006633"));
        assert_eq!(site.brand.accent_dark.as_deref(), Some("#7fd1a8"));
        assert_eq!(site.brand.band.as_ref().map(|band| band.ink.as_str()), Some("#ffffff"));
        assert_eq!(site.brand.logo.map(|logo| (logo.width, logo.height)), Some((120, 40)));
        let language = &site.languages[0];
        assert_eq!(language.footer, "Harbour 1, Oyster Bay");
        assert_eq!(language.legal[0].url, "https://example.org/imprint");
    }

    #[test]
    fn a_colour_that_nobody_could_read_is_refused_with_its_line_and_what_to_do() {
        for (brand, says) in [
            (
                "[brand]\naccent = \"#9cf\"",
                "site.toml:6: brand.accent `#99ccff` has a contrast of 1.7:1 with the page (#ffffff), and readers need 4.5:1 (WCAG 2.2, 1.4.3); \
                 choose a darker one",
            ),
            // Enough on white, not on the colour of a notice.
            (
                "[brand]\naccent = \"#747474\"",
                "site.toml:6: brand.accent `#747474` has a contrast of 4.3:1 with a notice",
            ),
            (
                "[brand]\naccent_dark = \"#0b57a4\"",
                "site.toml:6: brand.accent_dark `#0b57a4` has a contrast of 2.",
            ),
            (
                "[brand]\nband = { paper = \"#888\", ink = \"#fff\" }",
                "site.toml:6: brand.band.ink `#ffffff` has a contrast of 3.5:1",
            ),
            (
                "[brand]\naccent = \"blue\"",
                "site.toml:6: brand.accent is a colour such as #0b57a4; found `blue`",
            ),
            ("[brand]\nband = { paper = \"#000\" }", "site.toml:6: missing field `ink`"),
            ("[brand]\ncolor = \"#000\"", "site.toml:6: unknown field `color`"),
            (
                "[brand]\nlogo = { path = \"https://cdn.example/logo.svg\", width = 1, height = 1 }",
                "site.toml:6: brand.logo.path is a path under /media/",
            ),
            (
                "[brand]\nlogo = { path = \"/media/../logo.svg\", width = 1, height = 1 }",
                "site.toml:6: brand.logo.path is a path under /media/",
            ),
            (
                "[brand]\nlogo = { path = \"/media/logo.svg\", width = 0, height = 1 }",
                "site.toml:6: brand.logo.width is 1 to 2000 CSS pixels; found 0",
            ),
        ] {
            let told = site(brand).unwrap_err();
            assert!(told.starts_with(says), "{told}");
        }
        let script = site("").map(|_| ()).and(Site::parse(
            "base_url = \"https://x.example\"\norganisation = \"C\"\nemail = \"a@x.example\"\ntimezone = \"UTC\"\n[[languages]]\ntag = \"en\"\ntitle = \"N\"\n\
             description = \"D\"\nlegal = [{ label = \"L\", url = \"javascript:alert(1)\" }]\n",
            "site.toml",
        )
        .map(|_| ())
        .map_err(|fault| fault.to_string()));
        assert!(script.unwrap_err().contains("url of a legal link is an absolute http(s) URL"));
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        let near =
            |one: &str, other: &str, expected: f64| assert!((contrast(one, other) - expected).abs() < 0.01, "{}", contrast(one, other));
        near("#000000", "#ffffff", 21.0);
        near("#ffffff", "#ffffff", 1.0);
        near("#767676", "#ffffff", 4.54);
    }

    #[test]
    fn colours_are_held_against_those_of_the_style_sheet_and_its_own_can_be_read() {
        let value = |sheet: &str, name: &str| {
            let (_, rest) = sheet.split_once(&format!("--{name}: #")).unwrap();
            let digits = rest.split(';').next().unwrap();
            let long = if digits.len() == 3 {
                digits.chars().flat_map(|digit| [digit, digit]).collect()
            } else {
                digits.to_owned()
            };
            format!("#{long}")
        };
        let (light, dark) = STYLE.split_once("@media (prefers-color-scheme: dark)").unwrap();
        for (sheet, behind) in [(light, LIGHT), (dark, DARK)] {
            assert_eq!(
                [value(sheet, "paper"), value(sheet, "note")],
                behind.map(|(_, colour)| colour.to_owned())
            );
            for ink in ["ink", "link"] {
                for (_, paper) in behind {
                    assert!(contrast(&value(sheet, ink), paper) >= CONTRAST, "{ink} on {paper}");
                }
            }
            assert!(contrast(&value(sheet, "quiet"), behind[0].1) >= CONTRAST);
            // What is not text: borders of fields and notices (1.4.11).
            for line in ["edge", "note-line"] {
                assert!(contrast(&value(sheet, line), behind[0].1) >= 3.0, "{line}");
            }
        }
    }
}
