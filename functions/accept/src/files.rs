//! Photos and files of a release: announced, sent straight to S3, looked at, and only then part of what goes on.

use std::time::{Duration, SystemTime};

use axum::response::Response;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use http::StatusCode;
use jiff::Timestamp;
use release::{Fault, Media, Revision, Status, Upload, is_of_kind, may_be_sent, picture_size};
use serde::Serialize;
use store::Store;
use uuid::Uuid;

use crate::{Desk, problem::Problem, routes::json, save::whole_seconds};

/// To send a file of 64 MiB over a slow line.
const VALID: Duration = Duration::from_secs(15 * 60);
/// Files looked at at once.
const PARALLEL: usize = 8;

/// What became of an announcement.
#[derive(Serialize, schemars::JsonSchema)]
pub(crate) struct Announced {
    #[serde(flatten)]
    file: Upload,
    /// True when the file is here already; nothing has to be sent.
    stored: bool,
    /// The one request that sends the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    upload: Option<Request>,
}

/// A request that sends a file. Its URL is a secret.
#[derive(Serialize, schemars::JsonSchema)]
#[schemars(rename = "UploadRequest")]
struct Request {
    method: &'static str,
    url: String,
    /// To be sent with it, exactly so.
    headers: std::collections::BTreeMap<String, String>,
    /// After this instant it is refused.
    #[schemars(with = "String")]
    expires: Timestamp,
}

/// Answers how to send a file, or that it is here.
pub(crate) async fn announce(desk: &Desk, id: Uuid, file: Upload) -> Result<Response, Problem> {
    if let Some(found) = desk.store.arrived(&file.sha256).await? {
        if let Err(reason) = is_of_kind(&file.kind, &found.begin) {
            return Err(Problem::fault("/type", reason));
        }
        if found.size != file.size {
            let (expected, size) = (found.size, file.size);
            return Err(Problem::fault(
                "/size",
                format!("expected {expected}, the size of the file with this SHA-256; found {size}"),
            ));
        }
        let answer = Announced {
            file,
            stored: true,
            upload: None,
        };
        return Ok(json(StatusCode::OK, &answer));
    }
    let now = (desk.now)();
    let ticket = desk
        .store
        .ticket(&file.sha256, &file.kind, file.size, system_time(now), VALID)
        .await?;
    tracing::info!(
        release.digest = release::log_name(id),
        kind = file.kind,
        size = file.size,
        "a file was announced"
    );
    let answer = Announced {
        file,
        stored: false,
        upload: Some(Request {
            method: "PUT",
            url: ticket.url,
            headers: ticket.headers,
            expires: whole_seconds(now.checked_add(VALID).unwrap_or(now)),
        }),
    };
    Ok(json(StatusCode::CREATED, &answer))
}

/// As the SDK wants it.
pub(crate) fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(at.as_second()).unwrap_or_default())
}

/// Looks at the files of a revision. Returns what is wrong: one has not arrived, or is not what was said. Those that the revision before made
/// public are known. Pictures get their size, and so do their renditions.
pub(crate) async fn inspect(revision: &mut Revision, before: Option<&Revision>, store: &Store) -> Result<Vec<Fault>, Problem> {
    let shown = before
        .filter(|before| before.status == Status::Published)
        .map_or(&[][..], |before| &before.media);
    let measured = |file: &Media| !is_picture(file) || file.files().all(|file| file.width.is_some());
    let known = |file: &Media| shown.iter().any(|known| same(known, file)) && measured(file);
    let new = revision.media.iter().enumerate().filter(|(_, file)| !known(file));
    let new: Vec<(usize, Media)> = new.map(|(n, file)| (n, file.clone())).collect();
    let files: Vec<_> = new
        .into_iter()
        .flat_map(|(n, file)| file.files().enumerate().map(move |(k, file)| (n, k, file)).collect::<Vec<_>>())
        .collect();
    let looked = stream::iter(files).map(|(n, k, file)| {
        let store = store.clone();
        async move { seen(&file, &store).await.map(|found| (n, k, found)) }
    });
    let looked: Vec<_> = looked.buffered(PARALLEL).try_collect().await?;
    let mut faults = Vec::new();
    for (n, k, found) in looked {
        // The first is the file itself.
        let at = match k.checked_sub(1) {
            None => format!("/media/{n}"),
            Some(k) => format!("/media/{n}/renditions/{k}"),
        };
        let found = found.and_then(|size| place(&mut revision.media[n], k, size));
        if let Err((name, message)) = found {
            let pointer = format!("{at}/{name}");
            faults.push(Fault { pointer, message });
        }
    }
    Ok(faults)
}

/// Notes what was measured, of the file itself or of a rendition; says what is wrong with that.
fn place(file: &mut Media, k: usize, size: Option<(u32, u32)>) -> Result<(), (&'static str, String)> {
    let Some(rendition) = k.checked_sub(1).and_then(|k| file.renditions.get_mut(k)) else {
        size_of(file, size);
        return Ok(());
    };
    (rendition.width, rendition.height) = size.unzip();
    let Some((whole, own)) = file.width.zip(file.height).zip(size) else {
        return Ok(());
    };
    // It is cut to whole pixels, in one direction or the other.
    let scaled = |of: u32, by: u32, from: u32| f64::from(of) * f64::from(by) / f64::from(from.max(1));
    let same_shape = (scaled(whole.1, own.0, whole.0) - f64::from(own.1)).abs() <= 1.0
        || (scaled(whole.0, own.1, whole.1) - f64::from(own.0)).abs() <= 1.0;
    if own.0 >= whole.0 || !same_shape {
        let ((width, height), (found_width, found_height)) = (whole, own);
        let message = format!(
            "expected the picture of {width} by {height} pixels in fewer pixels and in its shape; found {found_width} by {found_height}"
        );
        return Err(("sha256", message));
    }
    Ok(())
}

/// Files of a draft: a picture that the revision before has too is as large as it was found to be.
pub(crate) fn measured(mut files: Vec<Media>, before: Option<&Revision>) -> Vec<Media> {
    let known = before.map_or(&[][..], |before| &before.media);
    for file in &mut files {
        if let Some(known) = known.iter().find(|known| known.sha256 == file.sha256) {
            size_of(file, known.width.zip(known.height));
            for rendition in &mut file.renditions {
                let same = known.renditions.iter().find(|known| known.sha256 == rendition.sha256);
                (rendition.width, rendition.height) = same.map(|known| (known.width, known.height)).unwrap_or_default();
            }
        }
    }
    files
}

fn size_of(file: &mut Media, size: Option<(u32, u32)>) {
    (file.width, file.height) = size.unzip();
}

fn is_picture(file: &Media) -> bool {
    file.kind.starts_with("image/")
}

/// The same bytes under the same name and type, and the same renditions.
fn same(one: &Media, other: &Media) -> bool {
    let digests = |file: &Media| file.files().map(|file| (file.sha256, file.size)).collect::<Vec<_>>();
    (&one.name, &one.kind) == (&other.name, &other.kind) && digests(one) == digests(other)
}

/// The size of a picture whose file is here and is what it says, else the field that is wrong and why.
type Seen = Result<Option<(u32, u32)>, (&'static str, String)>;

async fn seen(file: &Media, store: &Store) -> Result<Seen, Problem> {
    if let Err(reason) = may_be_sent(&file.kind, Some(&file.name)) {
        return Ok(Err(("type", reason)));
    }
    let Some(found) = store.arrived(&file.sha256).await? else {
        let advice =
            "no file with this SHA-256 has arrived; announce it with POST /v1/releases/{id}/media and send it where the answer says";
        return Ok(Err(("sha256", advice.to_owned())));
    };
    if let Err(reason) = is_of_kind(&file.kind, &found.begin) {
        return Ok(Err(("type", reason)));
    }
    if found.size != file.size {
        let (expected, size) = (found.size, file.size);
        return Ok(Err((
            "size",
            format!("expected {expected}, the size of the file that arrived; found {size}"),
        )));
    }
    Ok(Ok(is_picture(file).then(|| picture_size(&found.begin)).flatten()))
}

/// Where browsers send files to and see them from: scheme, host and port of the signed addresses.
pub(crate) async fn origin(desk: &Desk) -> Result<String, Problem> {
    let address = look(desk, &"0".repeat(64), "image/jpeg").await?;
    let parsed = url::Url::parse(&address).map(|url| url.origin().ascii_serialization());
    Ok(parsed.unwrap_or_default())
}

/// Where a file that has arrived can be seen by the office, for a while.
pub(crate) async fn look(desk: &Desk, sha256: &str, kind: &str) -> Result<String, Problem> {
    // It comes from a form: nothing but files is signed for.
    if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Problem::unknown("this file"));
    }
    Ok(desk.store.private_url(sha256, kind, system_time((desk.now)()), VALID).await?)
}
