//! The list views that every object with pages has: all records, one's own, those viewed lately.

use sandbox_model::schema::{Field, FieldType, Object};

/// Columns of a list view.
const COLUMNS: usize = 5;

/// A list view.
#[derive(Debug, Clone)]
pub struct ListView<'o> {
    /// API name of the object.
    pub object: &'o Object,
    /// Its label.
    pub label: String,
    /// Its developer name.
    pub developer_name: String,
    /// What kind it is.
    pub kind: Kind,
}

/// Which records a list view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// All of them.
    All,
    /// Those of the user who looks.
    Mine,
    /// Recently viewed records.
    Recent,
}

/// Returns the list views of an object, in their order; none if it has no pages.
pub fn all(object: &Object) -> Vec<ListView<'_>> {
    if !object.createable || !object.searchable || object.name_field().is_none() {
        return Vec::new();
    }
    let plural = &object.label_plural;
    let compact: String = plural.chars().filter(|c| c.is_alphanumeric()).collect();
    let view = |kind, label: &str, name: &str| ListView {
        object,
        label: format!("{label} {plural}"),
        developer_name: format!("{name}{compact}"),
        kind,
    };
    let mut views = vec![view(Kind::All, "All", "All")];
    if object.field("OwnerId").is_some() {
        views.push(view(Kind::Mine, "My", "My"));
    }
    if object.mru_enabled {
        views.push(view(Kind::Recent, "Recently Viewed", "RecentlyViewed"));
    }
    views
}

impl<'o> ListView<'o> {
    /// Returns the fields shown: the name, then the fields that identify a record best.
    pub fn columns(&self) -> Vec<&'o Field> {
        summary_fields(self.object, COLUMNS)
    }

    /// Returns the view as SOQL.
    pub fn soql(&self) -> String {
        let columns: Vec<&str> = self
            .columns()
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        let scope = if self.kind == Kind::Mine {
            " USING SCOPE mine"
        } else {
            ""
        };
        let filter = if self.kind == Kind::Recent {
            " WHERE LastViewedDate != null"
        } else {
            ""
        };
        let order = columns.first().copied().unwrap_or("Id");
        format!(
            "SELECT {}, Id, CreatedDate, LastModifiedDate, SystemModstamp FROM {}{scope}{filter} \
             ORDER BY {order} ASC NULLS FIRST, Id ASC NULLS FIRST",
            columns.join(", "),
            self.object.name
        )
    }
}

/// Returns the name and the first plain fields of an object.
pub fn summary_fields(object: &Object, count: usize) -> Vec<&Field> {
    let plain = |field: &&Field| {
        !field.name_field
            && !field.is_compound()
            && field.createable
            && field.sortable
            && field.compound_field_name.as_deref() != Some("Name")
            && !matches!(
                field.field_type,
                FieldType::Reference(_) | FieldType::Base64 | FieldType::Boolean
            )
    };
    let name = object.name_field().into_iter();
    name.chain(object.fields().iter().filter(plain))
        .take(count)
        .collect()
}
