//! Images in rich text: what comes in as a data URI is stored apart from the record, and the text refers to it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Row, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::value::Value;

/// Key prefix of the ids that name images (REST API guide, "sObject Rich Text Image Retrieve": `0EM…`).
const KEY_PREFIX: &str = "0EM";
/// How an image in the text starts before it is kept.
const DATA_URI: &str = "src=\"data:image/";
/// The place of the record's id in the link to an image, filled once it is known.
const NO_RECORD: &str = "/servlet/rtaImage?eid=&amp;";

/// An image on its way from the text to its place.
#[derive(Debug)]
pub(super) struct Image {
    field: usize,
    reference: RecordId,
    media_type: String,
    content: Vec<u8>,
}

/// An image and its media type.
pub struct Stored {
    pub media_type: String,
    pub content: Vec<u8>,
}

/// Takes the images out of the text of the field at this place.
pub(super) fn take_images(
    writer: &Writer<'_>,
    field: usize,
    name: &str,
    text: &str,
    images: &mut Vec<Image>,
) -> Result<String, ApiError> {
    let mut kept = String::with_capacity(text.len().min(4_096));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(DATA_URI) {
        kept.push_str(before);
        let image = after
            .split_once('"')
            .and_then(|(uri, rest)| Some((read(uri)?, rest)));
        let Some(((kind, content), after)) = image else {
            kept.push_str(DATA_URI);
            rest = after;
            continue;
        };
        let reference = next(writer.connection, images.len())?;
        kept.push_str(&format!(
            "src=\"{NO_RECORD}feoid={name}&amp;refid={}\"",
            reference.short()
        ));
        let media_type = format!("image/{kind}");
        images.push(Image {
            field,
            reference,
            media_type,
            content,
        });
        rest = after;
    }
    kept.push_str(rest);
    Ok(kept)
}

/// `png` and the bytes for `png;base64,…`.
fn read(uri: &str) -> Option<(&str, Vec<u8>)> {
    let (kind, data) = uri.split_once(";base64,")?;
    Some((kind, BASE64.decode(data).ok()?))
}

fn next(connection: &Connection, taken: usize) -> Result<RecordId, ApiError> {
    let sql = "SELECT count(*) FROM \"__images\"";
    let known: i64 = connection
        .prepare_cached(sql)?
        .query_row([], |row| row.get(0))?;
    let number = u64::try_from(known).unwrap_or_default() + taken as u64 + 1;
    Ok(RecordId::new(KEY_PREFIX, number))
}

/// Keeps the images of a record whose id is known by now.
pub(super) fn keep(
    writer: &Writer<'_>,
    row: &mut Row<'_>,
    images: Vec<Image>,
) -> Result<(), ApiError> {
    let id = row.get("Id").as_str().unwrap_or_default().to_owned();
    let short = id.get(..sandbox_model::id::SHORT).unwrap_or(&id);
    let link = format!("/servlet/rtaImage?eid={short}&amp;");
    for image in images {
        let field = row.object.fields().get(image.field);
        if let Some(Value::Text(text)) = row.values.get_mut(image.field) {
            *text = text.replace(NO_RECORD, &link);
        }
        let sql = "INSERT INTO \"__images\" VALUES (?1, ?2, ?3, ?4, ?5)";
        let name = field.map(|field| field.name.as_str());
        let values = params![
            image.reference.as_str(),
            id,
            name,
            image.media_type,
            image.content
        ];
        writer.connection.prepare_cached(sql)?.execute(values)?;
    }
    Ok(())
}

/// Returns the image that a record's field refers to.
pub fn image(
    connection: &Connection,
    id: &RecordId,
    field: &str,
    reference: &RecordId,
) -> Result<Option<Stored>, ApiError> {
    let sql = "SELECT \"media_type\", \"content\" FROM \"__images\" \
               WHERE \"id\" = ?1 AND \"record\" = ?2 AND \"field\" = ?3";
    let values = params![reference.as_str(), id.as_str(), field];
    let found = connection.prepare_cached(sql)?.query_row(values, |row| {
        let (media_type, content) = (row.get(0)?, row.get(1)?);
        Ok(Stored {
            media_type,
            content,
        })
    });
    Ok(found.optional()?)
}
