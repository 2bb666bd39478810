//! Trouble around the functions: each ends in a message, nothing is public in part, and when the cause is gone they go on by themselves.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use store::Key;

use super::{
    buckets::{Buckets, Public, TOKEN, site_toml},
    event,
    function::Function,
    outage::{DENIED, EXPIRED, Outage, SLOW_DOWN},
    publish::{failures, feed, stored},
};

fn batch(key: &str, times: usize) -> Value {
    let body = json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]}).to_string();
    let record = |n: usize| json!({"messageId": format!("m{n}"), "body": body, "eventSource": "aws:sqs"});
    json!({"Records": (0..times).map(record).collect::<Vec<_>>()})
}

/// Records of the log, of a level.
fn told(function: &Function, level: &str) -> Vec<String> {
    let said = function.said();
    let lines = said.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["level"] == level).map(|line| line.to_string()).collect()
}

async fn public(buckets: &Buckets) -> BTreeMap<String, Public> {
    buckets.site().await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_s3_that_refuses_fails_the_batch_with_its_reason_and_the_same_function_makes_it_good() {
    for (refusal, reason) in [(DENIED, "check the function's role"), (SLOW_DOWN, "did not answer as expected")] {
        let buckets = Buckets::open().await;
        let outage = Outage::before(&buckets.endpoint).await;
        let endpoint = [("AWS_ENDPOINT_URL", outage.endpoint.as_str())];
        let mut publish = Function::start_with("publish", &buckets, &endpoint).await;
        let mut accept = Function::start_with("accept", &buckets, &endpoint).await;
        let mut embargo = Function::start_with("embargo", &buckets, &endpoint).await;
        // They have worked before.
        assert!(embargo.invoke(json!({})).await.is_ok());
        assert_eq!(failures(&publish.invoke(json!({"Records": []})).await.unwrap()), Vec::<&str>::new());
        let board = event("function-url-get.json", &[("token", TOKEN)]);
        assert_eq!(accept.invoke(board).await.unwrap()["statusCode"], 200);
        let (key, before) = (stored(&buckets, 1).await, public(&buckets).await);
        outage.say(Some(refusal));

        let answer = publish.invoke(batch(&key, 2)).await.unwrap();
        assert_eq!(failures(&answer), ["m0", "m1"], "{refusal:?}");
        assert!(
            told(&publish, "ERROR").iter().any(|line| line.contains(reason)),
            "{refusal:?}: {}",
            publish.said()
        );
        let figures = publish.figures();
        assert!(
            figures.iter().any(|line| line["Published"] == json!([0])),
            "{refusal:?}: {figures:?}"
        );
        let answer = accept
            .invoke(event("http-api-v2-post-json.json", &[("token", TOKEN)]))
            .await
            .unwrap();
        assert!(answer["statusCode"].as_u64().unwrap() >= 500, "{refusal:?}: {answer}");
        let answer = embargo.invoke(json!({})).await;
        assert!(answer.is_err(), "{refusal:?}: {answer:?}");
        // One that begins in the middle of it.
        let mut late = Function::start_with("publish", &buckets, &endpoint).await;
        let failed = late.invoke(batch(&key, 1)).await.unwrap_err().to_string();
        assert!(
            failed.contains(reason) && failed.contains("config/site.toml"),
            "{refusal:?}: {failed}"
        );
        assert_eq!(public(&buckets).await, before, "{refusal:?}: something changed");

        outage.say(None);
        assert_eq!(
            failures(&late.invoke(json!({"Records": []})).await.unwrap()),
            Vec::<&str>::new(),
            "{refusal:?}"
        );
        assert_eq!(
            failures(&publish.invoke(batch(&key, 2)).await.unwrap()),
            Vec::<&str>::new(),
            "{refusal:?}"
        );
        assert!(feed(&buckets).await.contains("Harbour 1 reports"));
        let answer = accept
            .invoke(event("http-api-v2-post-json.json", &[("token", TOKEN)]))
            .await
            .unwrap();
        assert_eq!(answer["statusCode"], 201, "{refusal:?}: {answer}");
        assert!(embargo.invoke(json!({})).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_have_expired_end_the_environment_and_the_next_one_goes_on() {
    let buckets = Buckets::open().await;
    let outage = Outage::before(&buckets.endpoint).await;
    let endpoint = [("AWS_ENDPOINT_URL", outage.endpoint.as_str())];
    let (key, before) = (stored(&buckets, 1).await, public(&buckets).await);
    let events = [
        ("publish", batch(&key, 1)),
        ("accept", event("http-api-v2-post-json.json", &[("token", TOKEN)])),
        ("embargo", json!({})),
    ];
    for (name, event) in &events {
        let mut function = Function::start_with(name, &buckets, &endpoint).await;
        // What it reads at its start may or may not be there before that.
        outage.say(Some(EXPIRED));
        function.send(event.clone());
        assert!(!function.ended().await, "{name} ended well");
        let told = told(&function, "ERROR");
        assert!(
            told.iter().any(|line| line.contains("the credentials have expired")),
            "{name}: {}",
            function.said()
        );
        outage.say(None);
    }
    assert_eq!(public(&buckets).await, before);
    // Lambda starts the next environment with new credentials.
    for (name, event) in events {
        let mut function = Function::start_with(name, &buckets, &endpoint).await;
        let answer = function.invoke(event).await.unwrap();
        assert!(answer["statusCode"].is_null() || answer["statusCode"] == 201, "{name}: {answer}");
    }
    assert!(feed(&buckets).await.contains("Harbour 1 reports"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_or_missing_site_toml_is_named_with_its_line_and_a_right_one_heals_the_same_functions() {
    let wrong = site_toml().replacen("timezone = ", "timezone = \"Atlantis/Harbour\" # ", 1);
    let line = wrong.lines().position(|line| line.starts_with("timezone")).unwrap() + 1;
    for (toml, words) in [
        (Some(wrong), vec!["Atlantis/Harbour".to_owned(), line.to_string()]),
        (None, vec!["put it there first".to_owned()]),
    ] {
        let buckets = Buckets::open().await;
        let key = stored(&buckets, 1).await;
        let before = public(&buckets).await;
        match toml {
            Some(toml) => buckets.desk.store.put(&Key::SiteConfig, toml).await.unwrap(),
            None => drop(
                buckets
                    .client()
                    .delete_object()
                    .bucket("content")
                    .key("config/site.toml")
                    .send()
                    .await
                    .unwrap(),
            ),
        }
        let mut publish = Function::start("publish", &buckets).await;
        let mut accept = Function::start("accept", &buckets).await;
        let post = event("http-api-v2-post-json.json", &[("token", TOKEN)]);
        let failed = publish.invoke(batch(&key, 1)).await.unwrap_err();
        let answer = accept.invoke(post.clone()).await.unwrap();
        assert_eq!(
            (&answer["statusCode"], &answer["headers"]["retry-after"]),
            (&json!(503), &json!("5")),
            "{answer}"
        );
        for (said, name) in [
            (failed.to_string(), "publish"),
            (told(&publish, "ERROR").concat(), "publish"),
            (told(&accept, "ERROR").concat(), "accept"),
        ] {
            assert!(
                said.contains("config/site.toml") && words.iter().all(|word| said.contains(word)),
                "{name} does not say {words:?}: {said}"
            );
        }
        assert_eq!(public(&buckets).await, before);
        buckets.desk.store.put(&Key::SiteConfig, site_toml()).await.unwrap();
        assert_eq!(failures(&publish.invoke(batch(&key, 1)).await.unwrap()), Vec::<&str>::new());
        assert!(feed(&buckets).await.contains("Harbour 1 reports"));
        assert_eq!(accept.invoke(post).await.unwrap()["statusCode"], 201);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_delivers_everything_five_times_publishes_once() {
    let buckets = Buckets::open().await;
    let key = stored(&buckets, 1).await;
    let mut functions = Vec::new();
    for _ in 0..2 {
        functions.push(Function::start("publish", &buckets).await);
    }
    // Twice in one batch to one environment, then three times to two.
    assert_eq!(failures(&functions[0].invoke(batch(&key, 2)).await.unwrap()), Vec::<&str>::new());
    let (site, dates) = (public(&buckets).await, buckets.dates().await);
    for turn in [0, 1, 1] {
        let answer = functions[turn].invoke(batch(&key, 1)).await.unwrap();
        assert_eq!(failures(&answer), Vec::<&str>::new());
    }
    assert_eq!(public(&buckets).await, site);
    assert_eq!(buckets.dates().await, dates, "an object was written again");
    let log: Value = serde_json::from_slice(&site["changes/head.json"].bytes).unwrap();
    assert_eq!((log["seq"].clone(), log["changes"].as_array().unwrap().len()), (json!(1), 1));
}
