//! XML as the partner API uses it: read with namespaces, bounded and without document types; written with every value escaped.

mod echo;
mod envelope;
mod read;
mod tree;
mod write;

pub use echo::echo;
pub use read::{Malformed, Open, Space, XmlEvent, XmlReader};
pub use tree::Element;
pub use write::{Xml, insert, unwritable};

/// The namespace of SOAP 1.1 envelopes (SOAP 1.1, section 2).
pub const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// The namespace of calls, headers and results (partner WSDL).
pub const PARTNER: &str = "urn:partner.soap.sforce.com";
/// The namespace of records and their fields (partner WSDL).
pub const SOBJECT: &str = "urn:sobject.partner.soap.sforce.com";
/// The namespace of the details of faults (partner WSDL).
pub const FAULT: &str = "urn:fault.partner.soap.sforce.com";
/// The namespace of `xsi:type` and `xsi:nil` (XML Schema Part 1, section 2.6).
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// The namespace of the types of XML Schema itself (XML Schema Part 2).
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema";
