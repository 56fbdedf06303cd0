//! `distance_km(latitude, longitude, latitude, longitude)` for SQL: the length of the great circle between two places.

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::StoreError;

/// Mean radius of the earth in kilometres.
const EARTH_KM: f64 = 6_371.0;

/// Gives the function to a connection; it is NULL where a coordinate is.
pub(super) fn register(connection: &Connection) -> Result<(), StoreError> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("distance_km", 4, flags, |context| {
        let degrees = |at| context.get::<Option<f64>>(at);
        let (from, to) = (degrees(0)?.zip(degrees(1)?), degrees(2)?.zip(degrees(3)?));
        Ok(from.zip(to).map(|(from, to)| great_circle_km(from, to)))
    })
}

/// Haversine formula; latitudes and longitudes in degrees.
fn great_circle_km(from: (f64, f64), to: (f64, f64)) -> f64 {
    let (from_latitude, to_latitude) = (from.0.to_radians(), to.0.to_radians());
    let half = |a: f64, b: f64| ((b - a).to_radians() / 2.0).sin().powi(2);
    let chord = half(from.0, to.0) + from_latitude.cos() * to_latitude.cos() * half(from.1, to.1);
    2.0 * EARTH_KM * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::great_circle_km;

    #[test]
    fn distances_are_those_of_the_map() {
        let (berlin, paris) = ((52.52, 13.405), (48.8566, 2.3522));
        let km = great_circle_km(berlin, paris);
        assert!((877.0..879.0).contains(&km), "{km}");
        assert!(great_circle_km(berlin, berlin) < 1e-9);
    }
}
