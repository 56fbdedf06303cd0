//! The envelope of an outbound message: `notifications` in `http://soap.sforce.com/2005/09/outbound` (SOAP API guide,
//! "Understanding the Outbound Messaging WSDL").

use crate::soap::shown::field_of;
use sandbox_core::org::Org;
use sandbox_core::outbound::{Notification, OutboundMessage};
use sandbox_core::write::Row;
use sandbox_model::schema::Object;
use sandbox_model::xml::Out;

/// Key prefix of the ids of workflow actions that send messages.
const ACTION: &str = "04k";

/// Where and as whom the listener may call back.
pub(crate) struct Addresses<'a> {
    /// The org's URL.
    pub url: &'a str,
    /// The session id, where the message carries one.
    pub session: Option<String>,
}

/// Returns a message with these records as they are; deleted ones are left out.
pub(crate) fn envelope(
    org: &Org,
    message: &OutboundMessage,
    object: &Object,
    addresses: &Addresses<'_>,
    notifications: &[(Notification, Option<Row<'_>>)],
) -> Vec<u8> {
    let mut out = Out::default();
    out.raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope ");
    out.raw("xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" ");
    out.raw("xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" ");
    out.raw("xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n <soapenv:Body>\n");
    let own = " xmlns=\"http://soap.sforce.com/2005/09/outbound\"";
    out.element("notifications", own, |out| {
        let service = |kind: &str| {
            let (url, version) = (addresses.url, message.api_version);
            format!(
                "{url}/services/Soap/{kind}/{version}.0/{}",
                org.id().short()
            )
        };
        out.text("OrganizationId", org.id().as_str());
        out.text("ActionId", action_id(&message.name).as_str());
        out.nillable("SessionId", addresses.session.as_deref());
        out.text("EnterpriseUrl", &service("c"));
        out.text("PartnerUrl", &service("u"));
        for (notification, row) in notifications {
            out.element("Notification", "", |out| {
                out.text("Id", &notification.id);
                record(out, message, object, row.as_ref());
            });
        }
    });
    out.raw("\n </soapenv:Body>\n</soapenv:Envelope>\n");
    out.into_bytes()
}

/// Only fields with a value are shown.
fn record(out: &mut Out, message: &OutboundMessage, object: &Object, row: Option<&Row<'_>>) {
    let kind = format!(
        " xsi:type=\"sf:{}\" xmlns:sf=\"urn:sobject.enterprise.soap.sforce.com\"",
        object.name
    );
    out.element("sObject", &kind, |out| {
        let Some(row) = row else {
            return;
        };
        out.text("sf:Id", row.get("Id").as_str().unwrap_or_default());
        let fields = message.fields.iter().filter_map(|name| object.field(name));
        for field in fields.filter(|field| !row.get(&field.name).is_null()) {
            field_of(out, row, field);
        }
    });
}

/// Returns the id of the action, the same for each name.
fn action_id(name: &str) -> sandbox_model::id::RecordId {
    let number = name.bytes().fold(0_u64, |sum, byte| {
        sum.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    sandbox_model::id::RecordId::new(ACTION, number)
}
