//! Record ids as numbers, so that many fit into a few bytes: Salesforce numbers the records of an object one after the other.

/// Characters that tell the object and the instance.
const PREFIX: usize = 6;

/// Characters of an id without its checksum.
const SHORT: usize = 15;

/// Characters of an id with it.
const LONG: usize = 18;

/// Digits of base 62, in the order in which Salesforce sorts ids.
const DIGITS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Characters of the checksum: one for each five of the id, whose bits say which of them are upper-case letters.
const CHECKSUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// The prefix of a record id and its number; nothing for texts that are no id, or whose checksum says otherwise.
pub fn split(id: &str) -> Option<(&str, u64)> {
    let (short, checksum) = id.split_at_checked(SHORT)?;
    let good = short.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && (id.len() == SHORT || (id.len() == LONG && checksum.bytes().eq(checksum_of(short))));
    if !good {
        return None;
    }
    let (prefix, digits) = short.split_at_checked(PREFIX)?;
    let number = digits.bytes().try_fold(0_u64, |number, byte| {
        let digit = DIGITS.iter().position(|digit| *digit == byte)?;
        number
            .checked_mul(62)?
            .checked_add(u64::try_from(digit).ok()?)
    })?;
    Some((prefix, number))
}

fn checksum_of(short: &str) -> impl Iterator<Item = u8> {
    short.as_bytes().chunks(5).map(|five| {
        let bits = five.iter().enumerate();
        let code = bits.fold(0, |code, (bit, byte)| {
            code | (usize::from(byte.is_ascii_uppercase()) << bit)
        });
        CHECKSUM.get(code).copied().unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_numbers_and_their_checksum_counts() {
        assert_eq!(split("001Sb0000000001"), Some(("001Sb0", 1)));
        assert_eq!(split("001Sb0000000010IAA"), Some(("001Sb0", 62)));
        // An id of the SOAP API Developer Guide's kind, in both its forms.
        assert_eq!(split("001D000000IqhSLIAZ"), split("001D000000IqhSL"));
        for odd in [
            "",
            "001Sb000000000",
            "001Sb0000000010IAB",
            "001Sb000000000-",
            "é01Sb0000000001",
        ] {
            assert_eq!(split(odd), None, "{odd}");
        }
    }
}
