//! What is said on the command line.

use std::{net::SocketAddr, path::PathBuf};

use anyhow::Context as _;
use clap::{Args, Parser, Subcommand};
use local::Source;
use release::Role;

/// Publishes news and announcements in several languages as pages, feeds and a JSON index.
#[derive(Parser)]
#[command(name = "pressroom", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) serve: Serve,
}

#[derive(Subcommand)]
pub(crate) enum Command {
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
    /// Write the completion of a shell, such as `pressroom completions bash > /etc/bash_completion.d/pressroom`.
    Completions {
        /// bash, zsh, fish, elvish or powershell.
        shell: clap_complete::Shell,
    },
    /// Make everything public as the releases say, from the content bucket alone. Publications may go on meanwhile.
    Rebuild(AuditArgs),
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Folder for everything that must survive.
    #[arg(long, env = "PRESSROOM_DATA", default_value = "./data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Address of site, API and desk.
    #[arg(long, env = "PRESSROOM_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub(crate) listen: SocketAddr,
    /// Address of the embedded S3.
    #[arg(long, env = "PRESSROOM_S3_LISTEN", default_value = "127.0.0.1:8081", value_name = "ADDRESS")]
    pub(crate) s3_listen: SocketAddr,
    /// Your site.toml; without it a documented sample is used.
    #[arg(long, env = "PRESSROOM_SITE", value_name = "FILE")]
    pub(crate) site: Option<PathBuf>,
    /// Start empty instead of with the sample release.
    #[arg(long, env = "PRESSROOM_NO_SAMPLE")]
    pub(crate) no_sample: bool,
    /// Token to accept; without it a random one is made once and kept.
    #[arg(long, env = "PRESSROOM_TOKEN", hide_env_values = true, value_name = "T")]
    pub(crate) token: Option<String>,
    /// Write one JSON line per S3 request.
    #[arg(long, env = "PRESSROOM_S3_LOG", value_name = "FILE")]
    pub(crate) s3_log: Option<PathBuf>,
    /// JSON lines instead of sentences.
    #[arg(long)]
    pub(crate) json: bool,
}

/// A running press room, and who calls.
#[derive(Args)]
pub(crate) struct Caller {
    /// Root of the API.
    #[arg(long, env = "PRESSROOM_URL", default_value = "http://127.0.0.1:8080")]
    pub(crate) url: String,
    /// A token; without it the local one of the data folder is used.
    #[arg(long, env = "PRESSROOM_TOKEN", hide_env_values = true, value_name = "T")]
    pub(crate) token: Option<String>,
    /// Folder of the local press room.
    #[arg(long, env = "PRESSROOM_DATA", default_value = "./data", value_name = "DIR")]
    pub(crate) data: PathBuf,
}

impl Caller {
    pub(crate) fn token(&self) -> anyhow::Result<String> {
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
pub(crate) enum ReleaseCommand {
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
    /// Save a file as the next revision.
    Edit {
        /// The release.
        id: String,
        /// The whole release: .json, .txt, .md or .html.
        #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
        file: PathBuf,
        /// The revision you edited; the latest one when absent.
        #[arg(long)]
        revision: Option<u32>,
        #[command(flatten)]
        text: TextArgs,
        #[command(flatten)]
        to: To,
    },
    /// What is probably wrong with the latest revision, or with a file that is not posted yet. Ends with 1 when something would stop it.
    Check {
        /// The release, or a file: .json, .txt, .md or .html.
        #[arg(value_name = "ID|FILE", value_hint = clap::ValueHint::FilePath)]
        of: PathBuf,
        #[command(flatten)]
        text: TextArgs,
        #[command(flatten)]
        to: To,
    },
    /// The page as it will look, as HTML.
    Preview {
        /// The release.
        id: String,
        /// A language of the site; its first one when absent.
        #[arg(long)]
        lang: Option<String>,
        /// Another revision than the latest.
        #[arg(long)]
        revision: Option<u32>,
        #[command(flatten)]
        to: To,
    },
    /// Send a photo or file and put it into the release, as its next revision.
    Attach {
        /// The release.
        id: String,
        /// .jpg, .png, .gif, .webp, .avif, .pdf, .mp3, .m4a, .mp4, .webm, .docx, .xlsx, .pptx or .csv.
        #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
        file: PathBuf,
        /// What a picture shows, for those who cannot see it, such as --alt "en=A quay"; once for each language.
        #[arg(long, value_name = "LANG=TEXT")]
        alt: Vec<String>,
        /// The line under it; once for each language.
        #[arg(long, value_name = "LANG=TEXT")]
        caption: Vec<String>,
        /// Who made it.
        #[arg(long)]
        credit: Option<String>,
        #[command(flatten)]
        to: To,
    },
    /// A draft is ready for approval.
    Submit {
        #[command(flatten)]
        step: StepArgs,
        /// Why errors that were found do not stop it; recorded.
        #[arg(long = "override", value_name = "WHY")]
        overriding: Option<String>,
    },
    /// Somebody else has read it.
    Approve(StepArgs),
    /// It becomes public now.
    Publish {
        #[command(flatten)]
        step: StepArgs,
        /// Why errors that were found do not stop it; recorded.
        #[arg(long = "override", value_name = "WHY")]
        overriding: Option<String>,
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
        /// Why errors that were found do not stop it; recorded.
        #[arg(long = "override", value_name = "WHY")]
        overriding: Option<String>,
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

/// Of a text file; JSON says its own.
#[derive(Args)]
pub(crate) struct TextArgs {
    /// Its language; the site's default one when absent.
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// draft, submitted or published; draft when absent.
    #[arg(long)]
    pub(crate) status: Option<String>,
    /// Why errors that were found do not stop it; recorded.
    #[arg(long = "override", value_name = "WHY")]
    pub(crate) overriding: Option<String>,
}

#[derive(Args)]
pub(crate) struct To {
    #[command(flatten)]
    pub(crate) caller: Caller,
    /// JSON instead of sentences.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct StepArgs {
    /// The release.
    pub(crate) id: String,
    /// Only if this is still the latest revision.
    #[arg(long)]
    pub(crate) revision: Option<u32>,
    /// For the history, never public.
    #[arg(long)]
    pub(crate) note: Option<String>,
    #[command(flatten)]
    pub(crate) to: To,
}

#[derive(Subcommand)]
pub(crate) enum TokenCommand {
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
pub(crate) struct PostArgs {
    /// One release a file.
    #[arg(required = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) caller: Caller,
    /// Language of a text file; the site's default one when absent.
    #[arg(long)]
    pub(crate) language: Option<String>,
    /// draft, submitted or published; of a text file, JSON says its own.
    #[arg(long, default_value = "published")]
    pub(crate) status: String,
    /// Why errors that were found do not stop it; recorded.
    #[arg(long = "override", value_name = "WHY")]
    pub(crate) overriding: Option<String>,
    /// JSON lines instead of sentences.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct AuditArgs {
    /// Folder of the local press room, running or not.
    #[arg(long, env = "PRESSROOM_DATA", default_value = "./data", value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Another S3 than the folder's: that of a running press room, or a server like it. Credentials come from the usual AWS environment.
    #[arg(long, env = "PRESSROOM_ENDPOINT", value_name = "URL")]
    pub(crate) endpoint: Option<String>,
    /// The private and the public bucket, on AWS unless there is an endpoint.
    #[arg(long, num_args = 2, value_names = ["CONTENT", "SITE"])]
    pub(crate) bucket: Option<Vec<String>>,
    /// JSON lines instead of sentences.
    #[arg(long)]
    pub(crate) json: bool,
}

impl AuditArgs {
    pub(crate) fn source(self) -> Source {
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
