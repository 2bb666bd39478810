//! What only our own server promises.
