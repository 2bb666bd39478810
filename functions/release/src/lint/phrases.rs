//! What stands where something is still to be filled in, and how a text speaks of an embargo.

/// No sentence has these.
const FILLING: [&str; 2] = ["lorem ipsum", "insert text here"];

/// In any language's slot: they are forgotten, not translated. A sentence may have them; a place that is to be filled in is nothing else.
const UNFINISHED: [&str; 14] = [
    "to be confirmed",
    "to be determined",
    "à confirmer",
    "à compléter",
    "à préciser",
    "por confirmar",
    "por determinar",
    "подлежит уточнению",
    "будет уточнено",
    "待定",
    "待确认",
    "待补充",
    "يحدد لاحقا",
    "يؤكد لاحقا",
];

/// Words that are nothing else.
const WORDS: [&str; 5] = ["tbc", "tbd", "tba", "tktk", "todo"];

/// Names of what goes into brackets, in scripts without capitals.
const NAMES: [&str; 8] = ["姓名", "名称", "日期", "地点", "待定", "الاسم", "التاريخ", "المكان"];

/// How a text says that it must not be published before its time. A trade embargo is none.
const EMBARGO: [&str; 16] = [
    "embargoed until",
    "embargoed till",
    "embargo until",
    "under embargo",
    "strictly embargoed",
    "not for release before",
    "not for publication before",
    "sous embargo",
    "embargo jusqu",
    "bajo embargo",
    "embargado hasta",
    "embargo hasta",
    "эмбарго до",
    "под эмбарго",
    "解禁",
    "محظور النشر",
];

/// The first words of a text that may be a placeholder, within a sentence.
pub(super) fn doubtful(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    UNFINISHED
        .iter()
        .find(|phrase| lower.contains(**phrase))
        .map(|found| (*found).to_owned())
}

/// True when nothing else stands there: alone on a line, in brackets, behind a colon or a dash.
fn alone(before: &str, after: &str) -> bool {
    let begins = |c: char| "([{（【:：–—-\n".contains(c);
    let ends = |c: char| ")]}）】.。;；,،؛\n".contains(c);
    let spaces = |c: &char| c.is_whitespace() && *c != '\n';
    let before = before.chars().rev().find(|c| !spaces(c));
    let after = after.chars().find(|c| !spaces(c));
    before.is_none_or(begins) && after.is_none_or(ends)
}

/// The first placeholder of a text.
pub(super) fn placeholder(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let stands = |phrase: &&&str| {
        let mut places = lower.match_indices(**phrase);
        places.any(|(at, found)| alone(&lower[..at], &lower[at + found.len()..]))
    };
    let found = FILLING.iter().find(|phrase| lower.contains(**phrase));
    if let Some(found) = found.or_else(|| UNFINISHED.iter().find(stands)) {
        return Some((*found).to_owned());
    }
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    for word in words {
        // XX is a number too; nobody counts with four of them, or with small ones.
        let all = |letter: char| word.chars().all(|c| c == letter);
        let crosses = all('x') && word.len() >= 2 || all('X') && word.len() >= 4;
        let shouted = word.chars().all(|c| c.is_ascii_uppercase()) || word.chars().all(|c| c.is_ascii_lowercase());
        if crosses || shouted && word != "todo" && WORDS.contains(&word.to_ascii_lowercase().as_str()) {
            return Some(word.to_owned());
        }
    }
    bracketed(text)
}

/// `[NAME]`, `[DATE AND PLACE]`, `【待定】`.
fn bracketed(text: &str) -> Option<String> {
    for (open, close) in [('[', ']'), ('【', '】')] {
        let mut rest = text;
        while let Some(from) = rest.find(open) {
            rest = &rest[from + open.len_utf8()..];
            let Some(end) = rest.find(close) else { break };
            let inside = &rest[..end];
            let letters = inside.chars().filter(|c| c.is_alphabetic()).count();
            let plain = inside.chars().all(|c| c.is_uppercase() || c.is_numeric() || " _-./".contains(c));
            if plain && (2..=40).contains(&letters) || NAMES.contains(&inside.trim()) {
                return Some(format!("{open}{inside}{close}"));
            }
        }
    }
    None
}

/// The first sentence that speaks of an embargo.
pub(super) fn embargo(text: &str) -> Option<String> {
    let sentences = text.split(['\n', '。', '！', '？']).flat_map(|line| line.split_inclusive(". "));
    let mut found = sentences.filter(|sentence| {
        let lower = sentence.to_lowercase();
        EMBARGO.iter().any(|phrase| lower.contains(phrase))
    });
    found.next().map(|sentence| sentence.trim().chars().take(200).collect())
}
