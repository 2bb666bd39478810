//! The whole press room in one process: embedded S3, the same handlers as on Lambda, event delivery and the site.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, bail};
use axum::{Router, extract::Request, middleware};
use jiff::SignedDuration;
use publish::{Desk, Failure, Message, furnish, publish, rebuild, sweep};
use release::Site;
use store::{Bucket, Key, Store};
use tokio::{net::TcpListener, sync::watch, task::JoinSet};
use tower::ServiceExt as _;
use tower_http::compression::CompressionLayer;
use tracing::{error, info};

use crate::{
    OpenError,
    queue::Queue,
    s3::{EmbeddedS3, Notification, Options as S3Options},
    sample, site, token,
};

/// The bucket of private revisions.
pub const CONTENT: &str = "content";
/// The bucket of public views.
pub const SITE: &str = "site";
/// In the data directory: where the S3 of the last start listens, for the commands that find the directory in use.
pub(crate) const S3_ADDRESS: &str = "s3-address";
/// In the data directory, from a change of `site.toml` until every view follows it.
const ANEW: &str = "views-to-be-made-anew";
/// The most messages in a batch: what came while the last one was published goes together.
const BATCH: usize = 1_000;
/// How long an event may take before the sweeper does its work.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);
/// How long the doors stay closed at most while every view is made anew.
const DOORS: Duration = Duration::from_secs(15);
/// How long a failed message rests before it comes again.
const REST: Duration = Duration::from_millis(500);

/// How the press room is set up.
#[derive(Debug, Clone)]
pub struct Options {
    /// Everything that must survive is in here.
    pub data: PathBuf,
    /// Site, API and desk.
    pub listen: SocketAddr,
    /// The embedded S3.
    pub s3_listen: SocketAddr,
    /// `site.toml`; the bundled sample when absent.
    pub site: Option<PathBuf>,
    /// Put the sample release into an empty store.
    pub sample: bool,
    /// A token to accept; a lasting random one when absent.
    pub token: Option<String>,
    /// One JSON line per S3 request.
    pub s3_log: Option<PathBuf>,
}

impl Options {
    /// The defaults with everything under `data`.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            s3_listen: SocketAddr::from(([127, 0, 0, 1], 8081)),
            site: None,
            sample: true,
            token: None,
            s3_log: None,
        }
    }
}

/// An open press room; nothing is served before [`PressRoom::run`].
pub struct PressRoom {
    /// What was configured.
    pub site: Site,
    /// A token of the local editor.
    pub token: String,
    /// Site, API and desk.
    pub address: SocketAddr,
    /// The embedded S3.
    pub s3_address: SocketAddr,
    s3: EmbeddedS3,
    queue: Queue,
    /// Tells that something was scheduled.
    due: Queue,
    desk: Arc<Desk>,
    accept: Arc<accept::Desk>,
    listener: TcpListener,
    s3_listener: TcpListener,
    /// Views that are made anew beside all else.
    behind: JoinSet<()>,
}

/// Opens the S3 of a data directory and the queue that its events go to: also whoever only looks at the data must not lose an event
/// that a crash left behind.
pub(crate) fn open_data(data: &Path, log: Option<PathBuf>) -> Result<(EmbeddedS3, Queue, Queue), OpenError> {
    let queue = Queue::open(data)?;
    // What was scheduled before a crash is found when the clock starts.
    let due = Queue::in_memory();
    let notification = |prefix: &str, queue: &Queue| Notification {
        bucket: CONTENT.to_owned(),
        prefix: prefix.to_owned(),
        queue: queue.clone(),
    };
    let options = S3Options {
        buckets: vec![CONTENT.to_owned(), SITE.to_owned()],
        notifications: vec![notification("releases/", &queue), notification("due/", &due)],
        log,
        ..S3Options::default()
    };
    Ok((EmbeddedS3::open(data, options)?, queue, due))
}

impl PressRoom {
    /// Opens the data directory, configures and furnishes the site, and takes the ports.
    ///
    /// # Errors
    /// When a port or the data directory is taken, `site.toml` is wrong, or the disk refuses.
    pub async fn open(options: &Options) -> anyhow::Result<Self> {
        let bind = async |address: SocketAddr, flag: &str| {
            TcpListener::bind(address)
                .await
                .with_context(|| format!("{address} is taken; stop the other program or choose another address with {flag}"))
        };
        let listener = bind(options.listen, "--listen").await?;
        let s3_listener = bind(options.s3_listen, "--s3-listen").await?;
        let (address, s3_address) = (listener.local_addr()?, s3_listener.local_addr()?);

        std::fs::create_dir_all(&options.data).with_context(|| format!("the data directory {} cannot be made", options.data.display()))?;
        let (s3, queue, due) = open_data(&options.data, options.s3_log.clone())?;
        std::fs::write(options.data.join(S3_ADDRESS), format!("http://{s3_address}\n"))
            .with_context(|| format!("{} cannot be written", options.data.join(S3_ADDRESS).display()))?;
        let (text, site) = configuration(options, address)?;
        let store = Store::new(s3.client(), CONTENT, SITE);
        let anew = options.data.join(ANEW);
        if store.get(&Key::SiteConfig).await?.is_some_and(|old| old.bytes != text.as_bytes()) {
            std::fs::write(&anew, "").with_context(|| format!("{} cannot be written", anew.display()))?;
        }
        store.put_changed(&Key::SiteConfig, text.into_bytes()).await?;
        let token = token::local(&store, &options.data, options.token.as_deref()).await?;
        let accept = Arc::new(accept::Desk::new(
            // Its URLs are for clients outside.
            Arc::new(Store::new(s3.client_for(&format!("http://{s3_address}")), CONTENT, SITE)),
            Arc::new(site.clone()),
        ));
        let desk = Arc::new(Desk::new(store, site.clone()));
        let mut room = Self {
            site,
            token,
            address,
            s3_address,
            s3,
            queue,
            due,
            desk,
            accept,
            listener,
            s3_listener,
            behind: JoinSet::new(),
        };
        room.start(&anew, options.sample).await?;
        Ok(room)
    }

    async fn start(&mut self, anew: &Path, sample: bool) -> anyhow::Result<()> {
        furnish(&self.desk).await?;
        if anew.exists() {
            let (desk, anew) = (Arc::clone(&self.desk), anew.to_owned());
            self.behind.spawn(async move { make_anew(&desk, &anew).await });
            // A small newsroom opens with all of it; a large one does not stay closed for it.
            let _ = tokio::time::timeout(DOORS, self.behind.join_next()).await;
        }
        let (releases, _) = self.desk.store.list(Bucket::Content, "releases/", None, 1).await?;
        if releases.is_empty() && sample {
            sample::post(accept::router(Arc::clone(&self.accept)), &self.token).await?;
        }
        // What was accepted before the last stop is public before the first request.
        self.drain().await;
        Ok(())
    }

    /// Publishes until the queue is empty.
    async fn drain(&self) {
        while self.queue.depth() > 0 {
            deliver(&self.queue, &self.desk, Duration::from_millis(50)).await;
        }
    }

    /// The queue between the content bucket and `publish`.
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// The embedded S3.
    pub fn s3(&self) -> &EmbeddedS3 {
        &self.s3
    }

    /// Serves until `stop` is ready, then ends what is under way.
    ///
    /// # Errors
    /// When a server fails.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let (stopping, stopped) = watch::channel(false);
        let until = |mut stopped: watch::Receiver<bool>| async move {
            let _ = stopped.wait_for(|stop| *stop).await;
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            stop.await;
            stopping.send_replace(true);
            Ok(())
        });
        let routes = routes(&self.accept, Arc::new(Store::new(self.s3.client(), CONTENT, SITE)));
        let port = self.address.port();
        let origins = [self.address.to_string(), format!("localhost:{port}")].map(|host| format!("http://{host}"));
        let s3 = self.s3.clone().open_to(origins.into());
        let (listener, s3_listener) = (self.listener, self.s3_listener);
        let stop_site = until(stopped.clone());
        tasks.spawn(async move {
            axum::serve(listener, routes)
                .with_graceful_shutdown(stop_site)
                .await
                .context("the site port failed")
        });
        let stop_s3 = until(stopped.clone());
        tasks.spawn(async move { s3.serve(s3_listener, stop_s3).await.context("the S3 port failed") });
        let clock_stopped = stopped.clone();
        let (queue, desk) = (self.queue.clone(), Arc::clone(&self.desk));
        tasks.spawn(async move {
            while !*stopped.borrow() {
                deliver(&queue, &desk, Duration::from_millis(250)).await;
            }
            Ok(())
        });
        let (mut behind, stop_behind) = (self.behind, until(clock_stopped.clone()));
        tasks.spawn(async move {
            tokio::select! {
                // It begins again at the next start.
                () = stop_behind => Ok(()),
                Some(done) = behind.join_next() => Ok(done?),
                else => Ok(()),
            }
        });
        let desk = Arc::clone(&self.desk);
        let (due, stop_embargo) = (self.due.clone(), until(clock_stopped.clone()));
        tasks.spawn(async move { embargoes(&desk, &due, stop_embargo).await });
        let desk = Arc::clone(&self.desk);
        let stop_clock = until(clock_stopped);
        tasks.spawn(async move {
            let mut minute = tokio::time::interval(Duration::from_secs(60));
            let mut stop = std::pin::pin!(stop_clock);
            loop {
                tokio::select! {
                    () = &mut stop => return Ok(()),
                    _ = minute.tick() => {}
                }
                if let Err(failure) = sweep(&desk, jiff::Timestamp::now(), PATIENCE).await {
                    error!(%failure, "the sweeper could not look");
                }
            }
        });
        while let Some(ended) = tasks.join_next().await {
            ended??;
        }
        Ok(())
    }
}

/// Makes every view anew, since `site.toml` is another one than last time. Meanwhile readers see the views of before, and publications go on.
/// One damaged release must not keep the press room closed: then the views that releases share stay as they are.
async fn make_anew(desk: &Arc<Desk>, owed: &Path) {
    info!("site.toml is another one than last time: every view is made anew");
    match rebuild(desk, &|_| {}).await {
        Ok(report) => info!(report.releases, report.mended, "every view is made anew"),
        Err(Failure::Damaged(reason)) => error!(reason, "the views could not all be made anew"),
        Err(failure) => return error!(%failure, "the views could not be made anew; the next start tries again"),
    }
    if let Err(failure) = std::fs::remove_file(owed) {
        error!(%failure, "{} cannot be removed; the next start makes every view anew", owed.display());
    }
}

/// Looks each minute, and whenever something is scheduled, what becomes public in the next minute, and makes it so at its instant.
async fn embargoes(desk: &Arc<Desk>, due: &Queue, stop: impl Future<Output = ()>) -> anyhow::Result<()> {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    let mut stop = std::pin::pin!(stop);
    // What still waits for its instant when the press room stops is found at the next start.
    let mut waiting = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut stop => return Ok(()),
            _ = minute.tick() => {}
            batch = due.receive(BATCH, Duration::from_secs(60)) => {
                if batch.is_empty() {
                    continue;
                }
                for message in batch {
                    due.delete(&message.id);
                }
            }
            Some(_) = waiting.join_next() => continue,
        }
        let desk = Arc::clone(desk);
        waiting.spawn(async move {
            if let Err(failure) = embargo::lift(&desk.store, &jiff::Timestamp::now, embargo::AHEAD).await {
                error!(%failure, "what is due could not be looked for");
            }
        });
    }
}

/// Takes one batch from the queue to `publish`; a failed message comes again, the others are done.
async fn deliver(queue: &Queue, desk: &Desk, wait: Duration) {
    let batch = queue.receive(BATCH, wait).await;
    if batch.is_empty() {
        return;
    }
    let messages: Vec<Message> = batch
        .iter()
        .map(|message| Message {
            id: message.id.clone(),
            body: message.body.clone(),
        })
        .collect();
    let outcome = publish(desk, &messages).await;
    for message in batch {
        if outcome.failed.contains(&message.id) {
            error!(message.id, message.receive_count, "a message failed and comes again");
            queue.release(&message.id, REST);
        } else {
            queue.delete(&message.id);
        }
    }
}

/// The public site of a site bucket, served as the CDN does on AWS.
pub fn public_site(store: Arc<Store>) -> Router {
    let site = Router::new().fallback(site::answer).with_state(store);
    site.layer(CompressionLayer::new()).layer(middleware::map_response(site::weaken))
}

/// `/v1`, `/health` and `/desk` are the office's; everything else is the public site.
fn routes(desk: &Arc<accept::Desk>, store: Arc<Store>) -> Router {
    let site = public_site(store);
    let api = accept::router(Arc::clone(desk));
    Router::new().fallback(move |request: Request| {
        let path = request.uri().path();
        let below = |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        let ours = path == "/health" || below("/v1") || below("/desk");
        if ours {
            api.clone().oneshot(request)
        } else {
            site.clone().oneshot(request)
        }
    })
}

fn configuration(options: &Options, address: SocketAddr) -> anyhow::Result<(String, Site)> {
    let (text, name) = match &options.site {
        Some(path) => (
            std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?,
            path.display().to_string(),
        ),
        None => (
            sample::SITE.replacen("http://127.0.0.1:8080", &format!("http://{address}"), 1),
            "the built-in site.toml".to_owned(),
        ),
    };
    match Site::parse(&text, &name) {
        Ok(site) => Ok((text, site)),
        Err(fault) => bail!("{fault}"),
    }
}
