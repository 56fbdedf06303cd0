//! Fields that get the same value in every record of a load.

use crate::bulk::columns::{Rules, Settled, Target, listed, settle_as, target_of};
use salesforce_client::client::Client;
use salesforce_client::describe::Described;
use salesforce_contract::bindings::{Fault, FaultKind};
use salesforce_formats::message::input::NULL_CELL;
use std::rc::Rc;

/// A field with its value.
#[derive(Clone, Debug)]
pub struct Constant {
    name: String,
    /// The value; an empty one empties the field.
    value: String,
}

impl Constant {
    /// Takes the config's pairs of a field and its value.
    ///
    /// # Errors
    /// A field that is set twice, and a value that Salesforce would take for null.
    pub fn all(pairs: Vec<(String, String)>) -> Result<Vec<Self>, Fault> {
        let mut all: Vec<Self> = Vec::with_capacity(pairs.len());
        for (name, value) in pairs {
            if all
                .iter()
                .any(|known| known.name.eq_ignore_ascii_case(&name))
            {
                return Err(Fault::config(format!(
                    "config.constants sets `{name}` twice: keep one of the two"
                )));
            }
            if value == NULL_CELL {
                return Err(Fault::config(format!(
                    "config.constants sets `{name}` to `#N/A`, which Salesforce takes for null: give an empty text where the field is to be emptied"
                )));
            }
            all.push(Self { name, value });
        }
        Ok(all)
    }

    /// Returns the column that it makes, under the org's name, and its value in the form that is sent; `None` empties the field.
    ///
    /// # Errors
    /// A field that the operation cannot write, a value that does not fit it, and an org that cannot be asked.
    pub fn column(
        &self,
        client: &Client,
        rules: &Rules,
        object: &Rc<Described>,
    ) -> Result<(String, Option<String>), Fault> {
        let told = |what: &str| format!("config.constants sets `{}`, which {what}", self.name);
        let target = target_of(client, rules, object, &self.name);
        let (name, check) = match target.map_err(|error| error.told_as(told))? {
            Target::Field(name, check) => (name, check),
            Target::Compound(_, parts) => {
                let parts: Vec<String> = parts.into_iter().map(|(name, _)| name).collect();
                let what = format!("is made up of other fields: set {} instead", listed(&parts));
                return Err(invalid(told(&what)));
            }
        };
        if self.value.is_empty() {
            return Ok((name, None));
        }
        let zone = client.settings().zone.as_ref();
        match settle_as(check, self.value.as_bytes(), zone) {
            Ok(Settled::As(other)) => Ok((name, Some(other))),
            Ok(_) => Ok((name, Some(self.value.clone()))),
            Err(what) => Err(invalid(format!(
                "The value that config.constants sets `{}` to {what}",
                self.name
            ))),
        }
    }
}

fn invalid(message: String) -> Fault {
    Fault::new(FaultKind::Invalid, message)
}
