//! The airports that the demo loads: a public-domain list that ships with this program.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value, json};

/// The list; `host/cli/demo/README.md` tells where it is from.
const CSV: &str = include_str!("../../demo/airports.csv");

/// One airport.
#[derive(Debug, Deserialize)]
pub(super) struct Airport {
    pub(super) iata: String,
    name: String,
    city: String,
    state: String,
    country: String,
    latitude: f64,
    longitude: f64,
}

/// A record to upsert: its external id and its fields.
pub(super) type Upsert = (String, Value);

/// Reads the list.
pub(super) fn read() -> Result<Vec<Airport>, csv::Error> {
    csv::Reader::from_reader(CSV.as_bytes())
        .deserialize()
        .collect()
}

/// Makes one parent account for every state.
pub(super) fn states(airports: &[Airport]) -> Vec<Upsert> {
    let states: BTreeSet<&str> = airports
        .iter()
        .map(|airport| airport.state.as_str())
        .collect();
    states
        .into_iter()
        .map(|state| {
            (
                state_key(state),
                json!({"Name": format!("Airports of {state}"), "BillingState": state}),
            )
        })
        .collect()
}

fn state_key(state: &str) -> String {
    format!("state/{state}")
}

impl Airport {
    /// Makes an account of the airport, which refers to its state by external id.
    pub(super) fn account(&self) -> Upsert {
        let fields = json!({
            "Name": self.name,
            "BillingCity": self.city,
            "BillingState": self.state,
            "BillingCountry": self.country,
            "BillingLatitude": self.latitude,
            "BillingLongitude": self.longitude,
            "Parent": {"External_Id__c": state_key(&self.state)},
        });
        (self.iata.clone(), fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_its_codes_tell_airports_apart() {
        let airports = read().expect("readable");
        let codes: BTreeSet<&str> = airports
            .iter()
            .map(|airport| airport.iata.as_str())
            .collect();
        assert_eq!((airports.len(), codes.len()), (3376, 3376));
    }
}
