//! Compound fields and their parts, by name (Object Reference, "Compound Fields").

/// Parts of addresses and locations, as queries name them and as fields end.
pub const PARTS: [(&str, &str); 10] = [
    ("street", "Street"),
    ("city", "City"),
    ("state", "State"),
    ("postalCode", "PostalCode"),
    ("country", "Country"),
    ("stateCode", "StateCode"),
    ("countryCode", "CountryCode"),
    ("latitude", "Latitude"),
    ("longitude", "Longitude"),
    ("geocodeAccuracy", "GeocodeAccuracy"),
];

/// How the names of the parts are made.
pub enum Naming {
    /// `BillingAddress` has `BillingCity`.
    Standard(String),
    /// `Site__c` has `Site__City__s`.
    Custom(String),
}

impl Naming {
    /// By the name of the field; `None` if no compound field is called so.
    pub fn from_field(compound: &str) -> Option<Self> {
        if let Some(stem) = compound.strip_suffix("__c") {
            return Some(Self::Custom(stem.to_owned()));
        }
        compound
            .strip_suffix("Address")
            .map(|stem| Self::Standard(stem.to_owned()))
    }

    /// The field of a part.
    pub fn part(&self, suffix: &str) -> String {
        match self {
            Self::Standard(stem) => format!("{stem}{suffix}"),
            Self::Custom(stem) => format!("{stem}__{suffix}__s"),
        }
    }
}

/// How the field of a part ends.
pub fn suffix(part: &str) -> Option<&'static str> {
    let found = PARTS
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(part));
    found.map(|(_, suffix)| *suffix)
}

/// The name that a field has as a part of a compound field: `city` for `BillingCity` in `BillingAddress`.
pub fn compound_part(compound: &str, field: &str) -> Option<&'static str> {
    let suffix = match Naming::from_field(compound)? {
        Naming::Standard(stem) => field.strip_prefix(stem.as_str())?,
        Naming::Custom(stem) => field
            .strip_prefix(stem.as_str())?
            .strip_prefix("__")?
            .strip_suffix("__s")?,
    };
    let found = PARTS.iter().find(|(_, known)| *known == suffix);
    found.map(|(name, _)| *name)
}
