//! What an instance may use: memory, time, and how many there may be.

use super::*;

#[tokio::test]
async fn memory_beyond_the_limit_is_refused_by_name() {
    let instance = start_within(RuntimeSettings {
        max_memory: 8 << 20,
        ..small()
    })
    .await;
    assert!(
        call(&instance, "echo/grow", r#"{"bytes":1000000}"#)
            .await
            .is_ok()
    );
    let error = call(&instance, "echo/grow", r#"{"bytes":100000000}"#)
        .await
        .unwrap_err();
    assert!(
        matches!(error, HostError::ResourceLimit { .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("8 MiB of memory"), "{error}");
}

#[tokio::test]
async fn a_busy_loop_leaves_others_a_turn_and_is_ended_by_the_time_limit() {
    let limit = Some(Duration::from_millis(300));
    let instance = start_within(RuntimeSettings {
        call_timeout: limit,
        ..small()
    })
    .await;
    let begin = Instant::now();
    // One thread runs this test: a guest that never yields would hang it.
    let (error, ()) = tokio::join!(
        call(&instance, "echo/spin", "{}"),
        tokio::time::sleep(Duration::from_millis(50))
    );
    assert!(matches!(
        error.unwrap_err(),
        HostError::DeadlineExceeded { .. }
    ));
    assert!(begin.elapsed() < Duration::from_secs(3));
    assert!(matches!(
        instance.session("{}").await,
        Err(HostError::InstanceEnded { .. })
    ));
}

#[tokio::test]
async fn the_wait_of_a_poll_comes_on_top_of_the_time_limit() {
    let limit = Some(Duration::from_millis(200));
    let instance = start_within(RuntimeSettings {
        call_timeout: limit,
        ..small()
    })
    .await;
    let batch = instance
        .poll(Some("{}"), "echo/tick", r#"{"ticks":0}"#, None, 400)
        .await
        .unwrap();
    assert!(batch.messages.is_empty());
    let error = call(&instance, "echo/sleep", r#"{"ms":5000}"#)
        .await
        .unwrap_err();
    assert!(
        matches!(error, HostError::DeadlineExceeded { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn giving_up_a_waiting_call_harms_nobody_and_giving_up_a_running_one_ends_the_instance() {
    let instance = start().await;
    let running = tokio::spawn({
        let instance = instance.clone();
        async move { call(&instance, "echo/sleep", r#"{"ms":300}"#).await }
    });
    tokio::time::sleep(Duration::from_millis(50)).await;
    let waiting = tokio::time::timeout(
        Duration::from_millis(50),
        call(&instance, "echo/trap", "{}"),
    )
    .await;
    assert!(waiting.is_err());
    assert!(running.await.unwrap().is_ok());
    assert!(instance.session("{}").await.is_ok());

    let aborted = call(&instance, "echo/sleep", r#"{"ms":5000}"#);
    assert!(
        tokio::time::timeout(Duration::from_millis(50), aborted)
            .await
            .is_err()
    );
    let error = instance.session("{}").await.unwrap_err();
    assert!(error.to_string().contains("aborted"), "{error}");
}

#[tokio::test]
async fn instances_beyond_the_limit_are_refused_until_one_ends() {
    let connector = echo::connector(RuntimeSettings {
        max_instances: 2,
        ..small()
    })
    .await
    .unwrap();
    let egress = Egress::new(EgressSettings::default()).unwrap();
    let one = connector.start(egress.clone()).await.unwrap();
    let _two = connector.start(egress.clone()).await.unwrap();
    let refusal = connector.start(egress.clone()).await.unwrap_err();
    assert!(
        matches!(refusal, HostError::TooManyInstances { .. }),
        "{refusal:?}"
    );
    drop(one);
    for _ in 0..100 {
        if connector.start(egress.clone()).await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the place of an instance that ended was not given back");
}

#[tokio::test]
async fn settings_out_of_bounds_are_refused() {
    for settings in [
        RuntimeSettings {
            max_instances: 0,
            ..small()
        },
        RuntimeSettings {
            max_memory: 0,
            ..small()
        },
        RuntimeSettings {
            max_memory: 1 << 40,
            ..small()
        },
    ] {
        assert!(matches!(
            Runtime::new(settings),
            Err(HostError::Settings { .. })
        ));
    }
}
