//! Namespaces of the SOAP APIs.

/// Namespace of SOAP 1.1 envelopes (SOAP 1.1, section 3).
pub(super) const ENVELOPE: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// The namespaces of one of the two SOAP APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Namespaces {
    /// The letter in the path.
    pub letter: &'static str,
    /// Of operations and results.
    pub api: &'static str,
    /// Of records.
    pub object: &'static str,
    /// Of faults.
    pub fault: &'static str,
}

impl Namespaces {
    /// Returns those of the API with this letter in its path.
    pub(super) fn from_letter(letter: &str) -> Option<Self> {
        match letter {
            "u" => Some(Self {
                letter: "u",
                api: "urn:partner.soap.sforce.com",
                object: "urn:sobject.partner.soap.sforce.com",
                fault: "urn:fault.partner.soap.sforce.com",
            }),
            "c" => Some(Self {
                letter: "c",
                api: "urn:enterprise.soap.sforce.com",
                object: "urn:sobject.enterprise.soap.sforce.com",
                fault: "urn:fault.enterprise.soap.sforce.com",
            }),
            "m" => Some(Self::alone("m", "http://soap.sforce.com/2006/04/metadata")),
            "s" => Some(Self::alone("s", "http://soap.sforce.com/2006/08/apex")),
            _ => None,
        }
    }

    /// Returns those of an API that has one namespace for all.
    const fn alone(letter: &'static str, api: &'static str) -> Self {
        Self {
            letter,
            api,
            object: api,
            fault: api,
        }
    }

    /// Returns whether faults have a typed detail.
    pub(super) fn has_details(&self) -> bool {
        self.fault != self.api
    }
}
