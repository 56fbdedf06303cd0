//! `mediate listen`: messages that others post, delivered before they are acknowledged.

use std::sync::Arc;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, RwLock};

use super::args::{Global, Listen};
use super::console::{Console, print};
use super::context::CommandContext;
use super::failure::Failure;
use super::files;
use super::notice;
use super::plan::absolute;
use super::signals;
use super::watch::{cannot_use, checkpoint_beside, output};
use mediate::contract::{Message, Style};
use mediate::ingress::{self, ListenSettings, Reply};
use mediate::session::Session;
use mediate::text;
use mediate::watch::{DeliveredIds, OnceOutput};

/// Name of the attribute with what is sent back once the message was delivered.
const ANSWER: &str = "answer";
/// Name of the attribute with the media type of that.
const ANSWER_TYPE: &str = "answer-media-type";

pub(super) async fn run(args: &Listen, global: &Global, console: Console) -> Result<(), Failure> {
    let context = CommandContext::prepare(global, &args.connection, console).await?;
    let operation = context.operation(&args.operation, Style::Call)?;
    let config = context.config(args.config.as_deref(), &args.pairs, operation)?;
    let settings = settings(args)?;
    let listener = TcpListener::bind(args.listen).await.map_err(|error| {
        Failure::usage(format!(
            "cannot listen on {}: {}",
            args.listen,
            text::io(&error)
        ))
    })?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::Other(text::io(&error)))?;
    if settings.tls.is_none() && !address.ip().is_loopback() {
        console.warn(notice::WITHOUT_TLS);
    }
    let output = once(args, &operation.name, context.secret_variables())?;
    let handler = Arc::new(Handler {
        operation: operation.name.clone(),
        session: RwLock::new(Arc::new(context.session().await?)),
        context,
        config,
        output: Mutex::new(output),
        console,
    });
    let scheme = if settings.tls.is_some() {
        "https"
    } else {
        "http"
    };
    print(&format!("{scheme}://{address}\n"))?;
    let handle = move |message| {
        let handler = Arc::clone(&handler);
        async move { handler.handle(message).await }
    };
    let code = ingress::serve(listener, settings, handle, signals::received()).await;
    Err(Failure::Interrupted(code))
}

/// Opens the output, with what it has taken before where each message is delivered once.
fn once(args: &Listen, operation: &str, hidden: Vec<String>) -> Result<OnceOutput, Failure> {
    if !args.dedup {
        let output = output(&args.output, None, hidden)?;
        return OnceOutput::new(output, None).map_err(|error| Failure::Other(text::io(&error)));
    }
    let path = args.checkpoint.clone();
    let path = path.or_else(|| checkpoint_beside(&args.output));
    let path = path.ok_or_else(|| {
        Failure::usage(
            "--dedup keeps the ids of delivered messages in a file: name it with --checkpoint FILE",
        )
    })?;
    let unusable = |error: std::io::Error| cannot_use(&path, &error);
    let to = args.output.output.as_deref().map(absolute).transpose()?;
    let delivered = DeliveredIds::open(&path, operation, to.as_deref()).map_err(unusable)?;
    let output = output(&args.output, delivered.output_bytes(), hidden)?;
    OnceOutput::new(output, Some(delivered)).map_err(unusable)
}

fn settings(args: &Listen) -> Result<ListenSettings, Failure> {
    let path = match args.path.strip_prefix('@') {
        Some(file) => files::text(file.as_ref())?.trim().to_owned(),
        None => args.path.clone(),
    };
    if !path.starts_with('/') {
        return Err(Failure::usage(
            "--path must begin with a slash: write it as /NAME",
        ));
    }
    let tls = match (&args.tls_certificate, &args.tls_key) {
        (Some(certificate), Some(key)) => {
            let tls = ingress::tls(certificate, key, args.client_ca.as_deref());
            Some(tls.map_err(|error| Failure::usage(format!("TLS cannot be set up: {error}")))?)
        }
        _ => None,
    };
    let settings = ListenSettings::new(path).tls(tls);
    Ok(settings.max_bytes(args.max_body.saturating_mul(1024)))
}

struct Handler {
    context: CommandContext,
    session: RwLock<Arc<Session>>,
    operation: String,
    config: Value,
    /// One message at a time: what an output has taken is whole.
    output: Mutex<OnceOutput>,
    console: Console,
}

impl Handler {
    async fn handle(&self, message: Message) -> Reply {
        let message = Message {
            media_type: essence(&message.media_type),
            ..message
        };
        let session = Arc::clone(&*self.session.read().await);
        let read = session.call(&self.operation, &self.config, Some(message));
        let reply = match read.await {
            Ok(reply) => reply,
            Err(error) if error.fault().is_some() => return Reply::Rejected(error.to_string()),
            Err(error) => {
                self.console.warn(&notice::message_not_read(&error));
                self.restart_session(&session).await;
                return Reply::RetryLater;
            }
        };
        let answer = Message::new(
            reply.metadata.extra(ANSWER_TYPE).unwrap_or("text/plain"),
            reply.metadata.extra(ANSWER).unwrap_or_default(),
        );
        match self.output.lock().await.take(documents(&reply)).await {
            Ok(repeated) => {
                if repeated > 0 {
                    let repeated = text::count(repeated as u64, "document");
                    tracing::debug!("acknowledged again: {repeated} of before");
                }
                Reply::Accepted(answer)
            }
            Err(error) => {
                self.console.warn(&notice::message_not_delivered(&error));
                Reply::RetryLater
            }
        }
    }
}

impl Handler {
    /// Starts another instance in place of one that has ended, unless somebody did so already.
    async fn restart_session(&self, ended: &Arc<Session>) {
        let mut session = self.session.write().await;
        if !Arc::ptr_eq(&session, ended) {
            return;
        }
        match self.context.start().await {
            Ok(started) => *session = Arc::new(started),
            Err(error) => self.console.warn(&notice::not_started_again(&error)),
        }
    }
}

/// Splits a reply of several documents; each line of NDJSON is one.
fn documents(reply: &Message) -> Vec<Message> {
    if reply.media_type != "application/x-ndjson" {
        return vec![Message::new(reply.media_type.clone(), reply.body.clone())];
    }
    let lines = reply.body.split(|byte| *byte == b'\n');
    lines
        .filter(|line| !line.is_empty())
        .map(|line| {
            let mut document = Message::new("application/json", line);
            document
                .metadata
                .extras
                .extend(id(line).map(|id| ("event-id".to_owned(), id)));
            document
        })
        .collect()
}

/// Reads the member `id` of a document, by which repeats are found.
fn id(line: &[u8]) -> Option<String> {
    let document: Value = serde_json::from_slice(line).ok()?;
    document.get("id")?.as_str().map(str::to_owned)
}

fn essence(media_type: &str) -> String {
    media_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_document_with_its_id() {
        let reply = Message::new(
            "application/x-ndjson",
            "{\"id\":\"04l1\",\"a\":1}\n{\"a\":2}\n",
        );
        let documents = documents(&reply);
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0].metadata.extra("event-id"), Some("04l1"));
        assert_eq!(documents[1].metadata.extra("event-id"), None);
    }
}
