//! Search layouts, nouns, list views.

use super::{Kind, Member, count, flag, member, nillable, plain, text};

/// `DescribeColumn`
pub(in crate::soap) const COLUMN: &[Member] = &[
    text("field"),
    nillable("format"),
    text("label"),
    text("name"),
];

/// `DescribeSearchLayoutResult`
pub(in crate::soap) const SEARCH_LAYOUT: &[Member] = &[
    nillable("errorMsg"),
    nillable("label"),
    nillable("limitRows"),
    text("objectType"),
    member("searchColumns", Kind::Each(COLUMN)),
];

/// `DescribeSearchScopeOrderResult`
pub(in crate::soap) const SEARCH_SCOPE_ORDER: &[Member] = &[text("keyPrefix"), text("name")];

/// `DescribeSearchableEntityResult`
pub(in crate::soap) const SEARCHABLE_ENTITY: &[Member] =
    &[text("label"), text("name"), text("pluralLabel")];

/// `NameCaseValue`
pub(in crate::soap) const NAME_CASE_VALUE: &[Member] = &[
    nillable("article"),
    nillable("caseType"),
    nillable("number"),
    nillable("possessive"),
    nillable("value"),
];

/// `DescribeNounResult`
pub(in crate::soap) const NOUN: &[Member] = &[
    member("caseValues", Kind::Each(NAME_CASE_VALUE)),
    text("developerName"),
    nillable("gender"),
    text("name"),
    nillable("pluralAlias"),
    nillable("startsWith"),
];

/// `ListViewColumn`
pub(in crate::soap) const LIST_VIEW_COLUMN: &[Member] = &[
    nillable("ascendingLabel"),
    nillable("descendingLabel"),
    text("fieldNameOrPath"),
    flag("hidden"),
    text("label"),
    flag("searchable"),
    text("selectListItem"),
    nillable("sortDirection"),
    nillable("sortIndex"),
    flag("sortable"),
    plain("type"),
];

/// `ListViewOrderBy`
pub(in crate::soap) const LIST_VIEW_ORDER_BY: &[Member] = &[
    text("fieldNameOrPath"),
    nillable("nullsPosition"),
    nillable("sortDirection"),
];

/// `DescribeSoqlListView`
pub(in crate::soap) const SOQL_LIST_VIEW: &[Member] = &[
    member("columns", Kind::Each(LIST_VIEW_COLUMN)),
    plain("id"),
    member("orderBy", Kind::Each(LIST_VIEW_ORDER_BY)),
    text("query"),
    plain("relatedEntityId"),
    nillable("scope"),
    plain("scopeEntityId"),
    text("sobjectType"),
];

/// `DescribeSoqlListViewResult`
pub(in crate::soap) const SOQL_LIST_VIEWS: &[Member] =
    &[member("describeSoqlListViews", Kind::Each(SOQL_LIST_VIEW))];

/// `ListViewRecordColumn`
pub(in crate::soap) const LIST_VIEW_RECORD_COLUMN: &[Member] =
    &[text("fieldNameOrPath"), nillable("value")];

/// `ListViewRecord`
pub(in crate::soap) const LIST_VIEW_RECORD: &[Member] =
    &[member("columns", Kind::Each(LIST_VIEW_RECORD_COLUMN))];

/// `ExecuteListViewResult`
pub(in crate::soap) const EXECUTE_LIST_VIEW: &[Member] = &[
    member("columns", Kind::Each(LIST_VIEW_COLUMN)),
    text("developerName"),
    flag("done"),
    plain("id"),
    text("label"),
    member("records", Kind::Each(LIST_VIEW_RECORD)),
    count("size"),
];
