//! The releases behind the golden files: a fictional conference of the Tidewater Observation Council.
//!
//! Never change one to make a test pass: what its readers see changes too. Add another one instead.

use release::{Localised, Revision, Site, Status};
use serde_json::{Value, json};

use crate::newsroom::{self, Saved};

/// A release and all its revisions.
struct Story {
    number: u32,
    /// Of an imported one.
    guid: Option<&'static str>,
    published: &'static str,
    /// Status, when saved, what was written.
    revisions: Vec<(Status, &'static str, Value)>,
    reason: Value,
}

impl Story {
    fn new(number: u32, published: &'static str, revisions: Vec<(Status, &'static str, Value)>) -> Self {
        Self {
            number,
            guid: None,
            published,
            revisions,
            reason: json!({}),
        }
    }

    fn revisions(&self, site: &Site) -> Vec<Revision> {
        let first = &self.revisions[0].2;
        let original = first["language"].as_str().unwrap();
        let first_title = first["texts"][original]["title"].as_str().unwrap();
        let one = |(n, (status, at, draft)): (u32, &(Status, &str, Value))| {
            let saved = Saved {
                number: self.number,
                revision: n,
                status: *status,
                at,
                published: self.published,
                first_title,
            };
            let mut revision = newsroom::revision(draft, site, saved).unwrap_or_else(|faults| panic!("{first_title}: {faults}"));
            revision.guid = self.guid.map(str::to_owned);
            if *status == Status::Withdrawn {
                revision.reason = serde_json::from_value::<Localised>(self.reason.clone()).unwrap();
            }
            revision
        };
        (1..).zip(&self.revisions).map(one).collect()
    }
}

/// Word of a text that nobody has released.
pub(super) const SECRET: &str = "EMBARGOED";

/// Every revision, release by release.
pub(super) fn all(site: &Site) -> Vec<Revision> {
    let stories = [
        closing(),
        hard_characters(),
        chinese(),
        right_to_left(),
        corrected(),
        withdrawn(),
        edited(),
        imported(),
        draft(),
    ];
    stories.iter().flat_map(|story| story.revisions(site)).collect()
}

fn published(at: &'static str, draft: Value) -> (Status, &'static str, Value) {
    (Status::Published, at, draft)
}

/// All six languages, an event, a picture, a file, links, contact and closing text.
fn closing() -> Story {
    let draft = json!({
        "language": "en",
        "texts": {
            "en": {"title": "Eighth Tide & Coast Data Conference closes in Hobart", "subtitle": "29 states agree on one clock for all tide gauges", "dateline": "Hobart",
                "summary": "The eighth Tide & Coast Data Conference closed on 6 June 2024 with an agreement on one clock for all tide gauges.",
                "body": "The conference closed today with **one agreement**: all tide gauges of 29 states will share one clock.\n\n- A common clock from January 2025.\n- A test that anybody can run.\n\nThe presentations are on the [conference page](https://conference.tidewater.example/2024/)."},
            "fr": {"title": "La huitième Conférence sur les données des marées et des côtes se clôt à Hobart", "subtitle": "29 États conviennent d’une horloge commune", "dateline": "Hobart",
                "body": "La conférence s’est achevée aujourd’hui : les marégraphes de 29 États partageront **une seule horloge**.\n\nLes présentations sont sur la [page de la conférence](https://conference.tidewater.example/2024/)."},
            "zh": {"title": "第八届潮汐与海岸数据会议在霍巴特闭幕", "dateline": "霍巴特", "body": "会议今天闭幕。29个国家的验潮仪将使用**同一个时钟**。"},
            "es": {"title": "La octava Conferencia de Datos de Mareas y Costas se clausura en Hobart", "dateline": "Hobart", "body": "La conferencia concluyó hoy: los mareógrafos de 29 Estados compartirán **un solo reloj**."},
            "ru": {"title": "Восьмая конференция по данным о приливах и берегах завершилась в Хобарте", "dateline": "Хобарт", "body": "Конференция завершилась сегодня: мареографы 29 государств получат **единые часы**."},
            "ar": {"title": "اختتام المؤتمر الثامن لبيانات المد والسواحل في هوبارت", "dateline": "هوبارت", "body": "اختُتم المؤتمر اليوم: ستعتمد مقاييس المد في 29 دولة **ساعة واحدة**."}
        },
        "topics": ["conferences", "technology"],
        "event": {"name": "Eighth Tide & Coast Data Conference", "start": "2024-06-04", "end": "2024-06-06", "place": "Hobart, Australia", "url": "https://conference.tidewater.example/2024/"},
        "media": [
            {"sha256": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0", "name": "closing session, hall 2.jpg", "type": "image/jpeg", "size": 204_800,
                "alt": {"en": "Delegates \"stand\" <applauding> in hall 2", "fr": "Des délégués debout"}, "caption": {"en": "The closing session", "ar": "الجلسة الختامية"}, "credit": "T. Ide & Sons"},
            {"sha256": "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "name": "最终报告.pdf", "type": "application/pdf", "size": 1_048_576}
        ],
        "links": [{"url": "https://conference.tidewater.example/2024/programme?day=3&lang=en", "label": {"en": "Programme & speakers", "fr": "Programme", "ar": "البرنامج"}}],
        "contacts": ["press"], "boilerplates": ["about"]
    });
    Story::new(1, "2024-06-06T15:00:00Z", vec![published("2024-06-06T15:00:00Z", draft)])
}

/// What breaks careless writers of XML and HTML. It stands in English only: every other feed carries it as fallback.
fn hard_characters() -> Story {
    let draft = json!({
        "language": "en",
        "texts": {"en": {"title": "Format 2.0: “a ]]> b”, R&D, <col>, &amp; 👩‍👩‍👧 and 'quotes\"", "subtitle": "AT&T & <b>not bold</b>",
            "summary": "Use <script> with care & read &lt;col&gt; as it stands: ]]>",
            "body": "<p>if (a[b[0]]>1 && c<2) // ]]&gt;</p><p onclick=\"x()\">👨‍👩‍👧‍👦 e&#x301; &eacute; &amp;amp; 5&nbsp;%<script>alert(1)</script><a href=\"../notes?a=1&amp;b=2\">notes</a></p><pre>  two\n    four</pre>", "format": "html"}},
        "topics": ["technology"]
    });
    Story::new(2, "2024-06-05T22:00:00Z", vec![published("2024-06-05T22:00:00Z", draft)])
}

/// Written in Chinese only; the slug is spelt in Latin letters. Published in the same second as the one before.
fn chinese() -> Story {
    let draft = json!({
        "language": "zh",
        "texts": {"zh": {"title": "闭幕前的公开数据日：𠮷野海岸", "body": "今天向公众开放。\n\n详情见 https://conference.tidewater.example/2024/开放日。欢迎参加！", "format": "text"}},
        "topics": ["conferences"]
    });
    Story::new(3, "2024-06-05T22:00:00Z", vec![published("2024-06-05T22:05:00Z", draft)])
}

/// Written in Arabic, with Latin names and numbers inside; French is a translation.
fn right_to_left() -> Story {
    let draft = json!({
        "language": "ar",
        "texts": {
            "ar": {"title": "إطلاق منصة \u{200f}(GaugeNet 2.0)\u{200f} للبيانات المفتوحة", "body": "توفر المنصة **1380** مقياسًا.\n\n> قال المدير: «البيانات للجميع»."},
            "fr": {"title": "Lancement de la plateforme GaugeNet 2.0", "body": "La plateforme réunit **1 380** marégraphes."}
        },
        "topics": ["technology"]
    });
    Story::new(4, "2024-06-05T07:00:00Z", vec![published("2024-06-05T07:00:00Z", draft)])
}

/// A number was wrong; the note says so. A third revision is being written and is nobody's business.
fn corrected() -> Story {
    let texts = |english: &str, french: &str| {
        json!({
            "en": {"title": "Gauges in small island states get a fund", "body": format!("The fund holds {english} million.")},
            "fr": {"title": "Un fonds pour les petits États insulaires", "body": format!("Le fonds dispose de {french} millions.")}
        })
    };
    let draft = |texts: Value| json!({"language": "en", "texts": texts, "topics": ["research"]});
    let mut second = draft(texts("4.2", "4,2"));
    second["correction"] = json!({"note": {"en": "The fund holds 4.2 million, not 42 million.", "fr": "Le fonds dispose de 4,2 millions et non de 42 millions."}});
    let mut third = second.clone();
    third["texts"]["en"]["title"] = json!(format!("{SECRET}: the fund doubles"));
    Story::new(
        5,
        "2024-06-04T22:00:00Z",
        vec![
            published("2024-06-04T22:00:00Z", draft(texts("42", "42"))),
            published("2024-06-07T08:30:00Z", second),
            (Status::Draft, "2024-06-08T08:00:00Z", third),
        ],
    )
}

/// Taken back in public, with a reason.
fn withdrawn() -> Story {
    let draft = json!({
        "language": "en",
        "texts": {
            "en": {"title": "Harbour of Oyster Bay joins the network", "body": "The harbour joins in July."},
            "es": {"title": "El puerto de Oyster Bay se suma a la red", "body": "El puerto se suma en julio."}
        },
        "topics": ["conferences"]
    });
    let mut story = Story::new(
        6,
        "2024-06-04T09:00:00Z",
        vec![
            published("2024-06-04T09:00:00Z", draft.clone()),
            (Status::Withdrawn, "2024-06-06T10:00:00Z", draft),
        ],
    );
    story.reason = json!({"en": "The harbour has not signed yet.\n\nWe apologise.", "es": "El puerto aún no ha firmado."});
    story
}

/// A new title, another topic, and a translation taken back: the same entry in the feeds where it stays.
fn edited() -> Story {
    let first = json!({
        "language": "en",
        "texts": {
            "en": {"title": "Storm surge wranings compared", "body": "Warnings in the languages people speak work best."},
            "fr": {"title": "Comparaison des alertes", "body": "Les alertes dans la langue des habitants fonctionnent le mieux."}
        },
        "topics": ["technology"]
    });
    let second = json!({
        "language": "en",
        "texts": {"en": {"title": "Storm surge warnings compared", "body": "Warnings in the languages that people speak at home work best."}},
        "topics": ["research"]
    });
    Story::new(
        7,
        "2024-06-03T12:00:00Z",
        vec![published("2024-06-03T12:00:00Z", first), published("2024-06-03T12:40:00Z", second)],
    )
}

/// From an older system: its guid stays what its readers know.
fn imported() -> Story {
    let draft = json!({
        "language": "ru",
        "texts": {"ru": {"title": "Открыта регистрация на конференцию", "body": "Регистрация открыта до 1 мая.", "format": "text"}},
        "topics": ["conferences"]
    });
    let mut story = Story::new(8, "2024-02-29T08:00:00Z", vec![published("2024-02-29T08:00:00Z", draft)]);
    story.guid = Some("tag:press.tidewater.example,2019:412");
    story
}

/// Never released.
fn draft() -> Story {
    let draft = json!({"language": "en", "texts": {"en": {"title": format!("{SECRET}: budget"), "body": format!("{SECRET} figures")}}});
    Story::new(9, "2024-06-06T16:00:00Z", vec![(Status::Draft, "2024-06-06T16:00:00Z", draft)])
}
