//! The whole press room in one process: embedded S3, event queue, site and clock around the same handlers.

mod lock;
pub mod queue;
pub mod s3;

pub use lock::OpenError;
