//! The words of dates: month names of many languages, and what may stand around them.

use std::collections::BTreeSet;

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token {
    /// A day or year.
    Number(i64),
    /// A month by name.
    Month(i8),
}

impl Token {
    pub(super) fn number(&self) -> Option<i64> {
        if let Self::Number(n) = self { Some(*n) } else { None }
    }

    pub(super) fn month(&self) -> Option<i8> {
        if let Self::Month(n) = self { Some(*n) } else { None }
    }
}

/// Names of each month: English, French, Spanish, Russian, Chinese, Arabic (Egypt and the Gulf, the Levant, the Maghreb),
/// German, Portuguese, Italian; abbreviations that mean one month only.
const MONTHS: [&[&str]; 12] = [
    &[
        "january",
        "jan",
        "janvier",
        "janv",
        "enero",
        "ene",
        "январь",
        "января",
        "янв",
        "一月",
        "يناير",
        "كانون الثاني",
        "جانفي",
        "januar",
        "janeiro",
        "gennaio",
    ],
    &[
        "february",
        "feb",
        "février",
        "fevrier",
        "févr",
        "febrero",
        "февраль",
        "февраля",
        "фев",
        "二月",
        "فبراير",
        "شباط",
        "فيفري",
        "februar",
        "fevereiro",
        "febbraio",
    ],
    &["march", "mars", "marzo", "март", "марта", "三月", "مارس", "آذار", "märz", "março"],
    &[
        "april",
        "apr",
        "avril",
        "avr",
        "abril",
        "апрель",
        "апреля",
        "апр",
        "四月",
        "أبريل",
        "ابريل",
        "إبريل",
        "نيسان",
        "أفريل",
        "aprile",
    ],
    &["may", "mai", "mayo", "май", "мая", "五月", "مايو", "أيار", "ماي", "maio", "maggio"],
    &[
        "june",
        "jun",
        "juin",
        "junio",
        "июнь",
        "июня",
        "六月",
        "يونيو",
        "حزيران",
        "جوان",
        "juni",
        "junho",
        "giugno",
    ],
    &[
        "july",
        "jul",
        "juillet",
        "juil",
        "julio",
        "июль",
        "июля",
        "七月",
        "يوليو",
        "تموز",
        "جويلية",
        "juli",
        "julho",
        "luglio",
    ],
    &[
        "august",
        "aug",
        "août",
        "aout",
        "agosto",
        "август",
        "августа",
        "авг",
        "八月",
        "أغسطس",
        "اغسطس",
        "آب",
        "أوت",
    ],
    &[
        "september",
        "sept",
        "sep",
        "septembre",
        "septiembre",
        "setiembre",
        "сентябрь",
        "сентября",
        "сен",
        "九月",
        "سبتمبر",
        "أيلول",
        "setembro",
        "settembre",
    ],
    &[
        "october",
        "oct",
        "octobre",
        "octubre",
        "октябрь",
        "октября",
        "окт",
        "十月",
        "أكتوبر",
        "اكتوبر",
        "تشرين الأول",
        "oktober",
        "outubro",
        "ottobre",
    ],
    &[
        "november",
        "nov",
        "novembre",
        "noviembre",
        "ноябрь",
        "ноября",
        "ноя",
        "十一月",
        "نوفمبر",
        "تشرين الثاني",
        "novembro",
    ],
    &[
        "december",
        "dec",
        "décembre",
        "decembre",
        "déc",
        "diciembre",
        "dic",
        "декабрь",
        "декабря",
        "дек",
        "十二月",
        "ديسمبر",
        "كانون الأول",
        "dezember",
        "dezembro",
        "dicembre",
    ],
];

/// Words that say nothing: weekdays, articles, "of", "year".
const FILLERS: [&str; 66] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "lundi",
    "mardi",
    "mercredi",
    "jeudi",
    "vendredi",
    "samedi",
    "dimanche",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "sábado",
    "domingo",
    "понедельник",
    "вторник",
    "среда",
    "четверг",
    "пятница",
    "суббота",
    "воскресенье",
    "星期一",
    "星期二",
    "星期三",
    "星期四",
    "星期五",
    "星期六",
    "星期日",
    "星期天",
    "الاثنين",
    "الإثنين",
    "الثلاثاء",
    "الأربعاء",
    "الخميس",
    "الجمعة",
    "السبت",
    "الأحد",
    "de",
    "del",
    "of",
    "the",
    "le",
    "el",
    "г",
    "года",
    "год",
    "er",
    "st",
    "nd",
    "rd",
    "th",
    "го",
];

/// Arabic-Indic, Persian and full-width digits as ASCII ones.
pub(crate) fn ascii_digits(text: &str) -> String {
    let digit = |c: char| {
        let base = match c {
            '\u{660}'..='\u{669}' => 0x660,
            '\u{6f0}'..='\u{6f9}' => 0x6f0,
            '\u{ff10}'..='\u{ff19}' => 0xff10,
            _ => return c,
        };
        char::from_digit(u32::from(c) - base, 10).unwrap_or(c)
    };
    text.chars().map(digit).collect()
}

/// The parts of a text that is a date as a whole; `None` when anything else stands in it.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let text = text.to_lowercase();
    // Two-word month names become one part.
    let text = text.replace("كانون ", "كانون_").replace("تشرين ", "تشرين_");
    let mut tokens = Vec::new();
    for part in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | '/' | '-' | '،' | '–' | '’' | '\'' | 'º' | 'ª' | '°'))
    {
        let mut rest = part;
        while !rest.is_empty() {
            let (token, left) = first(rest)?;
            tokens.extend(token);
            rest = left;
        }
        if tokens.len() > 3 {
            return None;
        }
    }
    (!tokens.is_empty()).then_some(tokens)
}

/// The months that a text names; its digits are ASCII ones. Abbreviations are left out: too many are words of another language.
pub(crate) fn months_in(text: &str) -> BTreeSet<i8> {
    let text = text.replace("كانون ", "كانون_").replace("تشرين ", "تشرين_");
    let mut found = BTreeSet::new();
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
        let word = word.trim_matches(|c: char| c.is_ascii_digit());
        let name = word.to_lowercase().replace('_', " ");
        let month = MONTHS.iter().position(|names| names.contains(&name.as_str()));
        let sure = match name.as_str() {
            // A verb is small.
            "may" | "march" => word.starts_with(char::is_uppercase),
            "mai" => true,
            name => name.chars().count() > 3 || !name.is_ascii(),
        };
        if let Some(month) = month.filter(|_| sure) {
            found.extend(i8::try_from(month + 1));
        }
    }
    // 6月9日: the number is the month.
    for (at, _) in text.match_indices('月') {
        let before = &text[..at];
        let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let month = before[before.len() - digits..].parse::<i8>().ok();
        found.extend(month.filter(|month| (1..=12).contains(month)));
    }
    found
}

/// The first part of a run without separators (`9`, `1er`, `2016年6月9日`) and what is left.
fn first(run: &str) -> Option<(Option<Token>, &str)> {
    let digits = run.find(|c: char| !c.is_ascii_digit()).unwrap_or(run.len());
    if digits > 0 {
        let (number, rest) = run.split_at(digits);
        let rest = rest.strip_prefix(['年', '月', '日', '号']).unwrap_or(rest);
        return Some((Some(Token::Number(number.parse().ok()?)), rest));
    }
    let word = run.find(|c: char| c.is_ascii_digit()).map_or(run, |end| &run[..end]);
    let spaced = word.replace('_', " ");
    let rest = &run[word.len()..];
    if let Some(month) = MONTHS.iter().position(|names| names.contains(&spaced.as_str())) {
        return Some((Some(Token::Month(i8::try_from(month + 1).ok()?)), rest));
    }
    FILLERS.contains(&word).then_some((None, rest))
}
