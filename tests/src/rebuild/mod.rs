//! `verify` finds what is not as the releases say, `rebuild` puts it right, and publishing in any order gives what both expect.

mod any_order;
mod busy;
mod command;
mod damage;
mod interrupted;
mod log;
mod room;
