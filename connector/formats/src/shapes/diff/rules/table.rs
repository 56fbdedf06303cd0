//! Which changes break something: one table by what changed.

use super::breaks::{Breaks, fewer_decimals, fewer_digits, newly_required, not_createable};

/// A property, when its change breaks something, what follows then, and what follows otherwise.
pub(super) type Rule = (&'static str, Breaks, &'static str, &'static str);

pub(super) const OBJECT: &[Rule] = &[
    (
        "createable",
        Breaks::Lost,
        "Records can no longer be created",
        "Records can be created",
    ),
    (
        "updateable",
        Breaks::Lost,
        "Records can no longer be changed",
        "Records can be changed",
    ),
    (
        "deletable",
        Breaks::Lost,
        "Records can no longer be deleted",
        "Records can be deleted",
    ),
    (
        "undeletable",
        Breaks::Lost,
        "Records can no longer be restored",
        "Records can be restored",
    ),
    (
        "mergeable",
        Breaks::Lost,
        "Records can no longer be merged",
        "Records can be merged",
    ),
    (
        "queryable",
        Breaks::Lost,
        "Queries on it fail",
        "It can be queried",
    ),
    (
        "retrieveable",
        Breaks::Lost,
        "Records can no longer be read by their ids",
        "Records can be read by their ids",
    ),
    (
        "searchable",
        Breaks::Lost,
        "Searches for it fail",
        "It can be searched for",
    ),
    (
        "replicateable",
        Breaks::Lost,
        "`get-updated` and `get-deleted` fail",
        "`get-updated` and `get-deleted` work",
    ),
    (
        "deprecatedAndHidden",
        Breaks::Gained,
        "This API version can no longer use it",
        "This API version can use it",
    ),
];

pub(super) const FIELD: &[Rule] = &[
    (
        "type",
        Breaks::Always,
        "Its values are written in another form",
        "",
    ),
    (
        "length",
        Breaks::Smaller,
        "Texts that are too long now are refused",
        "Longer texts are taken and may be read",
    ),
    (
        "digits",
        Breaks::Smaller,
        "Numbers that are too large now are refused",
        "Larger numbers are taken and may be read",
    ),
    (
        "precision",
        Breaks::If(fewer_digits),
        "Numbers that are too large now are refused",
        "Numbers have another precision, and those taken before are taken still",
    ),
    (
        "scale",
        Breaks::If(fewer_decimals),
        "Decimals are rounded off, or numbers that are too large now refused",
        "More decimals are kept and may be read",
    ),
    (
        "nillable",
        Breaks::Lost,
        "Null is refused",
        "It may be null",
    ),
    (
        "createable",
        Breaks::If(not_createable),
        "It cannot be set on creation, or records cannot be created without it",
        "It can be set on creation",
    ),
    (
        "updateable",
        Breaks::Lost,
        "It can no longer be changed",
        "It can be changed",
    ),
    (
        "defaultedOnCreate",
        Breaks::If(newly_required),
        "Records cannot be created without it",
        "The org fills it in on creation or not; records can be created as before",
    ),
    (
        "calculated",
        Breaks::Gained,
        "The org computes it: it can no longer be written",
        "The org no longer computes it",
    ),
    (
        "unique",
        Breaks::Gained,
        "Values that another record has are refused",
        "Several records may have one value",
    ),
    (
        "externalId",
        Breaks::Lost,
        "Upserts and references can no longer find records by it",
        "Upserts and references can find records by it",
    ),
    (
        "idLookup",
        Breaks::Lost,
        "Upserts and references can no longer find records by it",
        "Upserts and references can find records by it",
    ),
    (
        "caseSensitive",
        Breaks::Never,
        "",
        "Values that differ in upper and lower case alone are the same or not, other than before",
    ),
    (
        "restrictedPicklist",
        Breaks::Gained,
        "Values that are not in its list are refused",
        "Values that are not in its list are taken",
    ),
    (
        "dependentPicklist",
        Breaks::Never,
        "",
        "Pages of the org offer other values; the API takes all of the list",
    ),
    (
        "controllerName",
        Breaks::Never,
        "",
        "Pages of the org offer other values; the API takes all of the list",
    ),
    (
        "referenceTo",
        Breaks::Fewer,
        "References to an object that is gone from its list are refused",
        "It may refer to more objects",
    ),
    (
        "relationshipName",
        Breaks::Always,
        "Queries and references by the old name fail",
        "",
    ),
    (
        "filterable",
        Breaks::Lost,
        "Queries that filter by it fail",
        "Queries can filter by it",
    ),
    (
        "sortable",
        Breaks::Lost,
        "Queries that sort by it fail",
        "Queries can sort by it",
    ),
    (
        "groupable",
        Breaks::Lost,
        "Queries that group by it fail",
        "Queries can group by it",
    ),
    (
        "aggregatable",
        Breaks::Lost,
        "Queries that aggregate it fail",
        "Queries can aggregate it",
    ),
    (
        "restrictedDelete",
        Breaks::Gained,
        "The record that it refers to can no longer be deleted",
        "The record that it refers to can be deleted",
    ),
    (
        "cascadeDelete",
        Breaks::Never,
        "",
        "Records are deleted with the record that it refers to, or no longer",
    ),
    (
        "deprecatedAndHidden",
        Breaks::Gained,
        "This API version can no longer use it",
        "This API version can use it",
    ),
    (
        "defaultValue",
        Breaks::Never,
        "",
        "Records that are created without it get another value",
    ),
    (
        "defaultValueFormula",
        Breaks::Never,
        "",
        "Records that are created without it get another value",
    ),
    (
        "calculatedFormula",
        Breaks::Never,
        "",
        "Its values are computed in another way",
    ),
    (
        "encrypted",
        Breaks::Never,
        "",
        "Its values are kept encrypted, or no longer; users may see them masked",
    ),
    (
        "htmlFormatted",
        Breaks::Never,
        "",
        "Its values are HTML, or no longer",
    ),
];

pub(super) const PICK: &[Rule] = &[
    (
        "label",
        Breaks::Never,
        "",
        "People see another text; what is stored is the same",
    ),
    (
        "defaultValue",
        Breaks::Never,
        "",
        "Records that are created without a value get another one",
    ),
    (
        "validFor",
        Breaks::Never,
        "",
        "Pages of the org offer it for other values of the controlling field",
    ),
];

pub(super) const CHILD: &[Rule] = &[
    (
        "relationshipName",
        Breaks::Always,
        "Queries with a sub-query by the old name fail",
        "",
    ),
    (
        "restrictedDelete",
        Breaks::Gained,
        "Records that have such children can no longer be deleted",
        "Records that have such children can be deleted",
    ),
    (
        "cascadeDelete",
        Breaks::Never,
        "",
        "Such children are deleted with their parent, or no longer",
    ),
];

pub(super) const RECORD_TYPE: &[Rule] = &[
    (
        "active",
        Breaks::Lost,
        "Writes that give records this record type fail",
        "Records can have this record type",
    ),
    (
        "available",
        Breaks::Lost,
        "The user can no longer give records this record type",
        "The user can give records this record type",
    ),
    (
        "recordTypeId",
        Breaks::Always,
        "Ids that were kept no longer name it",
        "",
    ),
    (
        "defaultRecordTypeMapping",
        Breaks::Never,
        "",
        "Records that are created without a record type get another one",
    ),
];
