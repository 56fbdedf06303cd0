//! Ids of records as the schema of the API has them: 18 letters and digits. Those of 15 are told apart by upper and lower case alone,
//! and are sent with the three letters that say the same without (SOAP API Developer Guide, "Field Types", "ID").

use salesforce_contract::bindings::Fault;

/// Letters of the short form.
const SHORT: usize = 15;
/// Letters of the long form.
const LONG: usize = 18;
/// Each letter at the end tells of five at the beginning which ones are capitals.
const CAPITALS: [char; 32] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S',
    'T', 'U', 'V', 'W', 'X', 'Y', 'Z', '0', '1', '2', '3', '4', '5',
];
/// How much of what is no id is quoted.
const MAX_QUOTE: usize = 40;

/// The id with all its letters; `None` for what is no id.
pub fn long(id: &str) -> Option<String> {
    let id = id.trim();
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    match id.len() {
        LONG => Some(id.to_owned()),
        SHORT => Some(id.chars().chain(capitals(id)).collect()),
        _ => None,
    }
}

fn capitals(id: &str) -> impl Iterator<Item = char> {
    id.as_bytes().chunks(5).filter_map(|five| {
        let bits = five.iter().enumerate();
        let number = bits.fold(0, |number, (at, byte)| {
            number | usize::from(byte.is_ascii_uppercase()) << at
        });
        CAPITALS.get(number).copied()
    })
}

/// The id that a member of the config gives.
pub fn of_config(member: &str, id: &str) -> Result<String, Fault> {
    long(id).ok_or_else(|| {
        let told: String = id.chars().take(MAX_QUOTE).collect();
        Fault::config(format!(
            "config.{member}: `{told}` is no id: ids have {SHORT} or {LONG} letters and digits"
        ))
    })
}

/// The ids that a member of the config lists.
pub fn all_of_config(member: &str, ids: &[String]) -> Result<Vec<String>, Fault> {
    let ids = ids.iter().enumerate();
    ids.map(|(at, id)| of_config(&format!("{member}[{at}]"), id))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ids_get_the_letters_that_tell_their_capitals() {
        // Ids of Salesforce's documentation.
        for long_id in [
            "001D000000INjVeIAL",
            "00590000001Do2rAAC",
            "003D000000QV9n2IAD",
        ] {
            assert_eq!(long(&long_id[..15]).as_deref(), Some(long_id));
            assert_eq!(long(long_id).as_deref(), Some(long_id));
        }
    }

    #[test]
    fn what_is_no_id_is_refused_with_its_place() {
        for wrong in [
            "",
            "abc",
            "001D000000INjVe-",
            "001D000000INjVeIA",
            "001D000000INjVé",
        ] {
            assert_eq!(long(wrong), None, "{wrong}");
        }
        let ids = ["001D000000INjVe".to_owned(), "nonsense".to_owned()];
        let fault = all_of_config("ids", &ids).unwrap_err();
        assert_eq!(
            fault.message,
            "config.ids[1]: `nonsense` is no id: ids have 15 or 18 letters and digits"
        );
    }
}
