//! Sends a request and opens its answer: down to the element that the call answers with, usage of the API noted on the way.

use super::envelope::Envelope;
use super::fault as soap_fault;
use super::json::ToJson;
use super::record::Types;
use super::xml::{Element, Malformed, Open, Space, XmlReader, echo};
use salesforce_client::client::{Client, Unusable};
use salesforce_client::exchange::{Idempotency, Reply};
use salesforce_client::fault;
use salesforce_contract::bindings::ApiUsage;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::Metadata;
use salesforce_contract::bindings::exports::salesforce::connector::soap::ReplyFormat;
use salesforce_contract::message::Message;
use salesforce_contract::message::bounded;

/// An answer, opened at the element of its call.
pub struct Answer<'b> {
    reader: XmlReader<'b>,
    usage: Option<ApiUsage>,
}

impl<'b> Answer<'b> {
    /// Steps down to the answer to a call.
    pub fn open(body: &'b [u8], call: &str) -> Result<Self, Malformed> {
        let mut reader = XmlReader::new(body)?;
        let header = reader.enter_envelope()?;
        let answer = reader.expect_element()?;
        let expected = format!("{call}Response");
        if !answer.is(Space::Partner, &expected) {
            return Err(Malformed(format!(
                "holds `{}`, not `{expected}` of the partner API",
                answer.name
            )));
        }
        Ok(Self {
            reader,
            usage: header.as_ref().and_then(api_usage),
        })
    }

    /// Steps into the next element of the one that is open; `None` at its end.
    pub fn next(&mut self) -> Result<Option<Open>, Malformed> {
        let next = self.reader.next_element()?;
        match &next {
            Some(open) if !matches!(open.space, Space::Partner | Space::Sobject) => {
                let name = &open.name;
                Err(self.reader.error(format_args!(
                    "has `{name}` in a namespace that is not the API's"
                )))
            }
            _ => Ok(next),
        }
    }

    /// Reads the rest of an element.
    pub fn element(&mut self, open: Open) -> Result<Element, Malformed> {
        Element::read(&mut self.reader, open)
    }

    /// Reads the next element of the one that is open; `None` at its end.
    pub fn next_element(&mut self) -> Result<Option<Element>, Malformed> {
        match self.next()? {
            Some(open) => self.element(open).map(Some),
            None => Ok(None),
        }
    }

    /// Checks that the answer is whole; called once its element has ended.
    fn finish(mut self) -> Result<Option<ApiUsage>, Malformed> {
        self.reader.finish()?;
        Ok(self.usage)
    }
}

/// Used and allowed calls, from `LimitInfoHeader`.
fn api_usage(header: &Element) -> Option<ApiUsage> {
    let info = header
        .child("LimitInfoHeader")?
        .all("limitInfo")
        .find(|info| info.text_of("type") == Some("API REQUESTS"))?;
    let number = |name| info.text_of(name)?.trim().parse().ok();
    Some(ApiUsage {
        used: number("current")?,
        allowed: number("limit")?,
    })
}

/// Reads an answer to its end; the inner fault is one that came with a good status.
pub fn read_answer<T>(
    client: &Client,
    call: &str,
    reply: &Reply,
    read: impl FnOnce(&mut Answer<'_>) -> Result<T, Malformed>,
) -> Result<Result<T, Fault>, Unusable> {
    let whole = Answer::open(&reply.body, call).and_then(|mut answer| {
        let value = read(&mut answer)?;
        Ok((value, answer.finish()?))
    });
    match whole {
        Ok((value, usage)) => {
            if usage.is_some() {
                client.record_usage(usage);
            }
            Ok(Ok(value))
        }
        Err(_) if soap_fault::read(&reply.body).is_some() => {
            let (fault, _) = fault::from_answer(reply.status, &reply.body);
            Ok(Err(Fault {
                attempts: 1,
                ..fault
            }))
        }
        Err(error) => Err(Unusable(format!("{error} ({call})"))),
    }
}

/// What an answer tells beside its results: the usage stands in its header.
pub fn metadata(call: &str, reply: &Reply) -> Metadata {
    let usage = Answer::open(&reply.body, call).ok();
    let told = Metadata::from(reply);
    Metadata {
        usage: usage.and_then(|answer| answer.usage).or(told.usage),
        ..told
    }
}

/// A whole answer in the form that callers want, with its results as elements.
pub struct Answered {
    /// The reply.
    pub message: Message,
    /// The first result, where the answer's form is that of one.
    pub first: Option<Element>,
    /// How many results say that they failed.
    pub failed: usize,
}

impl Answered {
    /// Returns the answer with a count of the results that say that they failed.
    pub fn with_failures(self) -> Message {
        let mut message = self.message;
        message.metadata.failed = Some(bounded(self.failed as u64));
        message
    }
}

/// Sends a call whose answer goes to the caller as it is. `wanted` is how many results it must have: one, or one per thing that was
/// asked for.
pub fn answer(
    client: &Client,
    name: &'static str,
    envelope: Envelope,
    wanted: usize,
    idempotency: Idempotency,
    format: Option<ReplyFormat>,
    types: &Types,
) -> Result<Answered, Fault> {
    let to_json = &ToJson { client, types };
    let call = envelope.call(client, idempotency)?;
    let (body, first, failed, metadata) = client.send_as(&call, None, |reply, _| {
        let mut body = Vec::new();
        let read = read_answer(client, name, &reply, |answer| {
            whole(answer, name, wanted, to_json, &mut body)
        })?;
        Ok(match (read, format) {
            (Ok(Ok((first, failed))), Some(ReplyFormat::Xml)) => {
                let xml = echo(&reply.body).map_err(|error| Unusable(error.to_string()))?;
                Ok((xml, first, failed, metadata(name, &reply)))
            }
            (Ok(Ok((first, failed))), _) => Ok((body, first, failed, metadata(name, &reply))),
            (Ok(Err(fault)) | Err(fault), _) => Err(fault),
        })
    })??;
    let message = Message {
        media_type: media_type(format).into(),
        body,
        metadata: client.metadata(metadata),
    };
    Ok(Answered {
        message,
        first,
        failed,
    })
}

/// The media type of a form.
pub fn media_type(format: Option<ReplyFormat>) -> &'static str {
    match format {
        Some(ReplyFormat::Xml) => "application/xml",
        Some(ReplyFormat::Json) | None => "application/json",
    }
}

/// What is kept of an answer that goes to the caller.
type Kept = (Option<Element>, usize);

/// Writes the results of an answer as JSON: one alone, several as a list.
fn whole(
    answer: &mut Answer<'_>,
    call: &str,
    wanted: usize,
    to_json: &ToJson<'_>,
    out: &mut Vec<u8>,
) -> Result<Result<Kept, Fault>, Malformed> {
    let several = ToJson::answers_many(call);
    let mut kept: Kept = (None, 0);
    out.extend_from_slice(if several { b"[" } else { b"" });
    let mut count = 0_usize;
    while let Some(result) = answer.next_element()? {
        if count > 0 && several {
            out.extend_from_slice(b",");
        }
        if let Err(fault) = to_json.result(call, &result, out) {
            return Ok(Err(fault));
        }
        kept.1 += usize::from(result.text_of("success") == Some("false"));
        count += 1;
        if !several {
            kept.0 = Some(result);
        }
    }
    // Of these, Salesforce says nothing but that they were done.
    let silent = matches!(call, "logout" | "setPassword");
    if count != wanted && !(silent && count == 0) {
        return Err(Malformed(format!("holds {count} results and not {wanted}")));
    }
    out.extend_from_slice(match (several, count) {
        (true, _) => b"]",
        (false, 0) => b"{}",
        (false, _) => b"",
    });
    Ok(Ok(kept))
}
