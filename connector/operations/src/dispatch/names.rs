//! Faults that come of a wrong name say which one was meant: of an object, by the org's own list; of an API version, by those
//! that the org offers. The lists are asked for once, and only when something is not found.

use salesforce_client::cache::BoundedCache;
use salesforce_client::client::Client;
use salesforce_client::connection::{ApiVersion, VersionChoice};
use salesforce_client::expected::Expected;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_contract::catalog::nearest;
use serde::Deserialize;
use std::rc::Rc;

/// Salesforce's codes for a type that it does not know, in its APIs' several spellings.
const UNKNOWN_TYPE: [&str; 4] = [
    "INVALID_TYPE",
    "INVALIDENTITY",
    "InvalidEntity",
    "NOT_FOUND",
];

/// The names of objects that an instance knows, with the origin of their org.
type KnownNames = BoundedCache<Rc<Vec<String>>, 1>;

/// Adds to a fault what a wrong name of the object, or a wrong API version, explains of it.
pub fn explain(client: &Client, object: Option<&str>, fault: Fault) -> Fault {
    let has = |code: &&str| {
        fault
            .upstream
            .iter()
            .any(|upstream_error| upstream_error.code == *code)
    };
    let of_type = UNKNOWN_TYPE.iter().any(has);
    let told = match object {
        Some(object) if of_type => wrong_object(client, object),
        // Under a version that the org does not offer, nothing is found.
        None if has(&"NOT_FOUND") => wrong_version(client),
        _ if fault.kind == FaultKind::Unsupported && !fault.upstream.is_empty() => {
            wrong_version(client)
        }
        _ => None,
    };
    match told {
        Some(told) => Fault {
            message: format!("{told} ({})", fault.message),
            ..fault
        },
        None => fault,
    }
}

fn wrong_object(client: &Client, object: &str) -> Option<String> {
    let names = match names(client) {
        Ok(names) => names,
        Err(fault) if matches!(fault.kind, FaultKind::NotFound | FaultKind::Unsupported) => {
            return wrong_version(client);
        }
        Err(_) => return None,
    };
    if names.iter().any(|name| name.eq_ignore_ascii_case(object)) {
        return None;
    }
    let hint = nearest(object, names.iter().map(String::as_str));
    let hint = hint.map_or_else(
        || "`schema/objects` lists those that there are".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    Some(format!(
        "There is no object `{object}` that this user may see: {hint}"
    ))
}

/// The objects that the user of the connection may see.
fn names(client: &Client) -> Result<Rc<Vec<String>>, Fault> {
    let origin = client.session()?.instance_url;
    let cache = client.context().cache::<KnownNames>();
    if let Some(names) = cache.get(&origin) {
        return Ok(names);
    }
    let call = salesforce_client::client::Request::get(client.path("sobjects")?)
        .expecting(Expected::Object(&["sobjects"]));
    let reply = client.send(&call)?;
    let global: Global = serde_json::from_slice(&reply.body)
        .map_err(|error| Fault::protocol(format!("The list of objects: {error}")))?;
    let names: Vec<String> = global.sobjects.into_iter().map(|one| one.name).collect();
    let names = Rc::new(names);
    cache.keep(origin, Rc::clone(&names));
    Ok(names)
}

fn wrong_version(client: &Client) -> Option<String> {
    let VersionChoice::Exactly(asked) = client.settings().version else {
        return None;
    };
    let offered = client.offered_versions().ok()?;
    let (oldest, newest) = (offered.iter().min()?, offered.iter().max()?);
    (!offered.contains(&asked)).then(|| sentence(asked, *oldest, *newest))
}

fn sentence(asked: ApiVersion, oldest: ApiVersion, newest: ApiVersion) -> String {
    format!(
        "The org does not offer API version {asked}, but {oldest} to {newest}: set connection.api-version to one of them, or to `latest`"
    )
}

/// What matters of the list of objects.
#[derive(Deserialize)]
struct Global {
    sobjects: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use salesforce_client::testing::client;
    use salesforce_client::transport::scripted::Play;

    fn fault(kind: FaultKind, code: &str) -> Fault {
        let body = format!(r#"[{{"errorCode":"{code}","message":"no"}}]"#);
        Fault {
            kind,
            ..salesforce_client::fault::from_answer(404, body.as_bytes()).0
        }
    }

    fn not_found() -> Play {
        Play::json(404, r#"[{"errorCode":"NOT_FOUND","message":"no"}]"#)
    }

    const OBJECTS: &str = r#"{"sobjects":[{"name":"Account"},{"name":"Contact"}]}"#;

    #[test]
    fn a_slip_in_the_name_of_an_object_is_named_once_asked() {
        let (client, script, _) = client([Play::json(200, OBJECTS)]);
        for _ in 0..2 {
            let told = explain(
                &client,
                Some("Acount"),
                fault(FaultKind::NotFound, "NOT_FOUND"),
            );
            assert!(told.message.contains("`Acount`") && told.message.contains("`Account`"));
            assert_eq!(told.upstream[0].code, "NOT_FOUND");
        }
        let known = explain(
            &client,
            Some("account"),
            fault(FaultKind::NotFound, "NOT_FOUND"),
        );
        assert!(!known.message.contains("There is no object"));
        assert_eq!(script.sent().len(), 2);
    }

    #[test]
    fn a_version_that_is_not_offered_is_named_with_those_that_are() {
        let listed = r#"[{"version":"31.0"},{"version":"61.0"}]"#;
        let (client, ..) = client([not_found(), Play::json(200, listed)]);
        let told = explain(
            &client,
            Some("Account"),
            fault(FaultKind::NotFound, "NOT_FOUND"),
        );
        assert!(
            told.message.contains("62.0, but 31.0 to 61.0"),
            "{}",
            told.message
        );
    }

    #[test]
    fn other_faults_ask_nothing() {
        let (client, script, _) = client([]);
        explain(
            &client,
            Some("Account"),
            fault(FaultKind::Invalid, "INVALID_FIELD"),
        );
        assert!(script.sent().is_empty());
    }
}
