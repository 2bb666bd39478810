use super::*;

const NOW: Duration = Duration::ZERO;

#[tokio::test]
async fn a_message_survives_a_restart_until_it_is_deleted() {
    let data = tempfile::tempdir().unwrap();
    let queue = Queue::open(data.path()).unwrap();
    queue.send("one").await.unwrap();
    assert_eq!(queue.receive(10, NOW).await[0].receive_count, 1);
    assert!(queue.receive(10, NOW).await.is_empty(), "in flight means invisible");
    drop(queue);

    let queue = Queue::open(data.path()).unwrap();
    let again = queue.receive(10, NOW).await;
    assert_eq!((again[0].body.as_str(), again[0].receive_count), ("one", 2));
    queue.delete(&again[0].id);
    drop(queue);
    assert_eq!(Queue::open(data.path()).unwrap().depth(), 0);
}

#[tokio::test]
async fn five_failed_receives_make_a_dead_letter_that_stays_one() {
    let data = tempfile::tempdir().unwrap();
    let queue = Queue::open(data.path()).unwrap();
    queue.send("poison").await.unwrap();
    for _ in 0..MAX_RECEIVES {
        let id = queue.receive(1, NOW).await[0].id.clone();
        queue.release(&id, NOW);
    }
    assert_eq!((queue.depth(), queue.dead_letters().len()), (0, 1));
    drop(queue);
    let queue = Queue::open(data.path()).unwrap();
    assert_eq!((queue.depth(), queue.dead_letters()[0].body.as_str()), (0, "poison"));
}

#[tokio::test]
async fn a_held_message_is_delivered_only_when_published() {
    let data = tempfile::tempdir().unwrap();
    let queue = Queue::open(data.path()).unwrap();
    drop(queue.hold("never".into()).unwrap());
    let held = queue.hold("soon".into()).unwrap();
    assert_eq!(queue.depth(), 0);
    held.publish().unwrap();
    assert_eq!(queue.receive(9, NOW).await.len(), 1);
}

#[tokio::test]
async fn a_waiting_receiver_wakes_on_send_and_on_the_end_of_a_delay() {
    let queue = Queue::in_memory();
    let waiting = tokio::spawn({
        let queue = queue.clone();
        async move { queue.receive(1, Duration::from_secs(20)).await }
    });
    tokio::time::sleep(Duration::from_millis(20)).await;
    let sent = Instant::now();
    queue.send("hello").await.unwrap();
    let message = waiting.await.unwrap().remove(0);
    queue.release(&message.id, Duration::from_millis(50));
    assert!(queue.receive(1, Duration::from_millis(5)).await.is_empty());
    assert_eq!(queue.receive(1, Duration::from_secs(20)).await[0].receive_count, 2);
    assert!(sent.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_second_opener_is_told_which_directory_and_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let _first = Queue::open(data.path()).unwrap();
    let error = Queue::open(data.path()).unwrap_err().to_string();
    assert!(
        error.contains(&data.path().display().to_string()) && error.contains("--data"),
        "{error}"
    );
}
