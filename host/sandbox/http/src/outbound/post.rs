//! One attempt: a message is posted, and the listener's response read.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HOST};
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use url::{Position, Url};

use sandbox_model::xml::Element;

/// How long a listener may take (Salesforce help, "Considerations for Outbound Messages": 60 seconds).
const TIMEOUT: Duration = Duration::from_secs(60);
/// The largest response that is read.
const MAX_RESPONSE_BYTES: usize = 64 * 1024;

/// Posts a message.
///
/// # Errors
/// Short reason why it does not count as delivered.
pub(super) async fn post(url: &str, envelope: Vec<u8>) -> Result<(), String> {
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    let attempt = timeout(TIMEOUT, exchange(&url, envelope)).await;
    let (status, body) = attempt.map_err(|_| "no answer within 60 seconds".to_owned())??;
    if status != StatusCode::OK {
        return Err(format!("HTTP status {}", status.as_u16()));
    }
    if is_acknowledged(&body) {
        return Ok(());
    }
    Err("the answer is no notificationsResponse with Ack true".into())
}

async fn exchange(url: &Url, envelope: Vec<u8>) -> Result<(StatusCode, Bytes), String> {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let port = url.port_or_known_default().unwrap_or(80);
    let stream = TcpStream::connect((address, port))
        .await
        .map_err(to_message)?;
    let io = TokioIo::new(stream);
    let (mut sender, connection) = http1::handshake(io).await.map_err(to_message)?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(&url[Position::BeforePath..Position::AfterQuery])
        .header(HOST, &url[Position::BeforeHost..Position::AfterPort])
        .header(CONTENT_TYPE, "text/xml; charset=utf-8")
        .header("SOAPAction", "\"\"")
        .header("Accept", "text/xml")
        .body(Full::new(Bytes::from(envelope)))
        .map_err(to_message)?;
    let exchange = async {
        let response = sender.send_request(request).await.map_err(to_message)?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_RESPONSE_BYTES).collect().await;
        Ok((parts.status, body.map_err(to_message)?.to_bytes()))
    };
    let mut exchange = std::pin::pin!(exchange);
    tokio::select! {
        result = &mut exchange => return result,
        ended = connection => ended.map_err(to_message)?,
    }
    // The connection has ended, and with it the response: whole or not, what there is of it is there now.
    exchange.await
}

fn to_message(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Returns whether the listener said that it has the message.
fn is_acknowledged(body: &[u8]) -> bool {
    let Ok(envelope) = Element::read(body) else {
        return false;
    };
    let response = envelope.child("Body");
    let response = response.and_then(|body| body.child("notificationsResponse"));
    let ack = response.and_then(|response| response.child("Ack"));
    ack.and_then(Element::value)
        .is_some_and(|text| text == "true" || text == "1")
}

#[cfg(test)]
mod tests {
    use super::is_acknowledged;

    #[test]
    fn only_an_ack_that_is_true_acknowledges() {
        let response = |ack: &str| {
            format!(
                r#"<?xml version="1.0"?><s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>{ack}</Ack></notificationsResponse></s:Body></s:Envelope>"#
            )
        };
        assert!(is_acknowledged(response("true").as_bytes()));
        assert!(!is_acknowledged(response("false").as_bytes()));
        for other in ["", "ok", "<Ack>true</Ack>"] {
            assert!(!is_acknowledged(other.as_bytes()), "{other}");
        }
    }
}
