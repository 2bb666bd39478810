//! What strangers and careless partners send: each entry of the list of attacks is a test whose name begins with its number.
//!
//! What a single part must refuse is tested where the part is; what is here goes through the whole product.

mod bodies;
mod fields;
mod growth;
mod judged;
mod logs;
mod nesting;
mod payloads;
mod pulled_back;
mod strangers;
