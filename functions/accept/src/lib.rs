//! The HTTP API of the press office: one call makes one revision in the content bucket.
//!
//! It never writes the public site.

mod archive;
mod auth;
mod board;
mod check;
mod config;
mod desk;
mod desk_pages;
mod files;
mod idempotency;
mod intake;
mod keep;
mod openapi;
mod operation;
mod preview;
mod problem;
mod revisions;
mod routes;
mod save;
pub mod stage;
mod steps;
mod strict;

pub use auth::{TokenFile, TokenRecord, hash_token};
pub use config::Config;
pub use desk::{Desk, NewId, Now};
pub use operation::Operation;
pub use problem::closed;
pub use routes::router;
