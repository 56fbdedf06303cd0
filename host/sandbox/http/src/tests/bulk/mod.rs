//! Bulk jobs as clients see them.

mod faulty_body;
mod ingest;
mod query;
mod rules;

use std::time::Duration;

use serde_json::json;

use super::*;

impl Client {
    /// Makes an ingest job; gives its id.
    async fn job(&self, body: Json) -> String {
        let made = self.call("POST", "/jobs/ingest", Some(body)).await;
        assert_eq!(made.status, 200, "{}", made.text());
        assert_eq!(made.json()["state"], "Open");
        made.json()["id"].as_str().unwrap().to_owned()
    }

    async fn put(&self, id: &str, csv: &str) -> TestResponse {
        let request = Request::put(format!("/services/data/v62.0/jobs/ingest/{id}/batches"))
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "text/csv; charset=UTF-8");
        self.send(request.body(Body::from(csv.to_owned())).unwrap())
            .await
    }

    async fn set_state(&self, kind: &str, id: &str, state: &str) -> TestResponse {
        let body = json!({"state": state});
        self.call("PATCH", &format!("/jobs/{kind}/{id}"), Some(body))
            .await
    }

    /// Waits until a job is in one of the final states; gives its info.
    async fn finished(&self, kind: &str, id: &str) -> Json {
        for _ in 0..2_000 {
            let info = self.get(&format!("/jobs/{kind}/{id}")).await.json();
            if ["JobComplete", "Failed", "Aborted"].contains(&info["state"].as_str().unwrap()) {
                return info;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("the job does not come to an end");
    }

    /// Loads a CSV; gives the job's id and its final info.
    async fn load(&self, body: Json, csv: &str) -> (String, Json) {
        let id = self.job(body).await;
        assert_eq!(self.put(&id, csv).await.status, 201);
        let closed = self.set_state("ingest", &id, "UploadComplete").await;
        assert_eq!(closed.status, 200, "{}", closed.text());
        assert_eq!(closed.json()["state"], "UploadComplete");
        let info = self.finished("ingest", &id).await;
        (id, info)
    }

    /// The rows of a result file, with its header.
    async fn file(&self, id: &str, name: &str) -> Vec<String> {
        let response = self.get(&format!("/jobs/ingest/{id}/{name}/")).await;
        assert_eq!(response.status, 200, "{}", response.text());
        assert_eq!(response.header("content-type"), "text/csv");
        response.text().lines().map(str::to_owned).collect()
    }

    /// Runs a query; gives the job's id and its final info.
    async fn extract(&self, body: Json) -> (String, Json) {
        let made = self.call("POST", "/jobs/query", Some(body)).await;
        assert_eq!(made.status, 200, "{}", made.text());
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let info = self.finished("query", &id).await;
        (id, info)
    }

    async fn hits(&self, soql: &str) -> u64 {
        let encoded: String = url::form_urlencoded::byte_serialize(soql.as_bytes()).collect();
        let response = self.get(&format!("/query?q={encoded}")).await;
        response.json()["totalSize"].as_u64().unwrap()
    }
}

/// Fields of a CSV line whose values are all quoted.
fn fields(line: &str) -> Vec<&str> {
    let inner = line.strip_prefix('"').unwrap().strip_suffix('"').unwrap();
    inner.split("\",\"").collect()
}
