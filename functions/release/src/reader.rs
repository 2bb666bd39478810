//! Reads JSON field by field, collecting every fault with its pointer.
