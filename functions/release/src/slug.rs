//! Slugs: the readable part of a page's address.
//!
//! A slug is never an identity: releases are known by their id.

/// Longest slug; longer ones are cut in search results and mail.
const MAX: usize = 80;

/// `[a-z0-9-]{1,80}` from a title in any script; the same title always gives the same slug.
pub fn slug(title: &str) -> String {
    // A title is at most 300 characters: more would only be transliterated to be cut off.
    let head: String = title.chars().take(400).collect();
    let plain = deunicode::deunicode_with_tofu(&head, "");
    let mut slug = String::with_capacity(plain.len());
    for c in plain.chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            'A'..='Z' => slug.push(c.to_ascii_lowercase()),
            // `year's` reads better as `years` than as `year-s`.
            '\'' | '`' => {}
            _ if slug.ends_with('-') || slug.is_empty() => {}
            _ => slug.push('-'),
        }
    }
    if slug.len() > MAX {
        let cut = slug[..=MAX].rfind('-').filter(|at| *at >= MAX / 4).unwrap_or(MAX);
        slug.truncate(cut);
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "release".to_owned() } else { slug.to_owned() }
}

#[cfg(test)]
#[allow(non_snake_case)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn well_formed(slug: &str) -> bool {
        (1..=80).contains(&slug.len())
            && slug.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
            && !slug.starts_with('-')
            && !slug.ends_with('-')
            && !slug.contains("--")
    }

    #[test]
    fn a_title_becomes_readable_words() {
        assert_eq!(
            slug("Next year’s Forum & Exhibition, 1-3 June"),
            "next-years-forum-exhibition-1-3-june"
        );
        assert_eq!(slug("Résumé de la réunion"), "resume-de-la-reunion");
    }

    #[test]
    fn B114_titles_in_any_script_give_different_non_empty_slugs() {
        let titles = ["知识库", "ข่าวด่วน", "محمد", "🎉", "Пресс-релиз", "…", "", "闭幕", "निष्कर्ष", "Ελλάδα"];
        let slugs: Vec<String> = titles.iter().map(|title| slug(title)).collect();
        assert!(slugs.iter().all(|slug| well_formed(slug)), "{slugs:?}");
        assert_eq!(slugs[0], "zhi-shi-ku");
        assert_eq!(slugs[4], "press-reliz");
        assert_eq!(slugs[5], "release");
    }

    #[test]
    fn S10_path_tricks_do_not_survive() {
        for bad in ["../../etc/passwd", "%2e%2e", "a//b", ".", "/x", "\\", "\0", "a\r\nb", "\u{202e}fdp"] {
            assert!(well_formed(&slug(bad)), "{bad:?}");
        }
        assert_eq!(slug(&"a".repeat(2000)).len(), 80);
    }

    #[test]
    fn a_long_title_is_cut_between_words() {
        let long = slug(&"accelerating connectivity ".repeat(9));
        assert!(
            long.len() <= 80 && (long.ends_with("accelerating") || long.ends_with("connectivity")),
            "{long}"
        );
    }

    proptest! {
        #[test]
        fn any_title_gives_a_slug_that_is_its_own_slug(title in ".*") {
            let once = slug(&title);
            prop_assert!(well_formed(&once), "{}", once);
            prop_assert_eq!(slug(&once), once);
        }
    }
}
