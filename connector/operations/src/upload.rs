//! A request to the org whose body is streamed. It is tried once: what was sent is not kept, so that only the one who
//! has the input can send it again.

use salesforce_client::client::{Client, Request};
use salesforce_client::exchange::{self, Reply};
use salesforce_client::fault;
use salesforce_client::transport::{self, TransportError};
use salesforce_contract::bindings::Fault;
use std::rc::Rc;

/// A body on its way to the org. Dropping it aborts the request.
pub struct Upload {
    client: Rc<Client>,
    call: Request,
    sending: Option<Box<dyn transport::Upload>>,
}

impl Upload {
    /// Sends the head of a call; `call.body` is not sent.
    pub fn open(client: Rc<Client>, call: &Request) -> Result<Self, Fault> {
        let request = client.request_in_session(call)?;
        let sending = client.context().transport.upload(&request).map_err(lost)?;
        Ok(Self {
            client,
            call: call.clone(),
            sending: Some(sending),
        })
    }

    /// Sends the next piece. Where the org stopped reading, its answer is the fault, if it gave one; nothing more can
    /// be sent then.
    pub fn write(&mut self, piece: &[u8]) -> Result<(), Fault> {
        let Some(sending) = &mut self.sending else {
            return Err(Fault::protocol("The upload has ended"));
        };
        match sending.write(piece) {
            Ok(()) => Ok(()),
            Err(error) => Err(self.end().err().unwrap_or_else(|| lost(error))),
        }
    }

    /// Ends the body and returns the org's reply. A session that has ended is renewed, for the next attempt.
    pub fn finish(mut self) -> Result<Reply, Fault> {
        self.end()
    }

    fn end(&mut self) -> Result<Reply, Fault> {
        let Some(sending) = self.sending.take() else {
            return Err(Fault::protocol("The upload has ended"));
        };
        let pending = sending.finish().map_err(lost)?;
        let reply = exchange::receive(pending).map_err(lost)?;
        self.client.check_response(&self.call, reply)
    }
}

fn lost(error: TransportError) -> Fault {
    let (mut fault, retry) = fault::from_transport(&error);
    fault.maybe_applied = retry.maybe_applied();
    fault.attempts = 1;
    fault
}

#[cfg(test)]
mod tests {
    use super::*;
    use salesforce_client::exchange::Idempotency;
    use salesforce_client::expected::Expected;
    use salesforce_client::testing;
    use salesforce_client::transport::Method;
    use salesforce_client::transport::scripted::Play;
    use salesforce_contract::bindings::FaultKind;

    fn put() -> Request {
        Request::write(
            Method::Put,
            "/upload",
            Idempotency::NonIdempotent,
            "text/csv",
            b"",
        )
        .expecting(Expected::Taken)
    }

    fn send(
        play: Play,
    ) -> (
        Result<Reply, Fault>,
        Rc<Client>,
        salesforce_client::transport::scripted::Script,
    ) {
        let (client, script, _) = testing::client([play, testing::token("T2")]);
        let client = Rc::new(client);
        let mut upload = Upload::open(Rc::clone(&client), &put()).unwrap();
        let written = upload
            .write(b"Name\n")
            .and_then(|()| upload.write(b"Ann\n"));
        let sent = written.and_then(|()| upload.finish());
        (sent, client, script)
    }

    #[test]
    fn pieces_arrive_as_one_body_in_the_session() {
        let (sent, _, script) = send(Play::json(201, ""));
        assert_eq!(sent.unwrap().status, 201);
        let request = &script.requests()[1];
        assert_eq!(&*request.body, b"Name\nAnn\n");
        assert!(
            request
                .headers
                .contains(&("authorization".into(), "Bearer T1".into()))
        );
    }

    #[test]
    fn page_with_a_good_status_is_no_upload() {
        let (sent, ..) = send(Play::json(201, "<html>We are down</html>"));
        let fault = sent.unwrap_err();
        assert_eq!(
            (fault.kind, fault.maybe_applied),
            (FaultKind::Protocol, true)
        );
    }

    #[test]
    fn ended_session_is_renewed_for_the_next_attempt() {
        let (sent, client, _) = send(testing::expired());
        let fault = sent.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Unavailable);
        assert!(!fault.maybe_applied);
        assert_eq!(client.open_session().unwrap().access_token, "T2");
    }

    #[test]
    fn broken_connection_may_have_been_acted_on() {
        let (sent, ..) = send(Play::BreakAfter(6));
        let fault = sent.unwrap_err();
        assert_eq!(
            (fault.kind, fault.maybe_applied),
            (FaultKind::Unavailable, true)
        );
    }
}
