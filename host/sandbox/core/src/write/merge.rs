//! Merging records into one: the losers' children go to the winner, the losers into the recycle bin.

use super::cascade::AuditStamp;
use super::writer::unsupported;
use super::{Draft, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{ChildRelationship, Object};
use sandbox_model::value::Value;

/// Records that one merge accepts besides the winner (SOAP API guide, "merge()": up to three records in all).
const MAX_LOSERS: usize = 2;

/// What a merge did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The winner.
    pub id: RecordId,
    /// The losers.
    pub losers: Vec<RecordId>,
    /// Ids of the children of losers that now belong to the winner.
    pub related: Vec<String>,
}

impl Writer<'_> {
    /// Merges records of one object. The winner gets the draft's values, and none of the losers'.
    ///
    /// # Errors
    /// `INVALID_TYPE_FOR_OPERATION` for objects that cannot be merged, `INVALID_MERGE_RECORD` for too many losers or a
    /// record that is listed twice or is of another object; what [`Writer::update`] rejects.
    pub fn merge(
        &self,
        object: &Object,
        winner: &RecordId,
        losers: &[RecordId],
        draft: Draft,
    ) -> Result<Merged, ApiError> {
        if !object.mergeable {
            return Err(unsupported(object, "merge"));
        }
        reject_mismatch(object, winner, losers)?;
        for id in losers.iter().chain([winner]) {
            match self.is_deleted(object, id.as_str())? {
                None => return Err(ApiError::not_found()),
                Some(true) => return Err(ApiError::deleted()),
                Some(false) => {}
            }
        }
        let mut related = Vec::new();
        for loser in losers {
            for way in object.stored_relationships() {
                related.extend(self.move_children(way, loser, winner)?);
            }
            let mut master = Draft::default();
            master.set(object, "MasterRecordId", Value::text(winner.as_str()));
            self.amend(object, loser, master)?;
            self.mark(object, loser.as_str(), Some(loser.as_str()))?;
        }
        // The losers' unique values are free only now.
        self.update(object, winner, draft)?;
        Ok(Merged {
            id: winner.clone(),
            losers: losers.to_vec(),
            related,
        })
    }

    /// Gives the children of one record to another, and says which. No record becomes its own parent.
    fn move_children(
        &self,
        way: &ChildRelationship,
        from: &RecordId,
        to: &RecordId,
    ) -> Result<Vec<String>, ApiError> {
        if way.field == "MasterRecordId" {
            return Ok(Vec::new());
        }
        let Some(object) = self.schema.object(&way.child_object) else {
            return Ok(Vec::new());
        };
        let children = self.children(way, from.as_str())?;
        for child in &children {
            let parent = Some(to.as_str()).filter(|to| to != child);
            self.cascade_update(object, child, AuditStamp::User, |row| {
                row.set(&way.field, parent.map_or(Value::Null, Value::text));
            })?;
        }
        Ok(children)
    }
}

fn reject_mismatch(
    object: &Object,
    winner: &RecordId,
    losers: &[RecordId],
) -> Result<(), ApiError> {
    let rejected = |message: String| Err(ApiError::for_record("INVALID_MERGE_RECORD", message, []));
    if losers.is_empty() || losers.len() > MAX_LOSERS {
        return rejected(format!(
            "merge takes one or {MAX_LOSERS} records beside the master record"
        ));
    }
    let mut seen = vec![winner];
    for id in losers {
        if seen.contains(&id) {
            return rejected(format!("record {id} is to be merged with itself"));
        }
        seen.push(id);
    }
    match seen.iter().find(|id| id.key_prefix() != object.key_prefix) {
        None => Ok(()),
        Some(id) => rejected(format!("record {id} is no {}", object.name)),
    }
}
