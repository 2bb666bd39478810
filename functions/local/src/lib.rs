//! The whole press room in one process, around the same handlers that run on Lambda.

mod audit;
mod lock;
mod post;
pub mod queue;
mod room;
pub mod s3;
pub mod sample;
mod site;
mod token;

pub use audit::{Audit, Source};
pub use lock::OpenError;
pub use post::Post;
pub use room::{CONTENT, Options, PressRoom, SITE};
