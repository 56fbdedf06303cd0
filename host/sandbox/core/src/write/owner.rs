//! Transfers along with a change of owner, and recently viewed records.

use rusqlite::params;

use super::cascade::AuditStamp;
use super::{Row, Writer};
use sandbox_model::api_error::ApiError;
use sandbox_model::id::RecordId;
use sandbox_model::schema::{Field, Object};
use sandbox_model::store::quoted;
use sandbox_model::value::Value;

/// An option of `OwnerChangeOptions` (SOAP API guide, "OwnerChangeOptions").
struct Transfer {
    option: &'static str,
    /// The object that it moves.
    child: &'static str,
    /// The field by which its records refer to the record.
    way: &'static str,
    open_only: bool,
    /// Whether it moves what others own instead of what the old owner owns.
    of_others: bool,
}

impl Transfer {
    const fn new(option: &'static str, child: &'static str, way: &'static str) -> Self {
        Self {
            option,
            child,
            way,
            open_only: false,
            of_others: false,
        }
    }

    const fn open_only(self) -> Self {
        Self {
            open_only: true,
            ..self
        }
    }

    const fn of_others(self) -> Self {
        Self {
            of_others: true,
            ..self
        }
    }

    fn takes(&self, row: &Row<'_>, old: &str) -> bool {
        let is_open = *row.get("IsClosed") != Value::Bool(true);
        let is_old_owners = row.get("OwnerId").as_str() == Some(old);
        (is_open || !self.open_only) && is_old_owners != self.of_others
    }
}

/// Children of the old owner go along; those of others only where the option says so.
const TRANSFERS: &[Transfer] = &[
    Transfer::new("TransferOpenActivities", "Task", "WhatId").open_only(),
    Transfer::new("TransferOpenActivities", "Task", "WhoId").open_only(),
    Transfer::new("TransferNotesAndAttachments", "Attachment", "ParentId"),
    Transfer::new("TransferContacts", "Contact", "AccountId"),
    Transfer::new("TransferOwnedOpenOpportunities", "Opportunity", "AccountId").open_only(),
    Transfer::new(
        "TransferOthersOpenOpportunities",
        "Opportunity",
        "AccountId",
    )
    .open_only()
    .of_others(),
];

impl Writer<'_> {
    /// Transfers children of a record to its new owner, as the options say. `old` is the previous owner.
    ///
    /// # Errors
    /// The database's.
    pub fn follow_owner(
        &self,
        object: &Object,
        id: &RecordId,
        old: &str,
        options: &[String],
    ) -> Result<(), ApiError> {
        let Some((record, _)) = Row::load(self.connection, object, id.as_str())? else {
            return Ok(());
        };
        let wanted = |transfer: &&Transfer| options.iter().any(|option| option == transfer.option);
        for transfer in TRANSFERS.iter().filter(wanted) {
            let Some(child) = self.schema.object(transfer.child) else {
                continue;
            };
            let reference = child.field(transfer.way).and_then(Field::reference);
            if !reference.is_some_and(|reference| reference.to.contains(&object.name)) {
                continue;
            }
            for moved in self.children_by(transfer.child, transfer.way, id.as_str())? {
                self.cascade_update(child, &moved, AuditStamp::User, |row| {
                    if transfer.takes(row, old) {
                        row.set("OwnerId", record.get("OwnerId").clone());
                    }
                })?;
            }
        }
        Ok(())
    }

    /// Notes that the user has just seen a record, where its object keeps that.
    ///
    /// # Errors
    /// The database's.
    pub fn remember(&self, id: &RecordId) -> Result<(), ApiError> {
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
