//! A release in one language: its own text, or the one that stands in for it, with a notice.

use askama::Template;
use release::{Event, Lang, Site, Status};

use super::{
    day::Day,
    frame::{Alternate, Frame, Place},
    share::{Share, news_article},
    tables,
};
use crate::{Public, Words, content, path};

/// The event a release reports on.
struct Occasion {
    name: String,
    url: Option<String>,
    start: Option<Day>,
    /// Of one that lasts longer than a day.
    end: Option<Day>,
    place: Option<String>,
}

impl Occasion {
    fn new(event: &Event, language: &Lang) -> Self {
        let day = |day: &String| Day::of_event(day, language);
        Self {
            name: event.name.clone(),
            url: event.url.clone(),
            start: event.start.as_ref().map(day),
            end: event.end.as_ref().filter(|end| event.start.as_ref() != Some(*end)).map(day),
            place: event.place.clone(),
        }
    }
}

#[derive(Template)]
#[template(path = "release.html")]
struct ReleasePage {
    frame: Frame,
    /// Of the document.
    title: String,
    headline: String,
    subtitle: String,
    dateline: String,
    canonical: String,
    json: String,
    /// A `NewsArticle`.
    data: Option<String>,
    withdrawn: bool,
    fallback: bool,
    notice: String,
    shown: Lang,
    shown_dir: &'static str,
    shown_words: &'static Words,
    published: Day,
    updated: Option<Day>,
    event: Option<Occasion>,
    correction_label: String,
    /// HTML.
    correction: String,
    content: String,
    /// HTML.
    figures: String,
    files: Vec<NamedLink>,
    reason: String,
    links: Vec<NamedLink>,
    topics: Vec<NamedLink>,
    closing: String,
}

struct NamedLink {
    url: String,
    /// HTML.
    name: String,
}

/// The page of a release in `language`: its own text, or the one that stands in for it, with a notice.
///
/// # Errors
/// Never in practice: the templates are checked at compile time and written into memory.
pub fn release_page(public: &Public, site: &Site, language: &Lang) -> Result<Vec<u8>, askama::Error> {
    let Some(behind) = &public.behind else {
        return Err(askama::Error::Fmt);
    };
    let withdrawn = public.status == Status::Withdrawn;
    let shown = public.shown_for(site, language);
    let target = |tag: &Lang| site.url(&path::page(tag, &behind.path));
    let text = public.texts.get(&shown);
    let words = Words::of(language);
    let headline = behind.titles.get(&shown).cloned().unwrap_or_default();
    let in_shown = |texts| {
        let found = content::localised(texts, site, &shown);
        found.map(|(lang, text)| content::within(&shown, (lang, &content::escape(text))))
    };
    // The page in its real language is the one that counts, and the one that is translated.
    let canonical = target(if withdrawn { language } else { &shown });
    let fallback = shown != *language && !withdrawn;
    let mut frame = Frame::new(
        site,
        language,
        &Place::Beneath,
        format!("{}:{}", public.id, public.revision),
        target,
    );
    if !withdrawn {
        frame.share = Some(Share::article(public, site, &shown, canonical.clone()));
        if !fallback {
            frame.alternates = alternates(public, site, target);
        }
    }
    let page = ReleasePage {
        frame,
        title: if withdrawn {
            format!("{}{}{headline}", words.withdrawn, words.colon)
        } else {
            headline.clone()
        },
        headline,
        subtitle: text.map(|t| t.subtitle.clone()).unwrap_or_default(),
        dateline: text.map(|t| t.dateline.clone()).unwrap_or_default(),
        data: if withdrawn {
            None
        } else {
            news_article(public, site, &shown, &canonical)
        },
        canonical,
        json: public.json.clone(),
        withdrawn,
        fallback,
        notice: words.notice(&shown),
        shown_dir: shown.direction().as_str(),
        shown_words: Words::of(&shown),
        published: Day::new(public.published, language),
        updated: (public.updated.at() > public.published.at() && public.correction.is_some()).then(|| Day::new(public.updated, language)),
        event: public.event.as_ref().map(|event| Occasion::new(event, &shown)),
        correction_label: Words::of(&shown).correction.clone(),
        correction: public.correction.as_ref().and_then(|c| in_shown(&c.note)).unwrap_or_default(),
        content: text
            .map(|t| tables::framed(&t.content_html, &Words::of(&shown).table))
            .unwrap_or_default(),
        figures: {
            let pictures = public.media.iter().filter(|file| file.is_picture());
            pictures.map(|file| content::picture(file, site, &shown)).collect()
        },
        files: {
            let files = public.media.iter().filter(|file| !file.is_picture());
            let named = files.map(|file| NamedLink {
                url: file.url.clone(),
                name: in_shown(&file.file.caption).unwrap_or_else(|| content::escape(&file.file.name)),
            });
            named.collect()
        },
        reason: if withdrawn {
            content::reason(public, site, language)
        } else {
            String::new()
        },
        links: public
            .links
            .iter()
            .map(|link| NamedLink {
                url: link.url.clone(),
                name: in_shown(&link.label).unwrap_or_else(|| content::escape(&link.url)),
            })
            .collect(),
        topics: {
            let known = public.topics.iter().filter_map(|id| site.topic(id));
            let named = known.map(|topic| NamedLink {
                url: site.url(&path::topic(language, &topic.id)),
                name: content::topic_html(topic, site, language),
            });
            named.collect()
        },
        closing: content::closing_html(public, site, &shown),
        shown,
    };
    Ok(page.render()?.into_bytes())
}

/// The languages that the release really has, and for everybody else the one that readers of the default language get.
fn alternates(public: &Public, site: &Site, target: impl Fn(&Lang) -> String) -> Vec<Alternate> {
    let real = site
        .languages
        .iter()
        .map(|language| &language.tag)
        .filter(|tag| public.languages.contains(tag));
    let mut alternates: Vec<Alternate> = real
        .map(|tag| Alternate {
            language: tag.to_string(),
            url: target(tag),
        })
        .collect();
    alternates.push(Alternate {
        language: "x-default".to_owned(),
        url: target(&public.shown_for(site, site.default_language())),
    });
    alternates
}
