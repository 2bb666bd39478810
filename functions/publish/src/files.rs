//! Photos and files of a release: in public while it is, and no longer.

use feed::Public;
use release::Media;
use tracing::error;
use uuid::Uuid;

use crate::{Desk, Failure, crew};

/// Files under way at once; each is copied within S3.
const PARALLEL: usize = 16;

/// Shows the files of a public revision. One that is not there is told of: the text must not wait for it.
pub(crate) async fn show(desk: &Desk, public: &Public) -> Result<(), Failure> {
    let (id, revision) = (public.id, public.revision);
    let work = files(public).into_iter().map(|file| {
        let store = desk.store.clone();
        async move {
            let shown = store.show_file(&file.sha256, &file.name, &file.kind, id).await?;
            if !shown {
                error!(release.id = %id, revision, sha256 = file.sha256, "a file of a public release is not in the content bucket; send it again");
            }
            Ok::<_, Failure>(())
        }
    });
    crew::all(PARALLEL, work).await.into_iter().collect()
}

/// Takes files from the public, unless another release shows them.
pub(crate) async fn hide(desk: &Desk, release: Uuid, public: &Public) -> Result<(), Failure> {
    let work = files(public).into_iter().map(|file| {
        let store = desk.store.clone();
        async move { Ok::<_, Failure>(store.hide_file(&file.sha256, &file.name, &file.kind, release).await?) }
    });
    crew::all(PARALLEL, work).await.into_iter().collect()
}

fn files(public: &Public) -> Vec<Media> {
    public.media.iter().flat_map(|media| media.file.files()).collect()
}
