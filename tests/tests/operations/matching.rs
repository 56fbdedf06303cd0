//! What an expectation means, and how kept values are filled in.

use serde_json::{Map, Value};

/// Compares a value with what is expected. Of an object only the members named must be there; a list must be as long
/// and match item by item; `"*"` is anything that is there, `"~TEXT"` a text that holds TEXT, and an object with the one member
/// `$length` or `$some` asks for the length of a list, or for an item that matches.
pub fn matches(found: &Value, expected: &Value) -> Result<(), String> {
    match expected {
        Value::String(text) if text == "*" => {
            if found.is_null() {
                Err("nothing is there".to_owned())
            } else {
                Ok(())
            }
        }
        Value::String(text) => match (text.strip_prefix('~'), found) {
            (Some(part), Value::String(found)) if found.contains(part) => Ok(()),
            (Some(part), _) => Err(format!("`{part}` is not in {found}")),
            (None, _) => equal(found, expected),
        },
        Value::Object(members) => object(found, members),
        Value::Array(items) => list(found, items),
        _ => equal(found, expected),
    }
}

fn equal(found: &Value, expected: &Value) -> Result<(), String> {
    // Numbers keep the digits in which they came: 3.0E7 is 30000000.
    let same_number = found
        .as_f64()
        .is_some_and(|found| Some(found) == expected.as_f64());
    if found == expected || same_number {
        Ok(())
    } else {
        Err(format!("{found} is not {expected}"))
    }
}

fn object(found: &Value, members: &Map<String, Value>) -> Result<(), String> {
    if let Some(length) = members.get("$length") {
        let there = found.as_array().map_or(0, Vec::len);
        return equal(&Value::from(there), length);
    }
    if let Some(some) = members.get("$some") {
        let items = found.as_array().map(Vec::as_slice).unwrap_or_default();
        let hit = items.iter().any(|item| matches(item, some).is_ok());
        return if hit {
            Ok(())
        } else {
            Err(format!("no item is like {some}"))
        };
    }
    for (name, expected) in members {
        let member = found.get(name).unwrap_or(&Value::Null);
        matches(member, expected).map_err(|why| format!("{name}: {why}"))?;
    }
    Ok(())
}

fn list(found: &Value, items: &[Value]) -> Result<(), String> {
    let there = found.as_array().map(Vec::as_slice).unwrap_or_default();
    if there.len() != items.len() {
        return Err(format!(
            "{} items are there, not {}",
            there.len(),
            items.len()
        ));
    }
    for (index, (item, expected)) in there.iter().zip(items).enumerate() {
        matches(item, expected).map_err(|why| format!("[{index}]: {why}"))?;
    }
    Ok(())
}

/// Puts kept values in place of `${name}`. A text that is nothing but that becomes the value itself.
pub fn fill(value: &Value, kept: &Map<String, Value>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => fill_text(text, kept)?,
        Value::Array(items) => {
            let items = items.iter().map(|item| fill(item, kept));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let mut filled = Map::new();
            for (name, value) in members {
                let name = as_text(&fill_text(name, kept)?);
                filled.insert(name, fill(value, kept)?);
            }
            Value::Object(filled)
        }
        other => other.clone(),
    })
}

fn fill_text(text: &str, kept: &Map<String, Value>) -> Result<Value, String> {
    let Some((before, rest)) = text.split_once("${") else {
        return Ok(Value::from(text));
    };
    let (name, after) = rest.split_once('}').ok_or("`${` has no `}`")?;
    let value = kept
        .get(name)
        .ok_or_else(|| format!("nothing is kept as {name}"))?;
    if before.is_empty() && after.is_empty() {
        return Ok(value.clone());
    }
    let after = as_text(&fill_text(after, kept)?);
    Ok(Value::from(format!("{before}{}{after}", as_text(value))))
}

fn as_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
