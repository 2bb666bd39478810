//! JSON Schema 2020-12 of every public JSON document, made from the types.

use release::Site;
use serde_json::{Value, json};

use crate::{Changes, ChangesPage, FeedView, Index, MonthView, MonthsView, ReleaseView, path, public::Public};

/// The kinds of documents that have a schema.
pub const NAMES: [&str; 8] = ["changes", "changes-page", "feed", "index", "month", "months", "release", "version"];

/// The schema of a kind of document as stored under `/schema/v1/`; `None` for an unknown name.
pub fn of(name: &str, site: &Site) -> Option<Value> {
    let settings = || schemars::generate::SchemaSettings::draft2020_12().into_generator();
    let schema = match name {
        "changes" => settings().into_root_schema_for::<Changes>(),
        "changes-page" => settings().into_root_schema_for::<ChangesPage>(),
        "feed" => settings().into_root_schema_for::<FeedView>(),
        "index" => settings().into_root_schema_for::<Index>(),
        "month" => settings().into_root_schema_for::<MonthView>(),
        "months" => settings().into_root_schema_for::<MonthsView>(),
        "release" => settings().into_root_schema_for::<ReleaseView>(),
        "version" => settings().into_root_schema_for::<Public>(),
        _ => return None,
    };
    let mut schema = schema.to_value();
    schema["$id"] = json!(site.url(&path::schema(name)));
    Some(schema)
}
