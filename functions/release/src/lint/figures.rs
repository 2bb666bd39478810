//! Figures and months that one language has and another has not.

use std::collections::BTreeSet;

use crate::Lang;
use crate::date::words;

/// Smaller numbers are written in words, or are days and list marks.
const SMALL: f64 = 13.0;
/// Named in one message.
const NAMED: usize = 6;

/// What differs, in words for a person.
pub(super) fn differ(original: &Lang, theirs: &str, language: &Lang, ours: &str) -> Option<String> {
    let (theirs, ours) = (Figures::of(theirs), Figures::of(ours));
    let mut told = Vec::new();
    let mut only = |here: &Lang, there: &Lang, found: Vec<String>| {
        if !found.is_empty() {
            let more = if found.len() > NAMED { " and others" } else { "" };
            let named = found[..found.len().min(NAMED)].join(", ");
            told.push(format!("{named}{more} in {here} and not in {there}"));
        }
    };
    let numbers = |one: &Figures, other: &Figures| one.numbers.difference(&other.numbers).cloned().collect();
    only(original, language, numbers(&theirs, &ours));
    only(language, original, numbers(&ours, &theirs));
    let months = |one: &Figures, other: &Figures| one.months.difference(&other.months).map(|month| format!("month {month}")).collect();
    only(original, language, months(&theirs, &ours));
    only(language, original, months(&ours, &theirs));
    (!told.is_empty()).then(|| format!("figures or dates differ: {}", told.join("; ")))
}

/// The numbers and months of a text.
#[derive(Debug, Default, PartialEq, Eq)]
struct Figures {
    numbers: BTreeSet<String>,
    months: BTreeSet<i8>,
}

impl Figures {
    fn of(text: &str) -> Self {
        let text = words::ascii_digits(text);
        let mut found = Self {
            months: words::months_in(&text),
            ..Self::default()
        };
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        while at < chars.len() {
            if !chars[at].is_ascii_digit() {
                at += 1;
                continue;
            }
            let mut end = at;
            // A separator belongs to a number when a digit follows; a space only before three of them.
            while end < chars.len() {
                let digits = |n: usize| (1..=n).all(|n| chars.get(end + n).is_some_and(char::is_ascii_digit));
                let three = digits(3) && !chars.get(end + 4).is_some_and(char::is_ascii_digit);
                let belongs = match chars[end] {
                    c if c.is_ascii_digit() => true,
                    '.' | ',' | '٫' | '٬' => digits(1),
                    ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’' => three,
                    _ => false,
                };
                if !belongs {
                    break;
                }
                end += 1;
            }
            let written: String = chars[at..end].iter().collect();
            found.numbers.extend(plain(&written));
            at = end;
        }
        found
    }
}

/// One spelling for `1,250.5`, `1 250,5` and `1.250,5`; none of a small number.
fn plain(written: &str) -> Option<String> {
    let marks: Vec<(usize, char)> = written.char_indices().filter(|(_, c)| !c.is_ascii_digit()).collect();
    // The last mark is a decimal one unless three digits follow it.
    let decimal = marks.last().filter(|(at, mark)| {
        let after = written[at + mark.len_utf8()..].len();
        after != 3 && matches!(mark, '.' | ',' | '٫')
    });
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (whole, rest) = match decimal {
        Some((at, mark)) => (digits(&written[..*at]), digits(&written[at + mark.len_utf8()..])),
        None => (digits(written), String::new()),
    };
    let whole = whole.trim_start_matches('0');
    let rest = rest.trim_end_matches('0');
    let number = if rest.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{rest}")
    };
    let large = number.parse::<f64>().is_ok_and(|value| value >= SMALL);
    (large || !rest.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_the_same_however_it_is_grouped() {
        for written in ["1,250.5", "1 250,5", "1.250,5", "1\u{202f}250,50", "1’250.5"] {
            assert_eq!(plain(written).as_deref(), Some("1250.5"), "{written}");
        }
        assert_eq!(
            ["180", "1,000", "1.000", "007", "12"].map(plain),
            [Some("180".to_owned()), Some("1000".to_owned()), Some("1000".to_owned()), None, None]
        );
    }

    #[test]
    fn texts_that_say_the_same_do_not_differ() {
        let [en, other] = ["en", "ar"].map(|tag| Lang::parse(tag).unwrap());
        let english = "On 9 June 2016, 180 members met; 1,250 people came, 37.5 per cent more.";
        for same in [
            "Le 9 juin 2016, 180 membres se sont réunis ; 1 250 personnes, 37,5 pour cent de plus.",
            "2016年6月9日，180个成员，1250人，37.5%。",
            "في ٩ يونيو ٢٠١٦ اجتمع ١٨٠ عضوا، وجاء ١٢٥٠ شخصا، بزيادة ٣٧٫٥ في المئة",
            "9 июня 2016 года 180 членов, 1 250 человек, на 37,5 процента больше",
        ] {
            assert_eq!(differ(&en, english, &other, same), None, "{same}");
        }
        let wrong = differ(&en, english, &other, "Le 9 juillet 2016, 108 membres ; 1 250 personnes, 37,5.").unwrap();
        assert_eq!(
            wrong,
            "figures or dates differ: 180 in en and not in ar; 108 in ar and not in en; month 6 in en and not in ar; month 7 in ar and not in en"
        );
    }
}
