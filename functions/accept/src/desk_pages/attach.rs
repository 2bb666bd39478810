//! A file that is sent with the editor's form, by a browser that runs no scripts. It comes through the function, so it is a small one; with
//! scripts files go straight to S3.

use std::{convert::Infallible, sync::Arc};

use axum::{
    Extension,
    body::Body,
    extract::{Path, Request, State},
};
use bytes::Bytes;
use feed::sha256;
use http::{HeaderMap, StatusCode, header};
use multer::{Multipart, parse_boundary};
use release::{Fault, Upload, is_of_kind, kind_of};
use serde_json::json;

use super::{
    Page,
    editor::{Shown, base, page},
    form::Form,
    guard::Visit,
    parse_id,
    told::{Told, say},
};
use crate::{Desk, intake::whole, problem::Problem};

/// The name of the field that holds the file.
pub(super) const FILE: &str = "file";
/// The element of that field.
pub(super) const FIELD: &str = "upload-file";

/// A file as a browser sends it.
struct File {
    name: String,
    kind: Option<String>,
    bytes: Bytes,
}

/// The form of a request, with the file that was sent in it.
async fn parts(headers: &HeaderMap, body: Body) -> Result<(Form, Option<File>), Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let Some(boundary) = kind.and_then(|kind| parse_boundary(kind).ok()) else {
        return Ok((Form::read(whole(body).await?), None));
    };
    let body = whole(body).await?;
    let unreadable =
        |reason: multer::Error| Problem::new(StatusCode::BAD_REQUEST, format!("expected a form as browsers send it: {reason}"));
    let mut multipart = Multipart::new(futures::stream::iter([Ok::<_, Infallible>(body)]), boundary);
    let (mut pairs, mut file) = (Vec::new(), None);
    while let Some(field) = multipart.next_field().await.map_err(unreadable)? {
        let name = field.name().unwrap_or_default().to_owned();
        if name != FILE {
            let value = field.text().await.map_err(unreadable)?;
            pairs.push((name, value.replace("\r\n", "\n")));
            continue;
        }
        let (sent, kind) = (field.file_name().map(str::to_owned), field.content_type().map(ToString::to_string));
        let bytes = field.bytes().await.map_err(unreadable)?;
        // A field that nobody has used is sent without name and content.
        if let Some(name) = sent.filter(|name| !name.is_empty()) {
            file = Some(File { name, kind, bytes });
        }
    }
    Ok((Form::from(pairs), file))
}

/// The form of a request whichever way it was sent; a file in it is left out.
pub(super) async fn form(headers: &HeaderMap, body: Body) -> Result<Form, Problem> {
    Ok(parts(headers, body).await?.0)
}

/// `POST /desk/releases/{id}/attach`: the form again, not saved yet, with the file among those of the release.
pub(super) async fn take(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    Extension(visit): Extension<Visit>,
    request: Request,
) -> Page {
    let id = parse_id(&id)?;
    let (head, body) = request.into_parts();
    let (mut form, file) = parts(&head.headers, body).await?;
    let stored = base(&desk, id, &form).await?;
    let tongue = visit.visitor.tongue;
    let told = |message: String, lang| Told {
        field: FIELD.to_owned(),
        message,
        lang,
    };
    let (mut arrived, mut errors) = (None, Vec::new());
    match file {
        None => errors.push(told(tongue.words.file_none.to_owned(), None)),
        Some(file) => match keep(&desk, &file).await? {
            Ok(upload) => {
                form.attach(&upload);
                arrived = Some(file.name);
            }
            Err(faults) => errors.extend(faults.iter().map(|fault| {
                let (message, lang) = say(&fault.message, tongue);
                told(message, lang)
            })),
        },
    }
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let mut shown = Shown::new(id, &form);
    shown.stored = stored;
    shown.unsaved = true;
    shown.arrived = arrived;
    shown.errors = errors;
    page(&desk, &visit, status, shown).await
}

/// Keeps a file that is what it says, under its SHA-256; else what is wrong with it.
async fn keep(desk: &Desk, file: &File) -> Result<Result<Upload, Vec<Fault>>, Problem> {
    let sha256 = sha256(&file.bytes);
    // Browsers know few types; by the end of its name it is known as well.
    let kind = kind_of(&file.name)
        .map(str::to_owned)
        .or_else(|| file.kind.clone())
        .unwrap_or_default();
    let announced = json!({"sha256": sha256, "name": file.name, "type": kind, "size": file.bytes.len()});
    let upload = match Upload::from_json(&announced, &desk.site) {
        Ok(upload) => upload,
        Err(faults) => return Ok(Err(faults.0)),
    };
    if let Err(message) = is_of_kind(&upload.kind, &file.bytes) {
        let pointer = "/type".to_owned();
        return Ok(Err(vec![Fault { pointer, message }]));
    }
    if desk.store.arrived(&upload.sha256).await?.is_none() {
        desk.store.keep_file(&upload.sha256, &upload.kind, file.bytes.clone()).await?;
        tracing::info!(kind = upload.kind, size = upload.size, "a file came with a form");
    }
    Ok(Ok(upload))
}
