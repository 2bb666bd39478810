//! Stories and conformance, as an ordinary libtest crate.

mod s3_conformance;
