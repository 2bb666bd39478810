//! The `OpenAPI` 3.1 document: calls from [`Operation`], bodies from the types that are read and written.

use release::{FIELDS, Lint, Revision, Role, Site, Step, Upload};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use crate::{
    board::Board,
    files::Announced,
    operation::Operation,
    problem::Document,
    routes::{HistoryPage, Saved},
};

/// The whole document.
pub(crate) fn document(site: &Site) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut types = settings.into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for operation in Operation::all() {
        let described = describe(operation, &mut types);
        let path = paths.entry(operation.path()).or_insert_with(|| json!({}));
        path[operation.method().as_str().to_lowercase()] = described;
    }
    let stored = Revision::json_schema(&mut types).to_value();
    let mut schemas: Map<String, Value> = types.take_definitions(true).into_iter().collect();
    let release = sent(&schemas, &stored["properties"]);
    schemas.extend(release);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("{}: press office", site.organisation),
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Each call that changes something makes a revision; nothing is ever overwritten. Errors are problem details (RFC 9457) that name every fault at once.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "description": "A token of the press office, from `pressroom token create`."}},
        },
    })
}

/// What is sent as a release: the fields of a stored one that are not ours to say, and no others.
fn sent(schemas: &Map<String, Value>, saved: &Value) -> Map<String, Value> {
    let mut all = Map::new();
    let names = ["Text", "Event", "Media", "Link", "Correction"];
    for name in names {
        let mut schema = schemas.get(name).cloned().unwrap_or_default();
        schema["additionalProperties"] = json!(false);
        all.insert(format!("Sent{name}"), schema);
    }
    let fields = FIELDS.iter().map(|name| ((*name).to_owned(), saved[*name].clone()));
    let mut release = json!({
        "type": "object",
        "properties": fields.collect::<Map<_, _>>(),
        "required": ["texts"],
        "additionalProperties": false,
    });
    release["properties"]["status"] = json!({"enum": ["draft", "submitted", "scheduled", "published"]});
    release["properties"]["texts"]["minProperties"] = json!(1);
    all.insert("SentRelease".to_owned(), release);
    let mut text = Value::Object(all).to_string();
    for name in names {
        text = text.replace(
            &format!("\"#/components/schemas/{name}\""),
            &format!("\"#/components/schemas/Sent{name}\""),
        );
    }
    serde_json::from_str(&text).unwrap_or_default()
}

/// What a call answers when all is well.
enum Good {
    Saved(u16),
    Json(u16, Value),
    Page,
}

fn of<T: JsonSchema>(types: &mut SchemaGenerator) -> Value {
    types.subschema_for::<T>().to_value()
}

fn describe(operation: Operation, types: &mut SchemaGenerator) -> Value {
    let step_summary;
    let summary = match operation {
        Operation::Health => "Liveness.",
        Operation::OpenApi => "This document.",
        Operation::List => "The board, newest first.",
        Operation::Create => "Makes a release. Texts may be sent as they are, with Content-Language.",
        Operation::CheckNew => "Says what is probably wrong with a release; saves nothing.",
        Operation::Latest => "The latest revision.",
        Operation::Replace => "Saves the next revision, or makes a release under an id of the client.",
        Operation::Check => "Says what is probably wrong with the latest revision, or with what is sent as the next one; saves nothing.",
        Operation::Media => "Announces a file. The answer says how to send it, once; then name it in `media` of the release.",
        Operation::Preview => "The page as it will look; private.",
        Operation::History => "Who did what and when.",
        Operation::One => "One revision.",
        Operation::Step(step) => {
            step_summary = match step {
                Step::Submit => "A draft is ready for approval.",
                Step::Approve => "Somebody else has read exactly this content.",
                Step::Publish => "It becomes public now.",
                Step::Schedule => "It becomes public at a time to come, in all languages at once.",
                Step::Withdraw => "It is taken back in public, with a reason.",
                Step::Restore => "It was withdrawn by mistake.",
            };
            step_summary
        }
    };
    let good = match operation {
        Operation::Health => Good::Json(
            200,
            json!({"type": "object", "properties": {"status": {"const": "ok"}}, "required": ["status"]}),
        ),
        Operation::OpenApi => Good::Json(200, json!({"type": "object"})),
        Operation::List => Good::Json(200, of::<Board>(types)),
        Operation::Create => Good::Saved(201),
        Operation::CheckNew | Operation::Check => Good::Json(200, of::<Lint>(types)),
        Operation::Latest | Operation::Replace | Operation::One | Operation::Step(_) => Good::Saved(200),
        Operation::Media => Good::Json(201, of::<Announced>(types)),
        Operation::Preview => Good::Page,
        Operation::History => Good::Json(200, of::<HistoryPage>(types)),
    };
    let mut answers = Map::new();
    let etag = json!({"ETag": {"description": "The number of the revision, in quotes.", "schema": {"type": "string"}}});
    match good {
        Good::Saved(status) => {
            let content = json!({"application/json": {"schema": of::<Saved<'static>>(types)}});
            let mut answer = json!({"description": "The stored revision.", "headers": etag, "content": content});
            if matches!(operation, Operation::Replace) {
                answers.insert("201".to_owned(), answer.clone());
            }
            if status == 201 {
                answer["headers"]["Location"] = json!({"schema": {"type": "string"}});
            }
            answers.insert(status.to_string(), answer);
        }
        Good::Json(status, schema) => {
            let answer = json!({"description": "As asked.", "content": {"application/json": {"schema": schema}}});
            if matches!(operation, Operation::Media) {
                answers.insert("200".to_owned(), answer.clone());
            }
            answers.insert(status.to_string(), answer);
        }
        Good::Page => {
            answers.insert(
                "200".to_owned(),
                json!({"description": "The page.", "content": {"text/html": {"schema": {"type": "string"}}}}),
            );
        }
    }
    if matches!(operation, Operation::Latest) {
        answers.insert("304".to_owned(), json!({"description": "Unchanged.", "headers": etag}));
    }
    let problem = of::<Document<'static>>(types);
    for status in refusals(operation) {
        answers.insert(
            status.to_string(),
            json!({
                "description": refusal(*status),
                "content": {"application/problem+json": {"schema": problem}},
            }),
        );
    }
    let mut described = json!({
        "operationId": operation.id(),
        "summary": summary,
        "parameters": parameters(operation),
        "responses": answers,
    });
    if let Some(body) = body(operation, types) {
        described["requestBody"] = body;
    }
    match operation.role() {
        None => described["security"] = json!([]),
        Some(role) => {
            let least = match role {
                Role::Author => "author, editor or admin",
                Role::Editor => "editor or admin",
                Role::Admin => "admin",
            };
            described["description"] = json!(format!("Needs a token with the role {least}."));
        }
    }
    described
}

fn refusals(operation: Operation) -> &'static [u16] {
    match operation {
        Operation::Health | Operation::OpenApi => &[],
        Operation::List => &[401, 422, 503],
        Operation::Create | Operation::CheckNew => &[400, 401, 403, 409, 413, 415, 422, 503],
        Operation::Replace => &[400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 503],
        Operation::Check => &[400, 401, 403, 404, 409, 413, 415, 422, 503],
        Operation::Media => &[400, 401, 404, 413, 415, 422, 503],
        Operation::Preview => &[401, 404, 422, 503],
        Operation::Latest | Operation::History | Operation::One => &[401, 404, 503],
        Operation::Step(_) => &[400, 401, 403, 404, 409, 412, 413, 415, 422, 503],
    }
}

fn refusal(status: u16) -> &'static str {
    match status {
        400 => "The body is not what its type says.",
        401 => "No token, or one that nobody has.",
        403 => "The token's role is too small.",
        404 => "Nothing is here.",
        409 => "The release does not stand where it must for this.",
        412 => "Somebody else has saved meanwhile; the answer's ETag is the latest revision.",
        413 => "The body is too large.",
        415 => "The body is of another type than is accepted.",
        422 => "What was sent cannot be right; `errors` names every fault.",
        428 => "If-Match or If-None-Match is missing.",
        _ => "The store does not answer at the moment.",
    }
}

fn parameters(operation: Operation) -> Value {
    let path = |name: &str, schema: Value| json!({"name": name, "in": "path", "required": true, "schema": schema});
    let query =
        |name: &str, description: &str, schema: Value| json!({"name": name, "in": "query", "description": description, "schema": schema});
    let header =
        |name: &str, description: &str, schema: Value| json!({"name": name, "in": "header", "description": description, "schema": schema});
    let text = || json!({"type": "string"});
    let overriding = query(
        "override",
        "Why errors do not stop it; recorded.",
        json!({"type": "string", "minLength": 1, "maxLength": 1000}),
    );
    let status = query(
        "status",
        "Of a text; a release as JSON says its own.",
        json!({"enum": ["draft", "submitted", "published"]}),
    );
    let language = header("Content-Language", "Of a text; the site's first one when absent.", text());
    let key = header(
        "Idempotency-Key",
        "The same key and body within 24 hours give the same answer.",
        json!({"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}),
    );
    let match_latest = header("If-Match", "The ETag of the revision this is of.", json!({"type": "string"}));
    let mut all = Vec::new();
    if operation.path().contains("{id}") {
        all.push(path("id", json!({"type": "string", "format": "uuid"})));
    }
    match operation {
        Operation::Health | Operation::OpenApi | Operation::Latest | Operation::History | Operation::Media => {}
        Operation::List => all.extend([
            query(
                "status",
                "Only of this status.",
                json!({"enum": ["draft", "submitted", "scheduled", "published", "withdrawn"]}),
            ),
            query(
                "cursor",
                "`next` of an earlier answer.",
                json!({"type": "string", "format": "uuid"}),
            ),
            query(
                "limit",
                "Lines at most.",
                json!({"type": "integer", "minimum": 1, "maximum": 100, "default": 20}),
            ),
        ]),
        Operation::Create => all.extend([status, language, key, overriding]),
        Operation::CheckNew | Operation::Check => all.extend([status, language]),
        Operation::Replace => all.extend([
            match_latest,
            header("If-None-Match", "`*` makes a release under a fresh UUIDv7.", json!({"const": "*"})),
            status,
            language,
            overriding,
        ]),
        Operation::Preview => all.extend([
            query("lang", "A language of the site.", text()),
            query(
                "revision",
                "Another one than the latest.",
                json!({"type": "integer", "minimum": 1, "maximum": u32::MAX}),
            ),
        ]),
        Operation::One => all.push(path("n", json!({"type": "integer", "minimum": 1, "maximum": u32::MAX}))),
        Operation::Step(_) => all.extend([match_latest, key]),
    }
    Value::Array(all)
}

fn body(operation: Operation, types: &mut SchemaGenerator) -> Option<Value> {
    let as_json = |schema: Value| json!({"application/json": {"schema": schema}});
    let text = json!({"schema": {"type": "string"}});
    Some(match operation {
        Operation::Create | Operation::CheckNew | Operation::Replace | Operation::Check => json!({
            "required": operation != Operation::Check,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/SentRelease"}},
                "text/plain": text, "text/markdown": text, "text/html": text,
            },
        }),
        Operation::Media => {
            let mut upload = Upload::json_schema(types).to_value();
            upload["additionalProperties"] = json!(false);
            json!({"required": true, "content": as_json(upload)})
        }
        Operation::Step(step) => {
            let line = json!({"type": "string", "minLength": 1, "maxLength": 2000});
            let each = json!({"type": "object", "additionalProperties": line, "minProperties": 1});
            let field = |name: &&str| {
                let schema = match *name {
                    "reason" => json!({"oneOf": [line, each], "description": "For readers."}),
                    "at" => json!({"type": "string", "description": "RFC 3339 with an offset."}),
                    _ => line.clone(),
                };
                ((*name).to_owned(), schema)
            };
            let fields: Map<String, Value> = step.fields().iter().map(field).collect();
            let mut schema = json!({"type": "object", "properties": fields, "additionalProperties": false});
            let required: &[&str] = match step {
                Step::Schedule => &["at"],
                Step::Withdraw => &["reason"],
                _ => &[],
            };
            if !required.is_empty() {
                schema["required"] = json!(required);
            }
            json!({"required": !required.is_empty(), "content": as_json(schema)})
        }
        _ => return None,
    })
}
