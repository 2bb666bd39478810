//! `pressroom`: the whole press room on this machine, and the commands around it.

mod cli;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use cli::{AuditArgs, Cli, Command, PostArgs, ReleaseCommand, Serve, StepArgs, TextArgs, TokenCommand};
use local::{Audit, Call, Document, File, Office, Options, Post, PressRoom, TokenChange, Tokens, said};
use release::{Lang, Step};
use serde_json::Value;

/// As `publish` has it: feeds are rendered into large buffers, again and again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let level =
        tracing_subscriber::EnvFilter::try_from_env("PRESSROOM_LOG").unwrap_or_else(|_| "warn,publish=info,local=info,accept=info".into());
    // Below this they tell whole requests: texts under embargo, tokens and signed addresses.
    let quiet = [
        "s3s=info",
        "hyper=info",
        "hyper_util=info",
        "reqwest=info",
        "aws_config=info",
        "aws_runtime=info",
        "aws_sdk_s3=info",
        "aws_sigv4=info",
        "aws_smithy_http_client=info",
        "aws_smithy_runtime=info",
        "aws_smithy_runtime_api=info",
        "aws_smithy_http=info",
    ];
    let level = quiet
        .iter()
        .filter_map(|directive| directive.parse().ok())
        .fold(level, tracing_subscriber::EnvFilter::add_directive);
    tracing_subscriber::fmt()
        .with_env_filter(level)
        .with_target(false)
        .with_writer(std::io::stderr)
        .init();
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(args) => serve(args).await.map(|()| true),
        Command::Post(args) => post(args).await.map(|()| true),
        Command::Release(command) => office(command).await,
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "pressroom", &mut std::io::stdout());
            Ok(true)
        }
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
            serde_json::json!({"event": "ready", "site": base, "desk": format!("{base}/desk"), "api": format!("{base}/v1"), "s3": s3, "token": room.token})
        );
    } else {
        let language = room.site.default_language();
        println!("Pressroom is open. Stop it with Ctrl-C.\n");
        println!("  site   {base}/");
        println!("  feeds  {base}/{language}/rss.xml  {base}/{language}/atom.xml  {base}/{language}/feed.json");
        println!("  index  {base}/index.json");
        println!("  desk   {base}/desk");
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
        overriding: args.overriding,
        json: args.json,
    };
    post.run().await
}

async fn office(command: ReleaseCommand) -> anyhow::Result<bool> {
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
        ReleaseCommand::Edit {
            id,
            file,
            revision,
            text,
            to,
        } => {
            let document = document(file, text);
            (Call::Edit { id, revision, document }, to)
        }
        // Whatever is there as a file is one: no id has such a name.
        ReleaseCommand::Check { of, text, to } if of.exists() || of.extension().is_some() => (Call::CheckFile(document(of, text)), to),
        ReleaseCommand::Check { of, to, .. } => (
            Call::Check {
                id: of.display().to_string(),
            },
            to,
        ),
        ReleaseCommand::Preview { id, lang, revision, to } => (Call::Preview { id, lang, revision }, to),
        ReleaseCommand::Attach {
            id,
            file,
            alt,
            caption,
            credit,
            to,
        } => {
            let [alt, caption] = [&alt, &caption].map(|given| if given.is_empty() { Value::Null } else { reasons(given) });
            let file = File {
                path: file,
                alt,
                caption,
                credit,
            };
            (Call::Attach { id, file }, to)
        }
        ReleaseCommand::Submit { step: args, overriding } => step(Step::Submit, args, &[("override", text(overriding))]),
        ReleaseCommand::Approve(args) => step(Step::Approve, args, &[]),
        ReleaseCommand::Restore(args) => step(Step::Restore, args, &[]),
        ReleaseCommand::Publish {
            step: args,
            overriding,
            emergency,
        } => step(
            Step::Publish,
            args,
            &[("override", text(overriding)), ("emergency", text(emergency))],
        ),
        ReleaseCommand::Schedule {
            step: args,
            at,
            overriding,
            emergency,
        } => step(
            Step::Schedule,
            args,
            &[
                ("at", Some(Value::String(at))),
                ("override", text(overriding)),
                ("emergency", text(emergency)),
            ],
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

fn document(file: std::path::PathBuf, text: TextArgs) -> Document {
    Document {
        file,
        language: text.language,
        status: text.status,
        overriding: text.overriding,
    }
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
