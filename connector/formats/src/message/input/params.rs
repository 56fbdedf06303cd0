//! The parameters of a media type: `text/csv; delimiter=tab; charset=utf-8`.

/// A media type, taken apart.
pub struct Params {
    /// Type and subtype, in lower case.
    pub essence: String,
    pairs: Vec<(String, String)>,
}

impl Params {
    /// Reads a media type; parameters that are none are passed over.
    pub fn parse(media_type: &str) -> Self {
        let mut parts = parts(media_type).into_iter();
        let essence = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let pairs = parts
            .filter_map(|part| {
                let (name, value) = part.split_once('=')?;
                let value = value.trim();
                let bare = value
                    .strip_prefix('"')
                    .and_then(|value| value.strip_suffix('"'))
                    .unwrap_or(value);
                Some((name.trim().to_ascii_lowercase(), bare.to_owned()))
            })
            .collect();
        Self { essence, pairs }
    }

    /// Returns the value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// Splits at the semicolons that stand outside of quotes.
fn parts(media_type: &str) -> Vec<&str> {
    let mut quoted = false;
    media_type
        .split(|char| {
            quoted ^= char == '"';
            char == ';' && !quoted
        })
        .collect()
}
