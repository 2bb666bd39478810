//! The queue as plain files: `queue/{id}.{receives}.json` is a message, `queue/{id}.held` one not yet published.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Message;
use crate::lock::{DirectoryLock, OpenError, sync_directory};

#[derive(Debug)]
pub(super) struct Files {
    queue: PathBuf,
    dead: PathBuf,
    _lock: DirectoryLock,
}

impl Files {
    /// Opens the directories and returns the waiting and the dead messages, oldest first.
    pub(super) fn open(data: &Path) -> Result<(Self, Vec<Message>, Vec<Message>), OpenError> {
        let (queue, dead) = (data.join("queue"), data.join("dead-letters"));
        let lock = DirectoryLock::acquire(data, &queue)?;
        fs::create_dir_all(&dead).map_err(OpenError::io(&dead))?;
        let waiting = read(&queue).map_err(OpenError::io(&queue))?;
        let buried = read(&dead).map_err(OpenError::io(&dead))?;
        Ok((Self { queue, dead, _lock: lock }, waiting, buried))
    }

    fn held(&self, message: &Message) -> PathBuf {
        self.queue.join(format!("{}.held", message.id))
    }

    fn path(&self, message: &Message, receives: u32) -> PathBuf {
        self.queue.join(format!("{}.{receives}.json", message.id))
    }

    pub(super) fn hold(&self, message: &Message) -> io::Result<()> {
        let path = self.held(message);
        let written = File::create(&path).and_then(|mut file| {
            file.write_all(message.body.as_bytes())?;
            file.sync_data()
        });
        if written.is_err() {
            self.forget(message);
        }
        written
    }

    pub(super) fn publish(&self, message: &Message) -> io::Result<()> {
        fs::rename(self.held(message), self.path(message, 0))?;
        sync_directory(&self.queue)
    }

    pub(super) fn forget(&self, message: &Message) {
        quiet(fs::remove_file(self.held(message)), "forget");
    }

    /// The count is only a brake on poison: losing one to a power cut costs one more try.
    pub(super) fn count(&self, message: &Message, receives: u32) {
        quiet(
            fs::rename(self.path(message, message.receive_count), self.path(message, receives)),
            "count",
        );
    }

    pub(super) fn delete(&self, message: &Message) {
        quiet(fs::remove_file(self.path(message, message.receive_count)), "delete");
    }

    pub(super) fn bury(&self, message: &Message) {
        let to = self.dead.join(format!("{}.{}.json", message.id, message.receive_count));
        quiet(fs::rename(self.path(message, message.receive_count), to), "bury");
    }
}

/// A lost rename or unlink means one more delivery, which every receiver must bear anyway.
fn quiet(result: io::Result<()>, what: &str) {
    if let Err(error) = result
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(%error, "queue: cannot {what} a message file");
    }
}

fn read(directory: &Path) -> io::Result<Vec<Message>> {
    let mut messages = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.ends_with(".held") {
            // Its sender was never told that it arrived.
            fs::remove_file(&path)?;
            continue;
        }
        let Some((id, receives)) = name.strip_suffix(".json").and_then(|stem| stem.rsplit_once('.')) else {
            continue;
        };
        let Ok(receive_count) = receives.parse() else { continue };
        messages.push(Message {
            id: id.to_owned(),
            body: fs::read_to_string(&path)?,
            receive_count,
        });
    }
    messages.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(messages)
}
