//! Did you mean ...?

/// Longer names are not compared: nobody mistypes a hundred characters.
const LONGEST: usize = 100;

/// The known name that somebody most likely meant: the same letters in another style (`pageSize` for `page-size`),
/// or few enough slips of the keyboard.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let name = letters(name);
    let slips = name.chars().count().div_ceil(3);
    let distance = |candidate: &str| strsim::osa_distance(&name, &letters(candidate));
    let ranked = known
        .into_iter()
        .map(|candidate| (distance(candidate), candidate));
    ranked
        .filter(|(distance, _)| *distance <= slips)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Lower-case letters and digits: what remains when the style of writing is taken away.
fn letters(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    const KNOWN: [&str; 4] = ["soql", "page-size", "include-deleted", "bind"];

    #[test]
    fn a_slip_of_the_keyboard_is_understood() {
        assert_eq!(nearest("sqol", KNOWN), Some("soql"));
        assert_eq!(nearest("include-delted", KNOWN), Some("include-deleted"));
    }

    #[test]
    fn another_style_of_writing_is_understood() {
        assert_eq!(nearest("pageSize", KNOWN), Some("page-size"));
        assert_eq!(nearest("INCLUDE_DELETED", KNOWN), Some("include-deleted"));
    }

    #[test]
    fn a_name_far_from_all_is_left_alone() {
        assert_eq!(nearest("colour", KNOWN), None);
        assert_eq!(nearest("", KNOWN), None);
        assert_eq!(nearest(&"soql".repeat(1000), KNOWN), None);
    }
}
