//! The whole press room in one process, around the same handlers that run on Lambda.

mod audit;
mod lock;
mod office;
mod post;
pub mod queue;
mod renditions;
mod room;
pub mod s3;
pub mod sample;
mod site;
mod source;
mod token;

pub use audit::Audit;
pub use lock::OpenError;
pub use office::{Call, File, Office, said};
pub use post::{Document, Post};
pub use room::{CONTENT, Options, PressRoom, SITE, public_site};
pub use source::Source;
pub use token::{TokenChange, Tokens};
