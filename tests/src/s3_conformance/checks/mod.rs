//! The checks, each written once.

pub(super) mod conditions;
pub(super) mod integrity;
pub(super) mod lists;
pub(super) mod objects;
pub(super) mod races;
pub(super) mod signatures;
