//! How the functions use their connections to S3.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, extract::Path, routing::get, serve::ListenerExt as _};
use store::{Access, Store, connect};
use tokio::net::TcpListener;

#[tokio::test]
async fn a_connection_that_brought_a_large_document_is_not_used_again() {
    let opened: Arc<AtomicUsize> = Arc::default();
    let count = Arc::clone(&opened);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let listener = listener.tap_io(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    let object = |Path(bytes): Path<usize>| async move { vec![b'x'; bytes] };
    let server = axum::serve(listener, Router::new().route("/site/{bytes}", get(object)));
    let server = tokio::spawn(std::future::IntoFuture::into_future(server));

    let store = Store::new(connect(&Access::to(&endpoint, "us-east-1", "key", "secret")), "content", "site");
    let mut after = Vec::new();
    for bytes in [1_000, 60_000, 2_000_000, 1_000, 60_000, 70_000, 1_000] {
        let found = store.fetch(&bytes.to_string()).await.unwrap().unwrap();
        assert_eq!(found.bytes.len(), bytes);
        after.push(opened.load(Ordering::SeqCst));
    }
    assert_eq!(after, [1, 1, 1, 2, 2, 2, 3]);
    server.abort();
}
