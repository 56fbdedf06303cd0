//! `retrieve()`: records by id, in the order asked for.

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::results;
use super::shown;
use sandbox_core::write::Row;
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Field, Object};
use sandbox_model::xml::Out;

/// Records of one call (SOAP API guide, "retrieve()": 2,000).
const MAX_RECORDS: usize = 2_000;

/// Reads records; nil stands where there is none.
pub(super) fn retrieve(context: &Context<'_>, mut arguments: Arguments<'_>) -> Result<Out, Fault> {
    let (names, kind) = (arguments.text("fieldList")?, arguments.text("sObjectType")?);
    let ids = arguments.texts("ids");
    arguments.finish()?;
    let object = context.org.schema().object(kind);
    let object = object.ok_or_else(|| Fault::no_such_object(kind))?;
    let fields = fields(object, names)?;
    results::reject_many(ids.len(), MAX_RECORDS)?;
    let ids = ids
        .into_iter()
        .map(|id| own_id(object, id))
        .collect::<Result<Vec<_>, _>>()?;
    let mut out = Out::default();
    context.org.store().read(|connection| {
        for id in &ids {
            match Row::load(connection, object, id.as_str())? {
                Some((mut row, false)) => {
                    context.org.files().take_in(&mut row);
                    shown::record(&mut out, "result", &row, &fields);
                }
                _ => out.nil("result"),
            }
        }
        Ok::<_, ApiError>(())
    })?;
    Ok(out)
}

fn fields<'o>(object: &'o Object, names: &str) -> Result<Vec<&'o Field>, Fault> {
    let names = names.split(',').map(str::trim);
    names
        .filter(|name| !name.is_empty())
        .map(|name| {
            let field = object.field(name);
            field.ok_or_else(|| Fault::no_such_field(&object.name, name))
        })
        .collect()
}

fn own_id(object: &Object, text: &str) -> Result<RecordId, Fault> {
    let id = RecordId::parse(text).filter(|id| id.key_prefix() == object.key_prefix);
    id.ok_or_else(|| Fault::new("MALFORMED_ID", format!("malformed id {text}")))
}
