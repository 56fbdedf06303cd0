//! What goes along when a record changes hands, and what its user looked at last.

use rusqlite::params;

use super::Writer;
use crate::id::RecordId;
use crate::problem::Problem;
use crate::schema::Object;
use crate::store::quoted;

/// An option of `OwnerChangeOptions`: its name, the children it moves, the field by which they hang on the record, and
/// which of them (SOAP API guide, "OwnerChangeOptions").
type Transfer = (&'static str, &'static str, &'static str, &'static str);

/// Children of the old owner go along; those of others only where the option says so.
const TRANSFERS: &[Transfer] = &[
    (
        "TransferOpenActivities",
        "Task",
        "WhatId",
        "\"IsClosed\" = 0 AND \"OwnerId\" = ?3",
    ),
    (
        "TransferOpenActivities",
        "Task",
        "WhoId",
        "\"IsClosed\" = 0 AND \"OwnerId\" = ?3",
    ),
    (
        "TransferNotesAndAttachments",
        "Attachment",
        "ParentId",
        "\"OwnerId\" = ?3",
    ),
    (
        "TransferContacts",
        "Contact",
        "AccountId",
        "\"OwnerId\" = ?3",
    ),
    (
        "TransferOwnedOpenOpportunities",
        "Opportunity",
        "AccountId",
        "\"IsClosed\" = 0 AND \"OwnerId\" = ?3",
    ),
    (
        "TransferOthersOpenOpportunities",
        "Opportunity",
        "AccountId",
        "\"IsClosed\" = 0 AND \"OwnerId\" <> ?3",
    ),
];

impl Writer<'_> {
    /// Gives the new owner of a record what hangs on it, as the options say. `old` is who owned it before.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn follow_owner(
        &self,
        object: &Object,
        id: &RecordId,
        old: &str,
        options: &[String],
    ) -> Result<(), Problem> {
        let own = quoted(&object.name);
        for (option, child, way, which) in TRANSFERS {
            let points_here = |child: &Object| {
                let reference = child.field(way).and_then(crate::schema::Field::reference);
                reference.is_some_and(|reference| reference.to.contains(&object.name))
            };
            let wanted = options.iter().any(|wanted| wanted == option);
            if !wanted || !self.schema.object(child).is_some_and(points_here) {
                continue;
            }
            let sql = format!(
                "UPDATE {} SET \"OwnerId\" = (SELECT \"OwnerId\" FROM {own} WHERE \"Id\" = ?1), \"SystemModstamp\" = ?2, \
                 \"LastModifiedDate\" = ?2 WHERE {} = ?1 AND \"IsDeleted\" = 0 AND {which}",
                quoted(child),
                quoted(way)
            );
            let values = params![id.as_str(), self.now, old];
            self.connection.prepare_cached(&sql)?.execute(values)?;
        }
        Ok(())
    }

    /// Notes that the user has just seen a record, where its object keeps that.
    ///
    /// # Errors
    /// The database's.
    pub(crate) fn remember(&self, id: &RecordId) -> Result<(), Problem> {
        let object = self.schema.object_by_prefix(id.key_prefix());
        let Some(object) = object.filter(|object| object.mru_enabled) else {
            return Ok(());
        };
        let sql = format!(
            "UPDATE {} SET \"LastViewedDate\" = ?2, \"LastReferencedDate\" = ?2 WHERE \"Id\" = ?1",
            quoted(&object.name)
        );
        let values = params![id.as_str(), self.now];
        self.connection.prepare_cached(&sql)?.execute(values)?;
        Ok(())
    }
}
