use super::*;

async fn fault(client: &Client, method: &str, path: &str, fault: Json) {
    let rule = json!({"match": {"method": method, "path": path}, "fault": fault});
    let set = client.call("POST", "/__sandbox/faults", Some(rule)).await;
    assert_eq!(set.status, 200, "{}", set.text());
}

fn insert() -> Json {
    json!({"object": "Account", "operation": "insert"})
}

#[tokio::test]
async fn an_upload_that_is_reset_leaves_the_job_open_and_empty() {
    let client = Client::new().await;
    let id = client.job(insert()).await;
    fault(&client, "PUT", "*/batches", json!({"kind": "reset"})).await;
    let request = Request::put(format!("/services/data/v62.0/jobs/ingest/{id}/batches"))
        .header("authorization", format!("Bearer {}", client.token))
        .header("content-type", "text/csv")
        .body(Body::from("Name\nlost\n"))
        .unwrap();
    let response = client.app.clone().oneshot(request).await.unwrap();
    assert!(response.extensions().get::<crate::Aborted>().is_some());
    assert_eq!(
        client.get(&format!("/jobs/ingest/{id}")).await.json()["state"],
        "Open"
    );
    assert_eq!(
        client.put(&id, "Name\nkept\n").await.status,
        201,
        "nothing was kept before"
    );
}

#[tokio::test]
async fn an_upload_that_ends_in_the_middle_is_not_kept() {
    let client = Client::new().await;
    let id = client.job(insert()).await;
    let request = Request::put(format!("/services/data/v62.0/jobs/ingest/{id}/batches"))
        .header("authorization", format!("Bearer {}", client.token))
        .header("content-type", "text/csv")
        .body(Body::new(FaultyBody(false)))
        .unwrap();
    assert_eq!(client.send(request).await.status, 400);
    assert_eq!(client.put(&id, "Name\nwhole\n").await.status, 201);
}

/// Some bytes, and then an error.
struct FaultyBody(bool);

impl axum::body::HttpBody for FaultyBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
        let first = !std::mem::replace(&mut self.0, true);
        std::task::Poll::Ready(Some(if first {
            Ok(http_body::Frame::data(Bytes::from_static(b"Name\nhalf")))
        } else {
            Err(std::io::Error::other("gone"))
        }))
    }
}

#[tokio::test]
async fn lost_responses_leave_their_work_done() {
    let client = Client::new().await;
    let id = client.job(insert()).await;
    fault(&client, "PUT", "*/batches", json!({"kind": "lost-answer"})).await;
    let request = Request::put(format!("/services/data/v62.0/jobs/ingest/{id}/batches"))
        .header("authorization", format!("Bearer {}", client.token))
        .header("content-type", "text/csv")
        .body(Body::from("Name\nkept\n"))
        .unwrap();
    client.app.clone().oneshot(request).await.unwrap();
    assert_eq!(client.put(&id, "Name\ntwice\n").await.status, 400);
    client.set_state("ingest", &id, "UploadComplete").await;
    assert_eq!(
        client.finished("ingest", &id).await["numberRecordsProcessed"],
        1
    );
}

#[tokio::test]
async fn faults_apply_at_every_step() {
    let mut client = Client::new().await;
    let id = client.job(insert()).await;
    let unavailable = json!({"kind": "status", "status": 503});
    fault(&client, "POST", "*/jobs/ingest", unavailable.clone()).await;
    let rejected = client.call("POST", "/jobs/ingest", Some(insert())).await;
    assert_eq!(rejected.rejection(), (503, "SERVER_UNAVAILABLE".into()));
    fault(
        &client,
        "PATCH",
        "*/jobs/ingest/*",
        json!({"kind": "expire-session"}),
    )
    .await;
    client.put(&id, "Name\nx\n").await;
    let rejected = client.set_state("ingest", &id, "UploadComplete").await;
    assert_eq!(rejected.rejection(), (401, "INVALID_SESSION_ID".into()));
    client.log_in().await;
    client.set_state("ingest", &id, "UploadComplete").await;
    client.finished("ingest", &id).await;
    fault(
        &client,
        "GET",
        "*/successfulResults*",
        json!({"kind": "truncate", "bytes": 10}),
    )
    .await;
    let request = Request::get(format!(
        "/services/data/v62.0/jobs/ingest/{id}/successfulResults/"
    ))
    .header("authorization", format!("Bearer {}", client.token));
    let response = client
        .app
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert!(
        response.into_body().collect().await.is_err(),
        "cut after ten bytes"
    );
    assert_eq!(client.file(&id, "successfulResults").await.len(), 2);
}
