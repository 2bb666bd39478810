//! Build script of the functions that run on Lambda.
//!
//! What is built for size (`opt-level = "z"`, the profile `release`) is linked without what only a panic would read, and for one address, which
//! needs none of thirty thousand relocations: a tenth less to upload. Other profiles are linked as usual.

pub(crate) fn main() {
    let manifest = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let script = format!("{manifest}/../../infra/lean.ld");
    println!("cargo:rerun-if-changed={script}");
    if std::env::var("OPT_LEVEL").as_deref() == Ok("z") {
        for argument in ["-no-pie", "-Wl,--no-eh-frame-hdr", &format!("-Wl,-T,{script}")] {
            println!("cargo:rustc-link-arg-bins={argument}");
        }
    }
}
