//! DISTANCE(): how far two locations are from each other (SOQL and SOSL Reference, "Location-Based SOQL Queries").

use sandbox_model::schema::FieldType;

use super::super::ast::{Argument, Comparison, Function, Name, Operand, Path};
use super::super::error::{ErrorCode, Result, SoqlError};
use super::super::literal::Literal;
use super::column::Column;
use super::scope::Scope;

/// Kilometres of a mile.
const MILE_KM: f64 = 1.609_344;

/// SQL of a latitude and a longitude.
type Location = (String, String);

impl<'a> Scope<'a> {
    /// Returns the column of `DISTANCE(field, GEOLOCATION(37.7,-122.4), 'mi')`.
    pub(super) fn distance(&mut self, function: &Function) -> Result<Column<'a>> {
        let [
            Argument::Operand(Operand::Field(from)),
            to,
            Argument::Literal(Literal::Text(unit)),
        ] = function.arguments.as_slice()
        else {
            let message = "DISTANCE takes a location field, a location, and the unit 'mi' or 'km'";
            return Err(self.reject(function.at, message));
        };
        let divisor = match unit.value().to_ascii_lowercase().as_str() {
            "mi" => MILE_KM,
            "km" => 1.0,
            other => {
                let message = format!("Invalid distance unit: {other}. Use 'mi' or 'km'");
                return Err(self.reject(function.at, message));
            }
        };
        let (latitude, longitude) = self.location_of_field(from)?;
        let (to_latitude, to_longitude) = match to {
            Argument::Operand(Operand::Field(path)) => self.location_of_field(path)?,
            Argument::Operand(Operand::Function(inner)) => self.geolocation(inner)?,
            Argument::Literal(_) => {
                let message = "the second argument of DISTANCE must be a location";
                return Err(self.reject(function.at, message));
            }
        };
        let sql = format!(
            "(distance_km({latitude}, {longitude}, {to_latitude}, {to_longitude}) / {divisor})"
        );
        Ok(Column::computed(sql, "DISTANCE", FieldType::Double))
    }

    /// Latitude and longitude of a compound field.
    fn location_of_field(&mut self, path: &Path) -> Result<Location> {
        let (names, place) = self.place_of(path)?;
        let last = names.last().map_or("", |name| name.text.as_str());
        let object = self.object_at(&place);
        let compound = object
            .and_then(|object| Some((object, object.field(last)?)))
            .filter(|(_, field)| field.field_type == FieldType::Address);
        let Some((object, compound)) = compound else {
            let message = format!("field '{}' is not a location", path.text());
            return Err(self
                .context
                .error(path.at, ErrorCode::InvalidField, message));
        };
        let part = |ending: &str| {
            let field = object
                .parts_of(compound)
                .find(|part| part.name.trim_end_matches("__c").ends_with(ending));
            let name = Name {
                text: field.map_or_else(String::new, |field| field.name.clone()),
                at: path.at,
            };
            Ok::<_, SoqlError>(self.field_at(&place, &name, path.at)?.sql)
        };
        Ok((part("Latitude")?, part("Longitude")?))
    }

    fn geolocation(&self, function: &Function) -> Result<Location> {
        let number = |argument: &Argument| match argument {
            Argument::Literal(Literal::Number(number)) => Some(*number),
            _ => None,
        };
        let given = match function.arguments.as_slice() {
            [latitude, longitude] if function.name == "GEOLOCATION" => {
                number(latitude).zip(number(longitude))
            }
            _ => None,
        };
        let (latitude, longitude) = given.ok_or_else(|| {
            let message = "GEOLOCATION takes a latitude and a longitude";
            self.reject(function.at, message)
        })?;
        if latitude.abs() > 90.0 || longitude.abs() > 180.0 {
            let message = format!("Invalid location: {latitude}, {longitude}");
            return Err(self.reject(function.at, message));
        }
        let binder = &self.context.binder;
        Ok((binder.one(latitude), binder.one(longitude)))
    }

    /// Distances are nearer or farther than something, never equal to it.
    pub(super) fn check_distance(
        &self,
        operand: &Operand,
        comparison: Option<Comparison>,
    ) -> Result<()> {
        let is_distance =
            matches!(operand, Operand::Function(function) if function.name == "DISTANCE");
        let is_allowed = matches!(comparison, Some(Comparison::Less | Comparison::Greater));
        if !is_distance || is_allowed {
            return Ok(());
        }
        let message = "DISTANCE can only be compared by < and >";
        let code = ErrorCode::InvalidQueryFilterOperator;
        Err(self.context.error(operand.at(), code, message))
    }
}
