//! The steps of the demo, each a thing that integrations do every day.

use std::path::PathBuf;
use std::sync::Arc;

use sandbox::Org;
use serde_json::{Value, json};

use super::airports::{self, Upsert};
use super::printer::Printer;
use crate::failure::Failure;
use crate::output::{self, Output};
use mediate::contract::Message;
use mediate::session::{Session, SessionError};
use mediate::text::thousands;

/// Bound of one chunk of rows.
const CHUNK: u32 = 64 * 1024;
/// Rows per page: few, so that there are many pages to lose a session between.
const PAGE_ROWS: u32 = 200;

/// One thing that the demo shows.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step<'a> {
    LogIn,
    Load,
    LoadAgain,
    Query,
    Update,
    BadRecord,
    /// An export into a file.
    Export {
        name: &'a str,
        /// Whether the session is ended on purpose after the first chunk.
        ends_session: bool,
    },
}

impl Step<'_> {
    /// Says what is about to happen.
    pub(crate) fn title(self) -> String {
        match self {
            Self::LogIn => "Log in with OAuth client credentials".into(),
            Self::Load => {
                "Load them: one upsert by external id each, states first, airports below them"
                    .into()
            }
            Self::LoadAgain => {
                "Load them again: the external ids find them, so nothing is doubled".into()
            }
            Self::Query => "Query with SOQL: aggregates, parents, bind variables".into(),
            Self::Update => "Change a record, and read it back".into(),
            Self::BadRecord => {
                "Send a bad record: Salesforce rejects it with its own message, and nothing else is touched"
                    .into()
            }
            Self::Export { name, ends_session } => {
                let how = if ends_session {
                    "; the session ends in the middle, on purpose"
                } else {
                    ""
                };
                format!("Read all accounts into {name}, page after page{how}")
            }
        }
    }
}

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
    created: u64,
    changed: u64,
}

impl Steps {
    /// Runs all of it.
    pub(super) async fn run(mut self) -> Result<(), Failure> {
        self.log_in().await?;
        let airports = airports::read()
            .map_err(|error| Failure::Other(format!("The list of airports: {error}")))?;
        let mut accounts = airports::states(&airports);
        accounts.extend(airports.iter().map(airports::Airport::account));
        self.load(Step::Load, &accounts).await?;
        self.load(Step::LoadAgain, &accounts).await?;
        self.query().await?;
        self.update().await?;
        self.create_bad_record().await?;
        let files = [
            self.export("airports.csv", "csv", false).await?,
            self.export("airports.ndjson", "ndjson", true).await?,
        ];
        self.printer.end(&files)
    }

    fn begin(&mut self, step: Step<'_>) -> Result<(), Failure> {
        self.printer.step(&step.title())
    }

    async fn log_in(&mut self) -> Result<(), Failure> {
        self.begin(Step::LogIn)?;
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
        ))
    }

    async fn load(&mut self, step: Step<'_>, accounts: &[Upsert]) -> Result<(), Failure> {
        self.begin(step)?;
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
        self.printer.timed(&text, accounts.len() as u64)
    }

    async fn query(&mut self) -> Result<(), Failure> {
        self.begin(Step::Query)?;
        let soql = "SELECT Parent.Name state, COUNT(Id) airports FROM Account WHERE Parent.External_Id__c LIKE 'state/%' GROUP BY Parent.Name ORDER BY COUNT(Id) DESC LIMIT 3";
        for row in self.records(json!({"soql": soql})).await? {
            self.printer.line(&format!(
                "{}: {}",
                text(&row, "/state"),
                row.pointer("/airports").unwrap_or(&Value::Null)
            ))?;
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
            ))?;
        }
        Ok(())
    }

    async fn update(&mut self) -> Result<(), Failure> {
        self.begin(Step::Update)?;
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
        ))
    }

    async fn create_bad_record(&mut self) -> Result<(), Failure> {
        self.begin(Step::BadRecord)?;
        let bad = json!({"Website": "https://nameless.example"});
        match self
            .try_call("records/create", json!({"object": "Account"}), Some(&bad))
            .await
        {
            Err(error) => {
                let fault = error
                    .fault()
                    .ok_or_else(|| Failure::Other(format!("The refusal was no fault: {error}")))?;
                self.printer.line(&fault.message)
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
        ends_session: bool,
    ) -> Result<String, Failure> {
        self.begin(Step::Export { name, ends_session })?;
        let soql = "SELECT External_Id__c, Name, BillingCity, BillingState, BillingLatitude, BillingLongitude, Parent.Name FROM Account WHERE External_Id__c != null ORDER BY External_Id__c";
        let path = self.folder.join(name);
        let mut session_to_end = ends_session;
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
        let rows = u64::from(head.metadata.records.unwrap_or_default());
        let renewed = if head.metadata.session_renewed {
            ", session renewed on the way"
        } else {
            ""
        };
        let total = head.metadata.total;
        let total = total.map_or_else(|| "?".to_owned(), |total| total.to_string());
        self.printer.timed(
            &format!("{} rows of {total}{renewed}", thousands(rows)),
            rows,
        )?;
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
        let input = input.map(|fields| Message::new("application/json", fields.to_string()));
        let reply = self.session.call(operation, &config, input).await?;
        Ok(serde_json::from_slice(&reply.body).unwrap_or_default())
    }
}

/// Returns the text at a JSON pointer; empty when there is none.
fn text(row: &Value, pointer: &str) -> String {
    row.pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}
