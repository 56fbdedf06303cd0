//! An answer as XML for callers: what stands in the body of its envelope, with the usual prefixes whatever the org used.

use super::{FAULT, Malformed, Open, PARTNER, SOBJECT, Space, XSD, XSI, XmlEvent, XmlReader};
use quick_xml::escape::escape;

/// Writes the content of the body of an envelope.
pub fn echo(body: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut reader = XmlReader::new(body)?;
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let mut names: Vec<String> = Vec::new();
    let mut inside = false;
    while let Some(event) = reader.next_event()? {
        match event {
            XmlEvent::Open(open) if !inside => {
                inside = open.is(Space::Soap, "Body") && reader.depth() == 2;
            }
            XmlEvent::Open(open) => {
                let name = qualified(open.space, &open.name);
                begin(&mut out, &name, &open, names.is_empty());
                names.push(name);
            }
            XmlEvent::Text(text) if !names.is_empty() => out.push_str(&escape(text)),
            XmlEvent::Text(_) => {}
            XmlEvent::Close => match names.pop() {
                Some(name) => {
                    out.push_str("</");
                    out.push_str(&name);
                    out.push('>');
                }
                None => inside = false,
            },
        }
    }
    out.push('\n');
    Ok(out.into_bytes())
}

fn begin(out: &mut String, name: &str, open: &Open, is_root: bool) {
    out.push('<');
    out.push_str(name);
    if is_root {
        out.push_str(&format!(
            " xmlns=\"{PARTNER}\" xmlns:sf=\"{SOBJECT}\" xmlns:xsi=\"{XSI}\" xmlns:xsd=\"{XSD}\""
        ));
    }
    if open.space == Space::Fault {
        out.push_str(&format!(" xmlns:fns=\"{FAULT}\""));
    }
    if let Some((space, of)) = &open.of {
        out.push_str(&format!(" xsi:type=\"{}\"", escape(qualified(*space, of))));
    }
    if open.nil {
        out.push_str(" xsi:nil=\"true\"");
    }
    out.push('>');
}

fn qualified(space: Space, name: &str) -> String {
    match space {
        Space::Sobject => format!("sf:{name}"),
        Space::Schema => format!("xsd:{name}"),
        Space::Fault => format!("fns:{name}"),
        Space::Partner | Space::Soap | Space::Nothing | Space::Other => name.to_owned(),
    }
}
