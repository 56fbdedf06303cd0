//! The runtime, with the echo connector in it.

mod artefact;
mod bounds;
mod generic;

use mediate::contract::OutcomeSet;
use mediate::contract::{FaultKind, Message, Style};
use mediate::egress::{Egress, EgressSettings};
use mediate::error::HostError;
use mediate::runtime::{Instance, Runtime, RuntimeSettings, Source};
use mediate_tests::{ECHO, echo};
use std::time::{Duration, Instant};

fn small() -> RuntimeSettings {
    RuntimeSettings {
        max_instances: 4,
        ..RuntimeSettings::default()
    }
}

async fn start_within(settings: RuntimeSettings) -> Instance {
    echo::start_within(settings, EgressSettings::default())
        .await
        .unwrap()
        .0
}

async fn start() -> Instance {
    start_within(small()).await
}

async fn call(instance: &Instance, operation: &str, config: &str) -> Result<Message, HostError> {
    instance.call(Some("{}"), operation, config, None).await
}

async fn read_all(mut source: Source, chunk: u32) -> Result<Vec<u8>, HostError> {
    let mut all = Vec::new();
    while let Some(bytes) = source.read(chunk).await? {
        assert!(!bytes.is_empty() && bytes.len() <= chunk as usize);
        all.extend(bytes);
    }
    Ok(all)
}

#[tokio::test]
async fn a_connector_describes_itself_without_a_network() {
    let info = echo::connector(small())
        .await
        .unwrap()
        .describe()
        .await
        .unwrap();
    assert_eq!(info.name, "echo");
    assert_eq!(info.operation("echo/count").unwrap().style, Style::Source);
}

#[tokio::test]
async fn a_call_returns_its_message() {
    let input = Message::new("text/plain", "hello");
    let reply = start()
        .await
        .call(Some("{}"), "echo/call", "{}", Some(input.clone()))
        .await
        .unwrap();
    assert_eq!(reply, input);
}

#[tokio::test]
async fn a_fault_is_handed_on_and_the_instance_lives() {
    let instance = start().await;
    let error = call(&instance, "echo/nothing", "{}").await.unwrap_err();
    assert_eq!(error.fault().unwrap().kind, FaultKind::Config);
    assert_eq!(error.to_string(), "there is no operation echo/nothing");
    assert!(instance.session("{}").await.is_ok());
}

#[tokio::test]
async fn a_source_gives_all_its_bytes_in_chunks() {
    let instance = start().await;
    let source = instance
        .open_source(Some("{}"), "echo/count", r#"{"lines":1000}"#, None)
        .await
        .unwrap();
    assert_eq!(source.head().await.unwrap().metadata.total, Some(1000));
    let text = String::from_utf8(read_all(source, 100).await.unwrap()).unwrap();
    assert_eq!(text.lines().count(), 1000);
    assert_eq!(text.lines().last(), Some("1000"));
}

#[tokio::test]
async fn a_source_that_fails_half_way_says_so() {
    let instance = start().await;
    let config = r#"{"lines":1000,"fail_at":500}"#;
    let source = instance
        .open_source(Some("{}"), "echo/count", config, None)
        .await
        .unwrap();
    let error = read_all(source, 100).await.unwrap_err();
    assert_eq!(error.fault().unwrap().kind, FaultKind::Unavailable);
}

#[tokio::test]
async fn two_sources_of_one_instance_are_read_in_turn() {
    let instance = start().await;
    let mut one = instance
        .open_source(Some("{}"), "echo/count", r#"{"lines":2}"#, None)
        .await
        .unwrap();
    let mut two = instance
        .open_source(Some("{}"), "echo/count", r#"{"lines":2}"#, None)
        .await
        .unwrap();
    assert_eq!(one.read(2).await.unwrap().unwrap(), b"1\n");
    assert_eq!(two.read(2).await.unwrap().unwrap(), b"1\n");
    drop(two);
    assert_eq!(one.read(2).await.unwrap().unwrap(), b"2\n");
    assert_eq!(one.read(2).await.unwrap(), None);
}

#[tokio::test]
async fn a_source_outlives_the_handle_it_was_opened_with() {
    let source = start()
        .await
        .open_source(Some("{}"), "echo/count", r#"{"lines":3}"#, None)
        .await
        .unwrap();
    assert_eq!(read_all(source, 1 << 16).await.unwrap(), b"1\n2\n3\n");
}

#[tokio::test]
async fn a_sink_takes_counts_and_gives_back() {
    let instance = start().await;
    let mut sink = instance
        .open_sink(Some("{}"), "echo/collect", "{}", None)
        .await
        .unwrap();
    sink.write(b"a\n!b\n".to_vec()).await.unwrap();
    let journal = sink.journal().await.unwrap();
    drop(sink);
    let mut sink = instance
        .open_sink(Some("{}"), "echo/collect", "{}", Some(&journal))
        .await
        .unwrap();
    sink.write(b"c\n".to_vec()).await.unwrap();
    sink.close().await.unwrap();
    let progress = sink.watch(10).await.unwrap();
    assert_eq!(
        (
            progress.done,
            progress.processed,
            progress.failed,
            progress.total
        ),
        (true, 3, 1, Some(3))
    );
    let failed = sink.outcomes(OutcomeSet::Failed).await.unwrap();
    assert_eq!(read_all(failed, 1 << 16).await.unwrap(), b"!b\n");
    sink.abort().await.unwrap();
    assert!(
        sink.write(b"d".to_vec())
            .await
            .unwrap_err()
            .fault()
            .is_some()
    );
}

#[tokio::test]
async fn a_trigger_goes_on_from_its_checkpoint() {
    let instance = start().await;
    let poll =
        |checkpoint| instance.poll(Some("{}"), "echo/tick", r#"{"ticks":2}"#, checkpoint, 10);
    let first = poll(None).await.unwrap();
    assert_eq!((first.checkpoint.as_str(), first.more), ("1", true));
    let second = poll(Some("1")).await.unwrap();
    assert_eq!((second.messages.len(), second.more), (1, false));
    assert!(poll(Some("2")).await.unwrap().messages.is_empty());
    let lost = poll(Some("x")).await.unwrap_err();
    assert_eq!(lost.fault().unwrap().kind, FaultKind::CheckpointLost);
}

#[tokio::test]
async fn a_trap_says_why_and_ends_the_instance() {
    let instance = start().await;
    let error = call(&instance, "echo/trap", "{}").await.unwrap_err();
    let HostError::Trap { during, reason } = &error else {
        panic!("{error:?}")
    };
    assert_eq!(during, "call `echo/trap`");
    assert!(reason.contains("trapped on purpose"), "{reason}");
    let later = instance.session("{}").await.unwrap_err();
    assert!(
        matches!(&later, HostError::InstanceEnded { reason } if reason.contains("crashed")),
        "{later:?}"
    );
}

#[tokio::test]
async fn bytes_that_are_no_component_are_refused() {
    let runtime = Runtime::new(small()).unwrap();
    for (bytes, words) in [
        (&b"hello"[..], "do not begin with the magic number"),
        (b"\0asm\x01\0\0\0", "core module"),
        (b"", "magic number"),
        (&ECHO[..ECHO.len() / 2], "not a WebAssembly component"),
    ] {
        let error = runtime.load(bytes).await.unwrap_err();
        assert!(
            matches!(error, HostError::NotAComponent { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[tokio::test]
async fn a_component_that_is_no_connector_is_refused_with_what_it_lacks() {
    const EMPTY_COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
    let error = Runtime::new(small())
        .unwrap()
        .load(EMPTY_COMPONENT)
        .await
        .unwrap_err();
    let HostError::NotAConnector { missing } = error else {
        panic!("{error:?}")
    };
    assert_eq!(
        missing,
        [
            "mediation:connector/types@0.1.x",
            "mediation:connector/connections@0.1.x",
            "mediation:connector/catalog@0.1.x",
            "mediation:connector/mediator@0.1.x"
        ]
    );
}

#[tokio::test]
async fn a_broken_cache_is_compiled_anew_without_a_word() {
    let dir = tempfile::tempdir().unwrap();
    let cache_dir = Some(dir.path().join("compiled"));
    let load = || async {
        let settings = RuntimeSettings {
            cache_dir: cache_dir.clone(),
            ..small()
        };
        let connector = Runtime::new(settings).unwrap().load(ECHO).await.unwrap();
        connector.describe().await.unwrap().name.clone()
    };
    assert_eq!(load().await, "echo");
    let kept = std::fs::read_dir(cache_dir.as_ref().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "cwasm"))
        .unwrap();
    let whole = std::fs::read(&kept).unwrap();
    assert_eq!(load().await, "echo");
    assert_eq!(
        std::fs::read(&kept).unwrap(),
        whole,
        "a whole file is used as it is"
    );
    for broken in [&whole[..whole.len() / 2], b"", b"foreign"] {
        std::fs::write(&kept, broken).unwrap();
        assert_eq!(load().await, "echo");
        assert_eq!(
            std::fs::read(&kept).unwrap(),
            whole,
            "the broken file was replaced"
        );
    }
}
