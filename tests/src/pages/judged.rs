//! What a validator by schema says of the sitemaps.

use std::process::Command;

use super::room;
use crate::{harness::top, wire::python};

#[tokio::test(flavor = "multi_thread")]
async fn every_sitemap_obeys_the_schemas_of_sitemaps_org_and_of_google() {
    let full = room().await.site().await;
    let empty = crate::memory::Memory::open(local::sample::SITE).await.site().await;
    let folder = tempfile::TempDir::new().unwrap();
    let mut judged = 0;
    for (name, site) in [("full", full), ("empty", empty)] {
        for (path, text) in site.iter().filter(|(path, _)| path.ends_with("sitemap.xml")) {
            let file = folder.path().join(name).join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
            judged += 1;
        }
    }
    assert_eq!(judged, 2 + 2 + 5 * 6);
    let out = Command::new(python())
        .arg(top().join("tests/judges/sitemap.py"))
        .arg(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
    assert!(said.trim_end().ends_with(&format!("{judged} sitemaps, 0 findings")), "{said}");
}

#[test]
fn the_judge_of_sitemaps_finds_what_is_wrong() {
    let out = Command::new(python())
        .arg(top().join("tests/judges/sitemap.py"))
        .arg("--selftest")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(out.status.success(), "{said}{}", String::from_utf8_lossy(&out.stderr));
}
