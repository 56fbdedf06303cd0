//! How the org of tests is reached, and what its answers are made of.

use super::Fake;
use salesforce_client::transport::scripted::{Play, Script};
use salesforce_client::transport::{
    Headers, HttpRequest, Method, Pending, Started, Transport, TransportError, Upload, Uploading,
};
use std::rc::Rc;

/// The value of a parameter of a query.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

/// An answer that is CSV.
pub fn csv(text: String, headers: Headers) -> Play {
    Play::Answer(200, headers, text.into_bytes())
}

/// Records of a CSV as they stand, line breaks within quotes kept.
pub fn lines(text: &str) -> Vec<String> {
    let (mut found, mut line, mut quoted) = (Vec::new(), String::new(), false);
    for char in text.chars() {
        quoted ^= char == '"';
        if char == '\n' && !quoted {
            found.push(std::mem::take(&mut line).trim_end_matches('\r').to_owned());
        } else {
            line.push(char);
        }
    }
    found.extend((!line.is_empty()).then_some(line));
    found
}

impl Transport for Fake {
    fn start(&self, request: &HttpRequest) -> Started {
        play(self.answer(request, &request.body))
    }

    fn upload(&self, request: &HttpRequest) -> Uploading {
        Ok(Box::new(Sending {
            fake: self.clone(),
            request: request.clone(),
            body: Vec::new(),
        }))
    }
}

/// What the script's machinery makes of a play.
fn play(play: Play) -> Result<Box<dyn Pending>, TransportError> {
    let request = HttpRequest {
        method: Method::Get,
        url: String::new(),
        headers: Vec::new(),
        body: Rc::from([]),
        timeouts: salesforce_client::transport::Timeouts {
            connect_ms: None,
            first_byte_ms: 0,
            between_bytes_ms: 0,
        },
    };
    Script::new([play]).start(&request)
}

struct Sending {
    fake: Fake,
    request: HttpRequest,
    body: Vec<u8>,
}

impl Upload for Sending {
    fn write(&mut self, piece: &[u8]) -> Result<(), TransportError> {
        self.body.extend_from_slice(piece);
        Ok(())
    }

    fn finish(self: Box<Self>) -> Started {
        play(self.fake.answer(&self.request, &self.body))
    }
}
