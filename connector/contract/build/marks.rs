//! The `@` lines of fields and types, read and held against the type they stand at.

use anyhow::{Result, anyhow, bail, ensure};

use crate::docs::Docs;
use crate::json::{Json, quote};
use crate::model::{Kind, Length};

/// What the `@` lines of one field or type say.
#[derive(Debug, Default, Clone)]
pub struct Marks {
    range: Option<(i128, i128)>,
    length: Option<Length>,
    uri: bool,
    domains: Vec<String>,
    secret: bool,
    default: Option<String>,
    examples: Vec<String>,
}

impl Marks {
    /// Reads the tags. The place is the caller's to add to an error.
    pub fn read(docs: &Docs) -> Result<Marks> {
        let mut marks = Marks::default();
        for tag in &docs.tags {
            let value = tag.value.as_str();
            match tag.name.as_str() {
                "range" => marks.range = Some(range(value)?),
                "length" => marks.length = Some(length(value)?),
                "secret" => marks.secret = true,
                "format" if value == "uri" => marks.uri = true,
                "format" => bail!("`@format {value}` is not known; `uri` is"),
                "domains" => marks.domains = domains(value)?,
                "default" => marks.default = Some(value.to_owned()),
                "example" => marks.examples.push(value.to_owned()),
                _ => {}
            }
        }
        Ok(marks)
    }

    /// Narrows a kind by range, length, format and secrecy.
    pub fn narrow(&self, kind: Kind) -> Result<Kind> {
        let kind = self.narrow_range(kind)?;
        let kind = self.narrow_length(kind)?;
        match kind {
            Kind::Text {
                length,
                uri,
                secret,
            } => Ok(Kind::Text {
                length,
                uri: uri || self.uri,
                secret: secret || self.secret,
            }),
            other => {
                ensure!(!self.uri, "`@format uri` is for text only");
                ensure!(!self.secret, "`@secret` is for text only");
                Ok(other)
            }
        }
    }

    fn narrow_range(&self, kind: Kind) -> Result<Kind> {
        let Some((low, high)) = self.range else {
            return Ok(kind);
        };
        match kind {
            Kind::Whole { min, max } => {
                ensure!(
                    min <= low && high <= max,
                    "`@range {low}..{high}` does not fit the type, which holds {min}..{max}"
                );
                Ok(Kind::Whole {
                    min: low,
                    max: high,
                })
            }
            _ => bail!("`@range` is for whole numbers only"),
        }
    }

    fn narrow_length(&self, kind: Kind) -> Result<Kind> {
        let Some(length) = self.length else {
            return Ok(kind);
        };
        match kind {
            Kind::Text { uri, secret, .. } => Ok(Kind::Text {
                length,
                uri,
                secret,
            }),
            Kind::List { items, .. } => Ok(Kind::List { items, length }),
            Kind::Map { values, .. } => Ok(Kind::Map { values, length }),
            _ => bail!("`@length` is for text and lists only"),
        }
    }

    /// The `@default` as JSON, if there is one.
    pub fn default_json(&self, kind: &Kind) -> Result<Option<String>> {
        let Some(text) = &self.default else {
            return Ok(None);
        };
        let secret = matches!(kind, Kind::Text { secret: true, .. });
        ensure!(!secret, "a secret cannot have a `@default`");
        let scalar = scalar(kind, text).map_err(|why| anyhow!("`@default {text}` {why}"))?;
        scalar
            .map(Some)
            .ok_or_else(|| anyhow!("`@default` is for numbers, text, bool and enums only"))
    }

    /// The `@domains`: those below which a remote system may name a host here.
    pub fn domains(&self, kind: &Kind) -> Result<Vec<String>> {
        let is_address = matches!(kind, Kind::Text { uri: true, .. });
        ensure!(
            is_address || self.domains.is_empty(),
            "`@domains` is for text with `@format uri` only"
        );
        Ok(self.domains.clone())
    }

    /// The `@example`s as JSON.
    pub fn examples(&self, kind: &Kind) -> Result<Vec<Json>> {
        self.examples
            .iter()
            .map(|text| example(kind, text))
            .collect()
    }
}

fn example(kind: &Kind, text: &str) -> Result<Json> {
    let literal = scalar(kind, text).map_err(|why| anyhow!("`@example {text}` {why}"))?;
    let Some(literal) = literal else {
        let value: serde_json::Value = serde_json::from_str(text)
            .map_err(|error| anyhow!("`@example {text}` is not JSON: {error}"))?;
        return Ok(Json::raw(value));
    };
    Ok(Json::Raw(literal))
}

/// Reads a literal of a scalar kind into JSON text; `None` if the kind is no scalar.
fn scalar(kind: &Kind, text: &str) -> Result<Option<String>> {
    let literal = match kind {
        Kind::Bool => {
            ensure!(
                matches!(text, "true" | "false"),
                "is neither true nor false"
            );
            text.to_owned()
        }
        Kind::Whole { min, max } => {
            let value: i128 = text.parse().map_err(|_| anyhow!("is no whole number"))?;
            ensure!((*min..=*max).contains(&value), "is out of {min}..{max}");
            value.to_string()
        }
        Kind::Number => {
            let value: f64 = text.parse().map_err(|_| anyhow!("is no number"))?;
            ensure!(value.is_finite(), "is no finite number");
            serde_json::Value::from(value).to_string()
        }
        Kind::Text { length, uri, .. } => {
            ensure!(
                length.holds(text.chars().count()),
                "is too short or too long"
            );
            ensure!(!uri || text.contains(':'), "is no URI");
            quote(text)
        }
        Kind::Enum(choice) => {
            ensure!(
                choice.cases.iter().any(|(name, _)| name == text),
                "is no case of `{}`",
                choice.id
            );
            quote(text)
        }
        Kind::Json | Kind::List { .. } | Kind::Map { .. } | Kind::Record(_) | Kind::Variant(_) => {
            return Ok(None);
        }
    };
    Ok(Some(literal))
}

impl Length {
    pub fn holds(&self, count: usize) -> bool {
        let above = self.min.is_none_or(|min| count >= min as usize);
        above && self.max.is_none_or(|max| count <= max as usize)
    }
}

fn range(text: &str) -> Result<(i128, i128)> {
    let bad = || anyhow!("`@range {text}` is not `A..B` with A below B");
    let (low, high) = text.split_once("..").ok_or_else(bad)?;
    let (low, high): (i128, i128) = (
        low.parse().map_err(|_| bad())?,
        high.parse().map_err(|_| bad())?,
    );
    ensure!(low <= high, bad());
    Ok((low, high))
}

fn domains(text: &str) -> Result<Vec<String>> {
    let domains: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
    let is_domain = |name: &String| {
        let letters = name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "-.".contains(letter));
        letters && name.contains('.') && !name.starts_with('.') && !name.ends_with('.')
    };
    ensure!(
        !domains.is_empty() && domains.iter().all(is_domain),
        "`@domains {text}` does not list domains of two labels or more, with spaces between"
    );
    Ok(domains)
}

fn length(text: &str) -> Result<Length> {
    let bad = || anyhow!("`@length {text}` is not `A..B`, `A..` or `..B`");
    let bound = |side: &str| match side {
        "" => Ok(None),
        number => number.parse::<u32>().map(Some).map_err(|_| bad()),
    };
    let (low, high) = text.split_once("..").ok_or_else(bad)?;
    let length = Length {
        min: bound(low)?,
        max: bound(high)?,
    };
    let some = length.min.is_some() || length.max.is_some();
    ensure!(
        some && length.min.unwrap_or(0) <= length.max.unwrap_or(u32::MAX),
        bad()
    );
    Ok(length)
}
