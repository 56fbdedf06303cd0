//! SOAP faults: the response when a whole call is rejected.

use std::borrow::Cow;

use super::namespaces::Namespaces;
use sandbox_model::api_error::ApiError;
use sandbox_model::xml::{Malformed, Out};
use sandbox_soql::SoqlError;

/// An error of a whole call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The request is no call that the WSDL describes: `soapenv:Client`, without detail.
    Client(String),
    /// Salesforce's code and sentence, with a typed detail.
    Api {
        code: Cow<'static, str>,
        message: String,
    },
}

impl Fault {
    pub(super) fn new(code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let (code, message) = (code.into(), message.into());
        Self::Api { code, message }
    }

    pub(super) fn client(message: impl Into<String>) -> Self {
        Self::Client(message.into())
    }

    /// There is no object of this name.
    pub(super) fn no_such_object(name: &str) -> Self {
        let message = format!(
            "sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append \
             the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
        );
        Self::new("INVALID_TYPE", message)
    }

    /// There is no field of this name.
    pub(super) fn no_such_field(object: &str, name: &str) -> Self {
        let message = format!(
            "No such column '{name}' on entity '{object}'. If you are attempting to use a custom field, be sure to \
             append the '__c' after the custom field name. Please reference your WSDL or the describe call for the \
             appropriate names."
        );
        Self::new("INVALID_FIELD", message)
    }

    /// Text that is no value of its type in the schema.
    pub(super) fn wrong_type(text: &str, kind: &str) -> Self {
        Self::Client(format!("'{text}' is not a valid value for the type {kind}"))
    }

    /// Returns the whole response.
    pub(super) fn xml(&self, namespaces: &Namespaces) -> Vec<u8> {
        let mut out = Out::default();
        out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope ");
        out.raw("xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:sf=\"");
        out.raw(namespaces.fault);
        out.raw("\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>");
        out.raw("<soapenv:Fault>");
        match self {
            Self::Client(message) => {
                out.text("faultcode", "soapenv:Client");
                out.text("faultstring", message);
            }
            Self::Api { code, message } => {
                out.text("faultcode", &format!("sf:{code}"));
                out.text("faultstring", &format!("{code}: {message}"));
                if namespaces.has_details() {
                    detail(&mut out, code, message);
                }
            }
        }
        out.raw("</soapenv:Fault></soapenv:Body></soapenv:Envelope>");
        out.into_bytes()
    }
}

fn detail(out: &mut Out, code: &str, message: &str) {
    let (kind, located) = kind_of(code);
    out.raw(format!("<detail><sf:{kind} xsi:type=\"sf:{kind}\">"));
    out.text("sf:exceptionCode", code);
    out.text("sf:exceptionMessage", message);
    if located {
        let (row, column) = place(message);
        out.number("sf:row", row);
        out.number("sf:column", column);
    }
    out.raw(format!("</sf:{kind}></detail>"));
}

/// Fault document for a call of the API at this path that is rejected with this code.
pub(crate) fn document(path: &str, code: &str, message: &str) -> Vec<u8> {
    let letter = path.split('/').nth(3).unwrap_or_default();
    let namespaces = Namespaces::from_letter(letter).or_else(|| Namespaces::from_letter("u"));
    let fault = Fault::new(code.to_owned(), message);
    namespaces.map_or_else(Vec::new, |namespaces| fault.xml(&namespaces))
}

/// Returns the element of the WSDL's fault schema that goes with a code, and whether it has a row and a column.
fn kind_of(code: &str) -> (&'static str, bool) {
    match code {
        "INVALID_LOGIN" => ("LoginFault", false),
        "INVALID_QUERY_LOCATOR" => ("InvalidQueryLocatorFault", false),
        "INVALID_NEW_PASSWORD" => ("InvalidNewPasswordFault", false),
        "MALFORMED_ID" | "INVALID_ID_FIELD" => ("InvalidIdFault", false),
        "INVALID_FIELD" => ("InvalidFieldFault", true),
        "INVALID_TYPE" => ("InvalidSObjectFault", true),
        "MALFORMED_QUERY" => ("MalformedQueryFault", true),
        "MALFORMED_SEARCH" => ("MalformedSearchFault", true),
        _ => ("UnexpectedErrorFault", false),
    }
}

/// Row and column of `ERROR at Row:1:Column:11`; -1 where the message names none.
fn place(message: &str) -> (i32, i32) {
    let found = message.split_once("ERROR at Row:").and_then(|(_, rest)| {
        let (row, rest) = rest.split_once(":Column:")?;
        let column = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        Some((row.parse().ok()?, column.parse().ok()?))
    });
    found.unwrap_or((-1, -1))
}

impl From<ApiError> for Fault {
    fn from(api_error: ApiError) -> Self {
        Self::new(api_error.code, api_error.message)
    }
}

impl From<Malformed> for Fault {
    fn from(malformed: Malformed) -> Self {
        Self::new("UNKNOWN_EXCEPTION", malformed.0)
    }
}

impl From<SoqlError> for Fault {
    fn from(error: SoqlError) -> Self {
        ApiError::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml(fault: &Fault) -> String {
        let namespaces = Namespaces::from_letter("u").unwrap();
        String::from_utf8(fault.xml(&namespaces)).unwrap()
    }

    #[test]
    fn details_have_the_types_of_the_wsdl() {
        let ended = xml(&Fault::new("INVALID_SESSION_ID", "Invalid Session ID"));
        assert!(ended.contains("<faultcode>sf:INVALID_SESSION_ID</faultcode><faultstring>INVALID_SESSION_ID: Invalid Session ID</faultstring><detail><sf:UnexpectedErrorFault xsi:type=\"sf:UnexpectedErrorFault\"><sf:exceptionCode>INVALID_SESSION_ID<"), "{ended}");
        let query = xml(&Fault::new(
            "MALFORMED_QUERY",
            "\nx\n^\nERROR at Row:1:Column:11\nunexpected token: '<'",
        ));
        assert!(
            query.contains("<sf:row>1</sf:row><sf:column>11</sf:column></sf:MalformedQueryFault>")
                && query.contains("&lt;"),
            "{query}"
        );
        let object = xml(&Fault::no_such_object("Nope"));
        assert!(
            object
                .contains("<sf:row>-1</sf:row><sf:column>-1</sf:column></sf:InvalidSObjectFault>"),
            "{object}"
        );
        assert!(!xml(&Fault::client("no")).contains("detail"));
    }
}
