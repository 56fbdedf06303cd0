//! Plausible records by the hundred thousand, the same ones every time.

use anyhow::Context as _;

use crate::org::Org;
use crate::write::{Row, WriteOptions, Writer};
use sandbox_model::schema::{Field, FieldType, Object};
use sandbox_model::store::quoted;
use sandbox_model::value::{Value, dates};

/// Records written in one transaction.
const CHUNK: u64 = 20_000;
/// Span before now over which creation is spread: two years.
const SPAN_MS: i64 = 2 * 365 * 24 * 60 * 60 * 1_000;
/// Parents that references are spread over at most.
const PARENTS: usize = 10_000;

const FIRST: &[&str] = &[
    "Ada",
    "Alan",
    "Barbara",
    "Chen",
    "Dorothy",
    "Edsger",
    "Fatima",
    "Grace",
    "Haruki",
    "Inès",
    "Jan",
    "Katherine",
    "Linus",
    "Mary",
    "Niklaus",
    "Olga",
];
const LAST: &[&str] = &[
    "Anders", "Brandt", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Hopper", "Ito",
    "Jensen", "Kowalski", "Lovelace", "Müller", "Nguyen", "O'Brien", "Patel",
];
const COMPANY: &[&str] = &[
    "Acme",
    "Baltic",
    "Cascade",
    "Delta",
    "Evergreen",
    "Falcon",
    "Granite",
    "Harbor",
    "Imperial",
    "Juniper",
    "Keystone",
    "Lakeside",
    "Meridian",
    "Northern",
    "Orchard",
    "Pioneer",
];
const TRADE: &[&str] = &[
    "Analytics",
    "Bearings",
    "Ceramics",
    "Dynamics",
    "Electric",
    "Foods",
    "Glass",
    "Holdings",
    "Instruments",
    "Logistics",
    "Metals",
    "Optics",
    "Pharma",
    "Robotics",
    "Systems",
    "Textiles",
];
const CITY: &[&str] = &[
    "Amsterdam",
    "Boston",
    "Chicago",
    "Dublin",
    "Edinburgh",
    "Frankfurt",
    "Genoa",
    "Hamburg",
    "Lisbon",
    "Madrid",
    "New York",
    "Oslo",
    "Paris",
    "São Paulo",
    "Tokyo",
    "Zürich",
];

/// What fills a field.
enum ValueGenerator {
    Pick(Vec<String>),
    Parents(Vec<String>),
    Word(&'static [&'static str]),
    Company,
    Key,
    Email,
    Phone,
    Web,
    Whole { most: u64 },
    Number { most: u64, scale: u32 },
    Day,
    Moment,
    Sentence,
}

/// Adds `count` records of `object`, with every field filled that has a use for it. The n-th record of an object is the
/// same in every org; creation is spread evenly over the two years before the org's now, oldest first.
///
/// # Errors
/// There is no such object, or it has a required field that cannot be made up.
pub fn generate(org: &Org, object: &str, count: u64) -> anyhow::Result<()> {
    let known = org
        .schema
        .object(object)
        .with_context(|| format!("there is no object {object} to make rows of"))?;
    let fillings = plan(org, known)?;
    let now = dates::whole_seconds(org.clock.now());
    let mut done = 0;
    while done < count {
        let chunk = CHUNK.min(count - done);
        org.write(&org.admin, WriteOptions::default(), |writer| {
            let template = writer.template(known);
            for number in done..done + chunk {
                let age = SPAN_MS
                    - (i128::from(SPAN_MS) * i128::from(number + 1) / i128::from(count)) as i64;
                let writer = Writer {
                    now: dates::whole_seconds(now - age),
                    ..*writer
                };
                writer.append(fill(template.clone(), &fillings, number, now))?;
            }
            Ok(())
        })
        .with_context(|| format!("rows of {object}"))?;
        done += chunk;
    }
    Ok(())
}

fn fill<'o>(
    mut row: Row<'o>,
    fillings: &[(usize, ValueGenerator)],
    number: u64,
    now: i64,
) -> Row<'o> {
    let mut random = SplitMix64(number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1));
    for (at, filling) in fillings {
        if let Some(place) = row.values.get_mut(*at) {
            *place = filling.value(number, now, &mut random);
        }
    }
    row
}

fn plan(org: &Org, object: &Object) -> anyhow::Result<Vec<(usize, ValueGenerator)>> {
    let mut plan = Vec::new();
    for (at, field) in object
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, field)| field.createable)
    {
        if let Some(filling) = filling(org, object, field)? {
            plan.push((at, filling));
        }
    }
    Ok(plan)
}

fn filling(org: &Org, object: &Object, field: &Field) -> anyhow::Result<Option<ValueGenerator>> {
    use FieldType as T;
    Ok(match (&field.field_type, field.name.as_str()) {
        (_, "OwnerId" | "ParentId" | "ReportsToId" | "Fax" | "TaskSubtype") => None,
        (_, name) if name.starts_with("Recurrence") => None,
        (T::Reference(reference), _) => parents(org, &reference.to)?.map(ValueGenerator::Parents),
        (_, name) if field.external_id => (name != "Carrier_Ref__c").then_some(ValueGenerator::Key),
        (_, "FirstName") => Some(ValueGenerator::Word(FIRST)),
        (_, "LastName") => Some(ValueGenerator::Word(LAST)),
        (_, "BillingCity" | "MailingCity" | "City") => Some(ValueGenerator::Word(CITY)),
        (_, "Name" | "Company" | "Subject") if object.name != "Contact" => {
            Some(ValueGenerator::Company)
        }
        (T::Picklist { .. } | T::MultiPicklist { .. }, _)
            if !field.picklist.is_empty() && is_useful(field) =>
        {
            Some(ValueGenerator::Pick(
                field
                    .picklist
                    .iter()
                    .filter(|v| v.active)
                    .map(|v| v.value.clone())
                    .collect(),
            ))
        }
        (T::Email, "Email" | "Notify_Email__c") => Some(ValueGenerator::Email),
        (T::Phone, "Phone" | "Hotline__c") => Some(ValueGenerator::Phone),
        (T::Url, "Website" | "Tracking_Url__c") => Some(ValueGenerator::Web),
        (T::Int, _) => Some(ValueGenerator::Whole { most: 10_000 }),
        (T::Double | T::Currency | T::Percent, name) if !name.ends_with("itude") => {
            let whole = field.precision.saturating_sub(field.scale).min(8);
            Some(ValueGenerator::Number {
                most: 10_u64.pow(whole) - 1,
                scale: field.scale,
            })
        }
        (T::Date, name) if name != "Birthdate" => Some(ValueGenerator::Day),
        (T::DateTime, name) if field.custom || name == "ActivityDateTime" => {
            Some(ValueGenerator::Moment)
        }
        (T::String | T::TextArea | T::LongTextArea, "Description" | "Notes__c" | "Title") => {
            Some(ValueGenerator::Sentence)
        }
        _ if field.is_required() => anyhow::bail!(
            "{}.{} is required and cannot be made up",
            object.name,
            field.name
        ),
        _ => None,
    })
}

/// Pick-lists that no example reads are left empty, which keeps rows small.
fn is_useful(field: &Field) -> bool {
    !matches!(
        field.name.as_str(),
        "CleanStatus" | "Ownership" | "Salutation" | "AccountSource"
    ) && !field.name.ends_with("GeocodeAccuracy")
}

fn parents(org: &Org, to: &[String]) -> anyhow::Result<Option<Vec<String>>> {
    for object in to {
        let sql = format!(
            "SELECT \"Id\" FROM {} WHERE \"IsDeleted\" = 0 LIMIT {PARENTS}",
            quoted(object)
        );
        let ids: Vec<String> = org.store.read(|connection| {
            connection
                .prepare(&sql)?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_, rusqlite::Error>>()
        })?;
        if !ids.is_empty() {
            return Ok(Some(ids));
        }
    }
    Ok(None)
}

impl ValueGenerator {
    fn value(&self, row: u64, now: i64, random: &mut SplitMix64) -> Value {
        match self {
            Self::Pick(values) | Self::Parents(values) => random
                .pick(values)
                .map_or(Value::Null, |value| Value::Text(value.clone())),
            Self::Word(words) => random
                .pick(words)
                .map_or(Value::Null, |word| Value::text(*word)),
            Self::Company => {
                let (a, b) = (
                    random.pick(COMPANY).unwrap_or(&"Acme"),
                    random.pick(TRADE).unwrap_or(&"Holdings"),
                );
                Value::Text(format!("{a} {b} {}", row + 1))
            }
            Self::Key => Value::Text(format!("GEN-{:08}", row + 1)),
            Self::Email => Value::Text(format!("p{}@mail{}.example", row + 1, random.below(100))),
            Self::Phone => Value::Text(format!("+1 555 {:07}", random.below(10_000_000))),
            Self::Web => Value::Text(format!("https://www{}.example", row + 1)),
            Self::Whole { most } => Value::Int(random.below(*most) as i64),
            Self::Number { most, scale: 0 } => Value::Real(random.below(*most) as f64),
            Self::Number { most, .. } => {
                Value::Real(random.below(most.saturating_mul(4)) as f64 / 4.0)
            }
            Self::Day => Value::Text(sandbox_model::value::dates::day_of(
                now - 86_400_000 * (random.below(730) as i64),
            )),
            Self::Moment => Value::Int(now - 1_000 * (random.below(60_000_000) as i64)),
            Self::Sentence => {
                let (a, b) = (
                    random.pick(TRADE).unwrap_or(&""),
                    random.pick(CITY).unwrap_or(&""),
                );
                Value::Text(format!("{a}, {b}: \"no. {}\"", row + 1))
            }
        }
    }
}

/// SplitMix64: small, quick, the same everywhere.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most.max(1)
    }

    fn pick<'v, T>(&mut self, values: &'v [T]) -> Option<&'v T> {
        values.get(self.below(values.len() as u64) as usize)
    }
}
