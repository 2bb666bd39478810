//! `pressroom`: the whole press room on this machine, and the commands around it.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use local::{Audit, Call, Office, Options, Post, PressRoom, Source, TokenChange, Tokens, said};
use release::{Lang, Role, Step};
use serde_json::Value;

/// As `publish` has it: feeds are rendered into large buffers, again and again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Publishes news and announcements in several languages as pages, feeds and a JSON index.
#[derive(Parser)]
#[command(name = "pressroom", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Subcommand)]
enum Command {
    /// Start the press room (the default).
    Serve(Serve),
    /// Post releases to a running press room; the type goes by the extension: .json, .txt, .md, .html.
    Post(PostArgs),
    /// Releases: the board, their history, and each change of status.
    #[command(subcommand)]
    Release(ReleaseCommand),
    /// Tokens of the press office: made, listed and revoked.
    #[command(subcommand)]
    Token(TokenCommand),
    /// Compare everything public with what the releases say, and list what differs. Ends with 1 when anything does, with 2 when it could
    /// not look.
    Verify(AuditArgs),
    /// Make everything public as the releases say, from the content bucket alone. Publications may go on meanwhile.
    Rebuild(AuditArgs),
}

#[derive(Args)]
struct Serve {
    /// Folder for everything that must survive.
    #[arg(long, env = "PRESSROOM_DATA", default_value = "./data", value_name = "DIR")]
    data: PathBuf,
    /// Address of site, API and desk.
    #[arg(long, env = "PRESSROOM_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: SocketAddr,
    /// Address of the embedded S3.
    #[arg(long, env = "PRESSROOM_S3_LISTEN", default_value = "127.0.0.1:8081", value_name = "ADDRESS")]
    s3_listen: SocketAddr,
    /// Your site.toml; without it a documented sample is used.
    #[arg(long, env = "PRESSROOM_SITE", value_name = "FILE")]
    site: Option<PathBuf>,
    /// Start empty instead of with the sample release.
    #[arg(long, env = "PRESSROOM_NO_SAMPLE")]
    no_sample: bool,
    /// Token to accept; without it a random one is made once and kept.
    #[arg(long, env = "PRESSROOM_TOKEN", hide_env_values = true, value_name = "T")]
    token: Option<String>,
    /// Write one JSON line per S3 request.
    #[arg(long, env = "PRESSROOM_S3_LOG", value_name = "FILE")]
    s3_log: Option<PathBuf>,
    /// JSON lines instead of sentences.
    #[arg(long)]
    json: bool,
}

/// A running press room, and who calls.
#[derive(Args)]
struct Caller {
    /// Root of the API.
    #[arg(long, env = "PRESSROOM_URL", default_value = "http://127.0.0.1:8080")]
    url: String,
    /// A token; without it the local one of the data folder is used.
    #[arg(long, env = "PRESSROOM_TOKEN", hide_env_values = true, value_name = "T")]
    token: Option<String>,
    /// Folder of the local press room.
    #[arg(long, env = "PRESSROOM_DATA", default_value = "./data", value_name = "DIR")]
    data: PathBuf,
}

impl Caller {
    fn token(&self) -> anyhow::Result<String> {
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let file = self.data.join("token");
        let found = std::fs::read_to_string(&file)
            .with_context(|| format!("no --token, and {} cannot be read; start the press room first", file.display()))?;
        Ok(found.trim().to_owned())
    }
}

#[derive(Subcommand)]
enum ReleaseCommand {
    /// The board, newest first.
    List {
        /// draft, submitted, scheduled, published or withdrawn.
        #[arg(long)]
        status: Option<String>,
        /// Lines at most.
        #[arg(long, default_value_t = 20)]
        limit: u32,
        /// Go on after an earlier answer.
        #[arg(long)]
        cursor: Option<String>,
        #[command(flatten)]
        to: To,
    },
    /// The latest revision, or one by its number.
    Show {
        /// The release.
        id: String,
        /// Its number.
        #[arg(long)]
        revision: Option<u32>,
        #[command(flatten)]
        to: To,
    },
    /// Who did what and when.
    History {
        /// The release.
        id: String,
        #[command(flatten)]
        to: To,
    },
    /// A draft is ready for approval.
    Submit(StepArgs),
    /// Somebody else has read it.
    Approve(StepArgs),
    /// It becomes public now.
    Publish {
        #[command(flatten)]
        step: StepArgs,
        /// Publish without the approval it needs, and say why.
        #[arg(long, value_name = "WHY")]
        emergency: Option<String>,
    },
    /// It becomes public at a time to come, in all languages.
    Schedule {
        #[command(flatten)]
        step: StepArgs,
        /// Such as 2026-12-09T10:00:00+01:00.
        #[arg(long, value_name = "TIME")]
        at: String,
        /// Without the approval it needs, and say why.
        #[arg(long, value_name = "WHY")]
        emergency: Option<String>,
    },
    /// It is taken back in public.
    Withdraw {
        #[command(flatten)]
        step: StepArgs,
        /// For readers: a text in the original language, or several with --reason fr=TEXT.
        #[arg(long, required = true, value_name = "TEXT")]
        reason: Vec<String>,
    },
    /// It was withdrawn by mistake.
    Restore(StepArgs),
}

#[derive(Args)]
struct To {
    #[command(flatten)]
    caller: Caller,
    /// JSON instead of sentences.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct StepArgs {
    /// The release.
    id: String,
    /// Only if this is still the latest revision.
    #[arg(long)]
    revision: Option<u32>,
    /// For the history, never public.
    #[arg(long)]
    note: Option<String>,
    #[command(flatten)]
    to: To,
}

#[derive(Subcommand)]
enum TokenCommand {
    /// Make a token; it is shown once.
    Create {
        /// Whose: it stands in the history of what is saved with it.
        name: String,
        /// author, editor or admin.
        #[arg(long, value_parser = role)]
        role: Role,
        #[command(flatten)]
        buckets: AuditArgs,
    },
    /// Names and roles.
    List {
        #[command(flatten)]
        buckets: AuditArgs,
    },
    /// Nobody comes in with it any more.
    Revoke {
        /// Whose.
        name: String,
        #[command(flatten)]
        buckets: AuditArgs,
    },
}

fn role(word: &str) -> Result<Role, String> {
    let all = [Role::Author, Role::Editor, Role::Admin];
    let found = all.into_iter().find(|role| role.as_str() == word);
    found.ok_or_else(|| "expected author, editor or admin".to_owned())
}

#[derive(Args)]
struct PostArgs {
    /// One release a file.
    #[arg(required = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    caller: Caller,
    /// Language of a text file; the site's default one when absent.
    #[arg(long)]
    language: Option<String>,
    /// draft, submitted or published; of a text file, JSON says its own.
    #[arg(long, default_value = "published")]
    status: String,
    /// JSON lines instead of sentences.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct AuditArgs {
    /// Folder of the local press room, running or not.
    #[arg(long, env = "PRESSROOM_DATA", default_value = "./data", value_name = "DIR")]
    data: PathBuf,
    /// Another S3 than the folder's: that of a running press room, or a server like it. Credentials come from the usual AWS environment.
    #[arg(long, env = "PRESSROOM_ENDPOINT", value_name = "URL")]
    endpoint: Option<String>,
    /// The private and the public bucket, on AWS unless there is an endpoint.
    #[arg(long, num_args = 2, value_names = ["CONTENT", "SITE"])]
    bucket: Option<Vec<String>>,
    /// JSON lines instead of sentences.
    #[arg(long)]
    json: bool,
}

impl AuditArgs {
    fn source(self) -> Source {
        let mut buckets = self.bucket.clone().unwrap_or_default().into_iter();
        match (&self.bucket, self.endpoint) {
            (None, None) => Source::Data(self.data),
            (_, endpoint) => Source::S3 {
                endpoint,
                content: buckets.next().unwrap_or_else(|| local::CONTENT.to_owned()),
                site: buckets.next().unwrap_or_else(|| local::SITE.to_owned()),
            },
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let level =
        tracing_subscriber::EnvFilter::try_from_env("PRESSROOM_LOG").unwrap_or_else(|_| "warn,publish=info,local=info,accept=info".into());
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_target(false)
        .with_writer(std::io::stderr)
        .init();
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(args) => serve(args).await.map(|()| true),
        Command::Post(args) => post(args).await.map(|()| true),
        Command::Release(command) => office(command).await.map(|()| true),
        Command::Token(command) => tokens(command).await.map(|()| true),
        Command::Verify(args) => return audit(args, false).await,
        Command::Rebuild(args) => return audit(args, true).await,
    };
    ended(done, ExitCode::FAILURE)
}

fn ended(done: anyhow::Result<bool>, failed: ExitCode) -> ExitCode {
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("Error: {error:#}");
            failed
        }
    }
}

/// As `diff`: 0 for no difference, 1 for some, 2 for trouble.
async fn audit(args: AuditArgs, mend: bool) -> ExitCode {
    let json = args.json;
    let audit = Audit {
        source: args.source(),
        mend,
        json,
    };
    ended(audit.run().await, ExitCode::from(2))
}

async fn serve(args: Serve) -> anyhow::Result<()> {
    let options = Options {
        listen: args.listen,
        s3_listen: args.s3_listen,
        site: args.site,
        sample: !args.no_sample,
        token: args.token,
        s3_log: args.s3_log,
        ..Options::new(args.data)
    };
    let stop = stop_signal()?;
    let room = PressRoom::open(&options).await?;
    let (base, s3) = (format!("http://{}", room.address), format!("http://{}", room.s3_address));
    if args.json {
        println!(
            "{}",
            serde_json::json!({"event": "ready", "site": base, "api": format!("{base}/v1"), "s3": s3, "token": room.token})
        );
    } else {
        let language = room.site.default_language();
        println!("Pressroom is open. Stop it with Ctrl-C.\n");
        println!("  site   {base}/");
        println!("  feeds  {base}/{language}/rss.xml  {base}/{language}/atom.xml  {base}/{language}/feed.json");
        println!("  index  {base}/index.json");
        println!("  API    {base}/v1/releases");
        println!("  S3     {s3}  (buckets content and site; key pressroom, secret pressroom-secret)");
        println!("  token  {}", room.token);
    }
    room.run(stop).await
}

/// Ready at Ctrl-C or a polite kill.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

async fn post(args: PostArgs) -> anyhow::Result<()> {
    let post = Post {
        token: args.caller.token()?,
        url: args.caller.url,
        files: args.files,
        language: args.language,
        status: args.status,
        json: args.json,
    };
    post.run().await
}

async fn office(command: ReleaseCommand) -> anyhow::Result<()> {
    let text = |text: Option<String>| text.map(Value::String);
    let step = |step: Step, args: StepArgs, more: &[(&str, Option<Value>)]| {
        let mut fields = vec![("note", text(args.note))];
        fields.extend_from_slice(more);
        let call = Call::Step {
            step,
            id: args.id,
            revision: args.revision,
            body: said(&fields),
        };
        (call, args.to)
    };
    let (call, to) = match command {
        ReleaseCommand::List { status, limit, cursor, to } => (Call::List { status, limit, cursor }, to),
        ReleaseCommand::Show { id, revision, to } => (Call::Show { id, revision }, to),
        ReleaseCommand::History { id, to } => (Call::History { id }, to),
        ReleaseCommand::Submit(args) => step(Step::Submit, args, &[]),
        ReleaseCommand::Approve(args) => step(Step::Approve, args, &[]),
        ReleaseCommand::Restore(args) => step(Step::Restore, args, &[]),
        ReleaseCommand::Publish { step: args, emergency } => step(Step::Publish, args, &[("emergency", text(emergency))]),
        ReleaseCommand::Schedule { step: args, at, emergency } => step(
            Step::Schedule,
            args,
            &[("at", Some(Value::String(at))), ("emergency", text(emergency))],
        ),
        ReleaseCommand::Withdraw { step: args, reason } => step(Step::Withdraw, args, &[("reason", Some(reasons(&reason)))]),
    };
    let office = Office {
        token: to.caller.token()?,
        url: to.caller.url,
        json: to.json,
    };
    office.run(&call).await
}

/// One text is in the release's language; `fr=TEXT` says which.
fn reasons(given: &[String]) -> Value {
    let told = |text: &String| {
        let (tag, text) = text.split_once('=')?;
        Lang::parse(tag).ok().map(|tag| (tag.to_string(), Value::String(text.to_owned())))
    };
    match given {
        [one] if told(one).is_none() => Value::String(one.clone()),
        several => Value::Object(
            several
                .iter()
                .map(|one| told(one).unwrap_or_else(|| (one.clone(), Value::Null)))
                .collect(),
        ),
    }
}

async fn tokens(command: TokenCommand) -> anyhow::Result<()> {
    let (change, buckets) = match command {
        TokenCommand::Create { name, role, buckets } => (TokenChange::Create { name, role }, buckets),
        TokenCommand::List { buckets } => (TokenChange::List, buckets),
        TokenCommand::Revoke { name, buckets } => (TokenChange::Revoke { name }, buckets),
    };
    let json = buckets.json;
    let tokens = Tokens {
        source: buckets.source(),
        change,
        json,
    };
    tokens.run().await
}
