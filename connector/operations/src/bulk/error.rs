//! The words in which results tell why a record failed: `CODE:message:Field, Field --`.

/// Takes an error apart: code, message, fields.
pub fn split(text: &str) -> (&str, &str, Vec<&str>) {
    let (code, rest) = match text.split_once(':') {
        Some((code, rest)) if is_code(code) => (code, rest),
        _ => ("", text),
    };
    let Some(body) = rest.trim_end().strip_suffix("--") else {
        return (code, rest.trim(), Vec::new());
    };
    let body = body.trim_end();
    match body.rsplit_once(':') {
        Some((message, fields)) if fields.is_empty() || are_fields(fields) => {
            let names = fields.split(',').map(str::trim);
            (
                code,
                message.trim(),
                names.filter(|name| !name.is_empty()).collect(),
            )
        }
        _ => (code, body, Vec::new()),
    }
}

fn is_code(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    !text.is_empty() && text.bytes().all(plain)
}

fn are_fields(text: &str) -> bool {
    text.split(',').map(str::trim).all(|name| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
        !name.is_empty() && name.bytes().all(plain)
    })
}

/// Codes of errors that pass by themselves (SOAP API Developer Guide, "StatusCode"): the record is right, and would be saved another
/// time.
const PASSING: [&str; 7] = [
    "UNABLE_TO_LOCK_ROW",
    "REQUEST_LIMIT_EXCEEDED",
    "SERVER_UNAVAILABLE",
    "QUERY_TIMEOUT",
    "UNKNOWN_EXCEPTION",
    "API_CURRENTLY_DISABLED",
    // The connector's own, for records that Salesforce did not get to.
    "UNPROCESSED",
];

/// Returns whether a record that failed so would be saved another time.
pub fn passes(text: &str) -> bool {
    let (code, message, _) = split(text);
    // Triggers and flows tell a lock within an error of their own.
    PASSING.contains(&code) || message.contains("UNABLE_TO_LOCK_ROW")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_taken_apart() {
        assert_eq!(
            split("REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --"),
            (
                "REQUIRED_FIELD_MISSING",
                "Required fields are missing: [Name]",
                vec!["Name"]
            )
        );
        assert_eq!(
            split(
                "DUPLICATE_VALUE:duplicate value found: Ext__c duplicates value on record with id: 001A:--"
            ),
            (
                "DUPLICATE_VALUE",
                "duplicate value found: Ext__c duplicates value on record with id: 001A",
                vec![]
            )
        );
        assert_eq!(
            split("FIELD_CUSTOM_VALIDATION_EXCEPTION:Late: too late:A__c,B__c --").2,
            ["A__c", "B__c"]
        );
        assert_eq!(split("Something else"), ("", "Something else", vec![]));
    }

    #[test]
    fn locks_pass_and_wrong_values_do_not() {
        assert!(passes(
            "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record or 1 records: 001A:--"
        ));
        assert!(passes(
            "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY:T: execution of AfterInsert caused by: UNABLE_TO_LOCK_ROW, unable:--"
        ));
        assert!(!passes(
            "REQUIRED_FIELD_MISSING:Required fields are missing: [Name]:Name --"
        ));
    }
}
