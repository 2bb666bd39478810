//! One seed: a press office that saves, a queue, three publishers and a sweeper at once, and S3 on a bad day. Time is virtual.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_sdk_s3::Client;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use local::s3::{EmbeddedS3, Options};
use publish::{Crew, Desk, Message, Pace, furnish, publish, sweep};
use release::{Revision, Site};
use store::{Created, Key, Store};
use tokio::time::{Instant, sleep};

use super::{
    CONTENT, SITE,
    faults::Script,
    newsroom::Newsroom,
    observe::{Observer, Wrong},
    queue::{Queue, Taken},
    stats::Stats,
};

/// Publishers at once; the last one is slow.
const PUBLISHERS: usize = 3;
/// Who writes, for the observer and the traces.
const SWEEPER: usize = PUBLISHERS;
const OFFICE: usize = PUBLISHERS + 1;
const HOUSE: usize = PUBLISHERS + 2;
/// Where the virtual clock starts, in milliseconds since 1970.
const EPOCH: u64 = 1_768_900_000_000;
/// Clocks of different machines differ by this much.
const SKEW: u64 = 600_000;
/// A later run of the sweeper sees that a save was never finished.
const LATER: SignedDuration = SignedDuration::from_hours(2);

pub(super) struct World {
    pub(super) site: Site,
    pub(super) observer: Arc<Observer>,
    pub(super) stats: Arc<Stats>,
    pub(super) scripts: Vec<Arc<Script>>,
    s3: EmbeddedS3,
    queue: Queue,
    start: Instant,
    faults: AtomicBool,
    /// In every other seed, months are large from two releases on: their renderings take turns.
    turns: bool,
}

impl World {
    pub(super) async fn open(seed: u64, stats: Arc<Stats>) -> Arc<Self> {
        let options = Options {
            buckets: vec![CONTENT.to_owned(), SITE.to_owned()],
            memory: true,
            ..Options::default()
        };
        let observer = Arc::new(Observer::default());
        let mut rng = Rng::with_seed(seed);
        let script = |who| {
            let slow = who == PUBLISHERS - 1;
            Arc::new(Script::new(who, slow, rng.u64(..), Arc::clone(&observer), Arc::clone(&stats)))
        };
        Arc::new(Self {
            site: Site::parse(include_str!("site.toml"), "site.toml").unwrap(),
            scripts: (0..=HOUSE).map(script).collect(),
            s3: EmbeddedS3::open(Path::new("unused"), options).unwrap(),
            queue: Queue::default(),
            start: Instant::now(),
            faults: AtomicBool::new(false),
            turns: seed % 2 == 1,
            observer,
            stats,
        })
    }

    /// A new process of somebody: it remembers nothing, and its clock is its own.
    fn desk(&self, who: usize) -> Desk {
        let client = self.s3.client_with(Arc::clone(&self.scripts[who]) as Arc<_>);
        let mut desk = Desk::new(self.store(client, who), self.site.clone());
        if self.turns {
            desk.pace = Pace::of(2, 1);
            desk.crew = Crew::of(128);
        }
        desk
    }

    /// What the last run of the sweeper took for the time.
    pub(super) fn house_clock(&self) -> Timestamp {
        self.store(self.s3.client(), HOUSE).now()
    }

    fn store(&self, client: Client, who: usize) -> Store {
        let (start, skew) = (self.start, SKEW * who as u64 / PUBLISHERS as u64);
        let now = move || EPOCH + skew + u64::try_from(start.elapsed().as_millis()).unwrap();
        Store::new(client, CONTENT, SITE).with_clock(now)
    }

    /// A store without faults that nobody observes.
    pub(super) fn reader(&self) -> Store {
        Store::new(self.s3.client(), CONTENT, SITE)
    }

    fn faulty(&self) -> bool {
        self.faults.load(Ordering::Relaxed)
    }

    /// The whole story: saves, then peace, then whatever must be left of it.
    pub(super) async fn live(self: &Arc<Self>, newsroom: &mut Newsroom, seed: u64, operations: u32) -> Wrong {
        let mut rng = Rng::with_seed(seed ^ 0x5eed);
        self.scripts[HOUSE].begin(false);
        furnish(&self.desk(HOUSE)).await.map_err(|failure| failure.to_string())?;
        self.faults.store(true, Ordering::Relaxed);
        let publishers: Vec<_> = (0..PUBLISHERS)
            .map(|who| tokio::spawn(publisher(Arc::clone(self), who, Rng::with_seed(rng.u64(..)))))
            .collect();
        let sweeper = tokio::spawn(sweeper(Arc::clone(self), Rng::with_seed(rng.u64(..))));
        let office = self.desk(OFFICE).store;
        for _ in 0..operations {
            let revision = newsroom.next(&self.site, &self.stats);
            self.save(&office, newsroom, revision, &mut rng).await?;
            let rest = match rng.u32(0..10) {
                0..5 => rng.u64(0..20),
                5..9 => rng.u64(0..300),
                _ => rng.u64(0..4_000),
            };
            sleep(Duration::from_millis(rest)).await;
            self.observer.verdict()?;
        }
        // Peace.
        self.faults.store(false, Ordering::Relaxed);
        self.scripts.iter().for_each(|script| script.calm());
        sweeper.await.map_err(|e| e.to_string())?;
        self.queue.close();
        for publisher in publishers {
            publisher.await.map_err(|e| e.to_string())?;
        }
        self.observer.verdict()?;
        self.scripts[HOUSE].begin(false);
        let swept = sweep(&self.desk(HOUSE), Timestamp::now() + LATER, SignedDuration::ZERO)
            .await
            .map_err(|failure| failure.to_string())?;
        self.stats.add("swept at last", swept.published.len() as u64);
        if !swept.failed.is_empty() {
            return Err(format!("in peace the sweeper cannot publish {:?}", swept.failed));
        }
        self.observer.verdict()
    }

    /// Saves as `accept` does: a marker, then the revision, and S3 tells the queue.
    async fn save(&self, office: &Store, newsroom: &mut Newsroom, revision: Revision, rng: &mut Rng) -> Wrong {
        self.scripts[OFFICE].begin(true);
        let key = Key::Revision(revision.id, revision.revision);
        self.observer.saves(&revision);
        let saved = async {
            if revision.status.is_public() {
                let marker = Key::Pending(revision.id, revision.revision);
                office.put(&marker, revision.at.to_string().into_bytes()).await?;
            }
            office.create(&key, revision.to_bytes()).await
        };
        let outcome = tokio::select! {
            biased;
            () = self.scripts[OFFICE].death() => None,
            outcome = saved => Some(outcome),
        };
        let there = self.reader().get(&key).await.map_err(|e| e.to_string())?;
        if let Some(Ok(created)) = &outcome {
            let whole = there.as_ref().is_some_and(|found| found.bytes == revision.to_bytes());
            if *created != Created::New || !whole {
                return Err(format!("{key} was acknowledged as {created:?} and is not what was saved"));
            }
        }
        // An answer that was lost leaves open whether it is stored: the bucket says.
        if there.is_some() {
            self.announce(&key, rng);
            newsroom.stored(revision);
        } else {
            self.stats.count("save that failed");
        }
        Ok(())
    }

    /// Events of one write: late, several times, or never.
    fn announce(&self, key: &Key, rng: &mut Rng) {
        let times = match rng.u32(0..20) {
            0 => 0,
            1..14 => 1,
            14..18 => 2,
            _ => 3,
        };
        if times == 0 {
            self.stats.count("event dropped");
        }
        let record = |key: String| serde_json::json!({"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}});
        for _ in 0..times {
            self.stats.count("event");
            let delay = match rng.u32(0..10) {
                0..7 => rng.u64(0..100),
                7..9 => rng.u64(0..5_000),
                _ => rng.u64(0..60_000),
            };
            let body = serde_json::json!({"Records": [record(key.path())]}).to_string();
            self.queue.send(body, Duration::from_millis(delay));
        }
        let odd = match rng.u32(0..40) {
            0 => "{\"Records\": [{\"s3\": {}}]}".to_owned(),
            1 => "poison".to_owned(),
            2 => serde_json::json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}).to_string(),
            3 => serde_json::json!({"Records": [record("releases/readme.txt".to_owned())]}).to_string(),
            4 => serde_json::json!({"Records": [record(key.path()), record("en/rss.xml".to_owned())]}).to_string(),
            _ => return,
        };
        self.stats.count("odd message");
        self.queue.send(odd, Duration::from_millis(rng.u64(0..2_000)));
    }

    /// Messages that nobody could read, and others that failed too often.
    pub(super) fn dead_letters(&self) -> Vec<Message> {
        self.queue.dead()
    }
}

/// A function instance after the other: each takes batches until its process dies.
async fn publisher(world: Arc<World>, who: usize, mut rng: Rng) {
    let script = Arc::clone(&world.scripts[who]);
    let mut desk = world.desk(who);
    while let Some(batch) = world.queue.receive(rng.usize(1..=10), &mut rng).await {
        world.stats.count("batch");
        script.begin(world.faulty());
        if rng.u32(0..8) == 0 {
            desk.store.forget();
        }
        let messages: Vec<Message> = batch.iter().map(|taken| taken.message.clone()).collect();
        let outcome = tokio::select! {
            biased;
            () = script.death() => None,
            outcome = publish(&desk, &messages) => Some(outcome),
        };
        match outcome {
            Some(outcome) => {
                world.observer.published(&outcome.published);
                settle(&world, batch, &mut rng, |taken| outcome.failed.contains(&taken.message.id));
            }
            None => {
                desk = world.desk(who);
                settle(&world, batch, &mut rng, |_| true);
            }
        }
        // Others come meanwhile, and go together.
        sleep(Duration::from_millis(rng.u64(0..1_500))).await;
    }
}

fn settle(world: &World, batch: Vec<Taken>, rng: &mut Rng, failed: impl Fn(&Taken) -> bool) {
    for taken in batch {
        if failed(&taken) {
            world.queue.release(taken, Duration::from_millis(rng.u64(100..5_000)));
        } else {
            world.queue.delete();
        }
    }
}

/// Runs now and then, as impatient as can be: it meets the publishers at their work.
async fn sweeper(world: Arc<World>, mut rng: Rng) {
    let script = Arc::clone(&world.scripts[SWEEPER]);
    let mut desk = world.desk(SWEEPER);
    loop {
        for _ in 0..rng.u32(5..25) {
            sleep(Duration::from_secs(1)).await;
            if !world.faulty() {
                return;
            }
        }
        script.begin(true);
        let outcome = tokio::select! {
            biased;
            () = script.death() => None,
            outcome = sweep(&desk, Timestamp::now() + SignedDuration::from_secs(1), SignedDuration::ZERO) => outcome.ok(),
        };
        match outcome {
            Some(swept) => {
                world.stats.add("swept", swept.published.len() as u64);
                world.observer.published(&swept.published);
            }
            None => desk = world.desk(SWEEPER),
        }
    }
}
