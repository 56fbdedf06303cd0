//! The steps of the demo, each a thing that integrations do every day.

use std::path::PathBuf;
use std::sync::Arc;

use sandbox::Org;
use serde_json::{Value, json};

use super::airports::{self, Upsert};
use super::printer::{Printer, thousands};
use crate::failure::Failure;
use crate::output::{self, Output};
use mediate::contract::Message;
use mediate::session::{Session, SessionError};

/// Bound of one chunk of rows.
const CHUNK: u32 = 64 * 1024;
/// Rows per page: few, so that there are many pages to lose a session between.
const PAGE_ROWS: u32 = 200;

/// The demo under way.
pub(super) struct Steps {
    pub(super) printer: Printer,
    pub(super) session: Session,
    pub(super) org: Arc<Org>,
    pub(super) folder: PathBuf,
}

/// What became of many upserts.
#[derive(Default)]
struct Tally {
    created: usize,
    changed: usize,
}

impl Steps {
    /// Tells all of it.
    pub(super) async fn tell(mut self) -> Result<(), Failure> {
        self.log_in().await?;
        let airports = airports::read()
            .map_err(|error| Failure::Other(format!("The list of airports: {error}")))?;
        let mut accounts = airports::states(&airports);
        accounts.extend(airports.iter().map(airports::Airport::account));
        self.load(
            "Load them: one upsert by external id each, states first, airports below them",
            &accounts,
        )
        .await?;
        self.load(
            "Load them again: the external ids find them, so nothing is doubled",
            &accounts,
        )
        .await?;
        self.ask().await?;
        self.change().await?;
        self.refuse().await?;
        let files = [
            self.export("airports.csv", "csv", false).await?,
            self.export("airports.ndjson", "ndjson", true).await?,
        ];
        self.printer.end(&files);
        Ok(())
    }

    async fn log_in(&mut self) -> Result<(), Failure> {
        self.printer.step("Log in with OAuth client credentials");
        let report = self.call("connection/test", json!({}), None).await?;
        let text = |name: &str| {
            report
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        self.printer.line(&format!(
            "{} at {}, API {}",
            text("username"),
            text("instance-url"),
            text("api-version")
        ));
        Ok(())
    }

    async fn load(&mut self, title: &str, accounts: &[Upsert]) -> Result<(), Failure> {
        self.printer.step(title);
        let mut tally = Tally::default();
        for (key, fields) in accounts {
            let config = json!({"object": "Account", "external-id-field": "External_Id__c", "external-id": key});
            let outcome = self.call("records/upsert", config, Some(fields)).await?;
            let count = if outcome.get("created") == Some(&Value::Bool(true)) {
                &mut tally.created
            } else {
                &mut tally.changed
            };
            *count += 1;
        }
        let text = format!(
            "{} created, {} changed",
            thousands(tally.created),
            thousands(tally.changed)
        );
        self.printer.timed(&text, accounts.len());
        Ok(())
    }

    async fn ask(&mut self) -> Result<(), Failure> {
        self.printer
            .step("Ask with SOQL: aggregates, parents, bind variables");
        let soql = "SELECT Parent.Name state, COUNT(Id) airports FROM Account WHERE Parent.External_Id__c LIKE 'state/%' GROUP BY Parent.Name ORDER BY COUNT(Id) DESC LIMIT 3";
        for row in self.records(json!({"soql": soql})).await? {
            self.printer.line(&format!(
                "{}: {}",
                text(&row, "/state"),
                row.pointer("/airports").unwrap_or(&Value::Null)
            ));
        }
        let soql = "SELECT Name, BillingCity, Parent.Name FROM Account WHERE Name LIKE :name";
        for row in self
            .records(json!({"soql": soql, "bind": {"name": "%O'Hare%"}}))
            .await?
        {
            self.printer.line(&format!(
                ":name = %O'Hare% finds {} in {} ({})",
                text(&row, "/Name"),
                text(&row, "/BillingCity"),
                text(&row, "/Parent/Name")
            ));
        }
        Ok(())
    }

    async fn change(&mut self) -> Result<(), Failure> {
        self.printer.step("Change a record, and read it back");
        let found = json!({"soql": "SELECT Id FROM Account WHERE External_Id__c = :code", "bind": {"code": "ORD"}});
        let id = self
            .records(found)
            .await?
            .first()
            .map(|row| text(row, "/Id"))
            .unwrap_or_default();
        let fields = json!({"Website": "https://www.flychicago.com", "Description": "Renamed in 1949 — \"Orchard Field\" before"});
        self.call(
            "records/update",
            json!({"object": "Account", "id": id}),
            Some(&fields),
        )
        .await?;
        let back = self.call("records/retrieve", json!({"object": "Account", "id": id, "fields": ["Name", "Website", "Description"]}), None).await?;
        self.printer.line(&format!(
            "{id}: {}, {}",
            text(&back, "/Website"),
            text(&back, "/Description")
        ));
        Ok(())
    }

    async fn refuse(&mut self) -> Result<(), Failure> {
        self.printer.step("Send a bad record: it is refused, in Salesforce's own words, and nothing else is touched");
        let bad = json!({"Website": "https://nameless.example"});
        match self
            .try_call("records/create", json!({"object": "Account"}), Some(&bad))
            .await
        {
            Err(error) => {
                let fault = error
                    .fault()
                    .ok_or_else(|| Failure::Other(format!("The refusal was no fault: {error}")))?;
                self.printer.line(&fault.message);
                Ok(())
            }
            Ok(_) => Err(Failure::Other(
                "The simulated org took an Account without a Name".into(),
            )),
        }
    }

    /// Streams all accounts into a file; the session may be ended on purpose after the first chunk.
    async fn export(
        &mut self,
        name: &str,
        format: &str,
        end_session: bool,
    ) -> Result<String, Failure> {
        let how = if end_session {
            "; the session ends in the middle, on purpose"
        } else {
            ""
        };
        self.printer.step(&format!(
            "Read all accounts into {name}, page after page{how}"
        ));
        let soql = "SELECT External_Id__c, Name, BillingCity, BillingState, BillingLatitude, BillingLongitude, Parent.Name FROM Account WHERE External_Id__c != null ORDER BY External_Id__c";
        let path = self.folder.join(name);
        let mut session_to_end = end_session;
        let destination = output::destination(Some(&path), false)?;
        let mut output = Output::open(destination, false).await?;
        let mut reader = self
            .session
            .read(
                "query/rows",
                &json!({"soql": soql, "format": format, "page-size": PAGE_ROWS}),
                None,
            )
            .await?;
        while let Some(chunk) = reader.next(CHUNK).await? {
            output.write(&chunk).await?;
            if std::mem::take(&mut session_to_end) {
                self.org.sessions().expire_all();
            }
        }
        let head = reader.head().await?;
        output.finish().await?;
        let rows: usize = head
            .attribute("rows")
            .and_then(|rows| rows.parse().ok())
            .unwrap_or_default();
        let renewed = if head.attribute("session-renewed").is_some() {
            ", session renewed on the way"
        } else {
            ""
        };
        let total = head.attribute("total").unwrap_or("?");
        self.printer.timed(
            &format!("{} rows of {total}{renewed}", thousands(rows)),
            rows,
        );
        Ok(path.display().to_string())
    }

    async fn records(&self, config: Value) -> Result<Vec<Value>, Failure> {
        let mut page = self.call("query/query", config, None).await?;
        Ok(page
            .get_mut("records")
            .and_then(Value::as_array_mut)
            .map(std::mem::take)
            .unwrap_or_default())
    }

    async fn call(
        &self,
        operation: &str,
        config: Value,
        input: Option<&Value>,
    ) -> Result<Value, Failure> {
        Ok(self.try_call(operation, config, input).await?)
    }

    async fn try_call(
        &self,
        operation: &str,
        config: Value,
        input: Option<&Value>,
    ) -> Result<Value, SessionError> {
        let input = input.map(|fields| Message {
            media_type: "application/json".into(),
            body: fields.to_string().into_bytes(),
            attributes: Vec::new(),
        });
        let reply = self.session.call(operation, &config, input).await?;
        Ok(serde_json::from_slice(&reply.body).unwrap_or_default())
    }
}

/// The text at a JSON pointer; empty when there is none.
fn text(row: &Value, pointer: &str) -> String {
    row.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
