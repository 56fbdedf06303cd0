//! JSON that keeps its order: forms show fields as the WIT lists them.

use std::fmt;

/// A JSON value. Objects are lists, in the order of writing.
#[derive(Debug, Clone)]
pub enum Json {
    /// Text that is JSON already: numbers, and what a `@default` or `@example` gave.
    Raw(String),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    pub fn text(text: impl Into<String>) -> Json {
        Json::Text(text.into())
    }

    pub fn raw(value: impl fmt::Display) -> Json {
        Json::Raw(value.to_string())
    }

    pub fn object<const N: usize>(members: [(&str, Json); N]) -> Json {
        Json::Object(
            members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Raw(raw) => f.write_str(raw),
            Json::Text(text) => f.write_str(&quote(text)),
            Json::List(items) => {
                f.write_str("[")?;
                separated(f, items, |f, item| write!(f, "{item}"))?;
                f.write_str("]")
            }
            Json::Object(members) => {
                f.write_str("{")?;
                separated(f, members, |f, (name, value)| {
                    write!(f, "{}:{value}", quote(name))
                })?;
                f.write_str("}")
            }
        }
    }
}

/// Writes text as a JSON string.
pub fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn separated<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    mut write: impl FnMut(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(",")?;
        }
        write(f, item)?;
    }
    Ok(())
}
