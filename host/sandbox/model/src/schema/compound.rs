//! Fields that come in groups: the parts of an address, and a person's name.

use super::definition::FieldDefinition;
use super::field::{Field, FieldType, PicklistValue};

/// How exactly the latitude and longitude of an address are known, as Salesforce lists it.
const GEOCODE_ACCURACIES: &[&str] = &[
    "Address",
    "NearAddress",
    "Block",
    "Street",
    "ExtendedZip",
    "Zip",
    "Neighborhood",
    "City",
    "County",
    "State",
    "Unknown",
];

/// Members of an address in the order in which REST shows them, each with the end of its field's name.
pub const ADDRESS_MEMBERS: &[(&str, &str)] = &[
    ("city", "City"),
    ("country", "Country"),
    ("geocodeAccuracy", "GeocodeAccuracy"),
    ("latitude", "Latitude"),
    ("longitude", "Longitude"),
    ("postalCode", "PostalCode"),
    ("state", "State"),
    ("street", "Street"),
];

/// Returns the parts of an address and then the address itself. `BillingAddress` gives `BillingStreet`..., `Address` gives
/// `Street`....
pub(super) fn address(name: &str, label: Option<&str>) -> Vec<Field> {
    let (stem, tail) = match name.strip_suffix("__c") {
        Some(stem) => (stem.trim_end_matches("Address"), "__c"),
        None => (name.trim_end_matches("Address"), ""),
    };
    let words = label
        .unwrap_or(name)
        .trim_end_matches("Address")
        .trim_end()
        .to_owned();
    let part = |part: &str, title: &str, field_type: FieldType, change: &dyn Fn(&mut Field)| {
        let label = if words.is_empty() {
            title.to_owned()
        } else {
            format!("{words} {title}")
        };
        FieldDefinition::make(
            &format!("{stem}{part}{tail}"),
            &label,
            field_type,
            |field| {
                field.compound_field_name = Some(name.to_owned());
                change(field);
            },
        )
    };
    let text = |part_name: &str, title: &str, length: u32| {
        part(part_name, title, FieldType::String, &|field| {
            field.length = length
        })
    };
    let degrees = |field: &mut Field| (field.precision, field.scale) = (18, 15);
    vec![
        part("Street", "Street", FieldType::TextArea, &|_| ()),
        text("City", "City", 40),
        text("State", "State/Province", 80),
        text("PostalCode", "Zip/Postal Code", 20),
        text("Country", "Country", 80),
        part("Latitude", "Latitude", FieldType::Double, &degrees),
        part("Longitude", "Longitude", FieldType::Double, &degrees),
        part(
            "GeocodeAccuracy",
            "Geocode Accuracy",
            FieldType::Picklist { restricted: true },
            &|field| {
                field.length = 40;
                field.picklist = values(GEOCODE_ACCURACIES);
            },
        ),
        FieldDefinition::make(name, label.unwrap_or(name), FieldType::Address, |field| {
            (field.createable, field.updateable, field.aggregatable) = (false, false, false);
        }),
    ]
}

/// LastName, FirstName, Salutation and the Name made of them, as contacts and leads have.
pub(super) fn person_name() -> Vec<Field> {
    let part = |name: &str, label: &str, field_type: FieldType, length: u32| {
        FieldDefinition::make(name, label, field_type, |field| {
            field.length = length;
            field.compound_field_name = Some("Name".into());
        })
    };
    let mut last = part("LastName", "Last Name", FieldType::String, 80);
    last.nillable = false;
    let mut salutation = part(
        "Salutation",
        "Salutation",
        FieldType::Picklist { restricted: false },
        40,
    );
    salutation.picklist = values(&["Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx."]);
    let name = FieldDefinition::make("Name", "Full Name", FieldType::String, |field| {
        (field.length, field.nillable, field.name_field) = (121, false, true);
        (field.createable, field.updateable) = (false, false);
    });
    vec![
        last,
        part("FirstName", "First Name", FieldType::String, 40),
        salutation,
        name,
    ]
}

fn values(values: &[&str]) -> Vec<PicklistValue> {
    let value = |value: &&str| PicklistValue {
        value: (*value).to_owned(),
        label: (*value).to_owned(),
        active: true,
        default_value: false,
    };
    values.iter().map(value).collect()
}
