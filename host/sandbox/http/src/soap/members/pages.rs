//! Layouts of pages.

use super::menus::{COLOR, ICON};
use super::{Kind, Member, PICKLIST_ENTRY, count, flag, member, nillable, plain, text};

/// `DescribeLayoutButton`
pub(in crate::soap) const LAYOUT_BUTTON: &[Member] = &[
    plain("behavior"),
    member("colors", Kind::Each(COLOR)),
    plain("content"),
    plain("contentSource"),
    flag("custom"),
    plain("encoding"),
    plain("height"),
    member("icons", Kind::Each(ICON)),
    nillable("label"),
    nillable("menubar"),
    nillable("name"),
    flag("overridden"),
    nillable("resizeable"),
    nillable("scrollbars"),
    nillable("showsLocation"),
    nillable("showsStatus"),
    nillable("toolbar"),
    plain("url"),
    plain("width"),
    plain("windowPosition"),
];

/// `DescribeLayoutButtonSection`
pub(in crate::soap) const LAYOUT_BUTTON_SECTION: &[Member] =
    &[member("detailButtons", Kind::Each(LAYOUT_BUTTON))];

/// `DescribeLayoutComponent`
pub(in crate::soap) const LAYOUT_COMPONENT: &[Member] = &[
    count("displayLines"),
    count("tabOrder"),
    plain("type"),
    nillable("value"),
];

/// `DescribeLayoutItem`
pub(in crate::soap) const LAYOUT_ITEM: &[Member] = &[
    flag("editableForNew"),
    flag("editableForUpdate"),
    nillable("label"),
    member("layoutComponents", Kind::Each(LAYOUT_COMPONENT)),
    flag("placeholder"),
    flag("required"),
];

/// `DescribeLayoutRow`
pub(in crate::soap) const LAYOUT_ROW: &[Member] = &[
    member("layoutItems", Kind::Each(LAYOUT_ITEM)),
    count("numItems"),
];

/// `DescribeLayoutSection`
pub(in crate::soap) const LAYOUT_SECTION: &[Member] = &[
    flag("collapsed"),
    count("columns"),
    nillable("heading"),
    member("layoutRows", Kind::Each(LAYOUT_ROW)),
    nillable("layoutSectionId"),
    plain("parentLayoutId"),
    count("rows"),
    plain("tabOrder"),
    flag("useCollapsibleSection"),
    flag("useHeading"),
];

/// `DescribeLayoutFeedFilter`
pub(in crate::soap) const LAYOUT_FEED_FILTER: &[Member] =
    &[text("label"), text("name"), plain("type")];

/// `DescribeLayoutFeedView`
pub(in crate::soap) const LAYOUT_FEED_VIEW: &[Member] =
    &[member("feedFilters", Kind::Each(LAYOUT_FEED_FILTER))];

/// `DescribeQuickActionListItemResult`
pub(in crate::soap) const QUICK_ACTION_LIST_ITEM: &[Member] = &[
    nillable("accessLevelRequired"),
    member("colors", Kind::Each(COLOR)),
    nillable("iconUrl"),
    member("icons", Kind::Each(ICON)),
    text("label"),
    text("miniIconUrl"),
    text("quickActionName"),
    nillable("targetSobjectType"),
    text("type"),
];

/// `DescribeQuickActionListResult`
pub(in crate::soap) const QUICK_ACTION_LIST: &[Member] = &[member(
    "quickActionListItems",
    Kind::Each(QUICK_ACTION_LIST_ITEM),
)];

/// `DescribeRelatedContentItem`
pub(in crate::soap) const RELATED_CONTENT_ITEM: &[Member] =
    &[member("describeLayoutItem", Kind::Each(LAYOUT_ITEM))];

/// `RelatedContent`
pub(in crate::soap) const RELATED_CONTENT: &[Member] = &[member(
    "relatedContentItems",
    Kind::Each(RELATED_CONTENT_ITEM),
)];

/// `RelatedListColumn`
pub(in crate::soap) const RELATED_LIST_COLUMN: &[Member] = &[
    nillable("field"),
    text("fieldApiName"),
    nillable("format"),
    text("label"),
    plain("lookupId"),
    text("name"),
    flag("sortable"),
];

/// `RelatedListSort`
pub(in crate::soap) const RELATED_LIST_SORT: &[Member] = &[flag("ascending"), text("column")];

/// `RelatedList`
pub(in crate::soap) const RELATED_LIST: &[Member] = &[
    nillable("accessLevelRequiredForCreate"),
    member("buttons", Kind::Each(LAYOUT_BUTTON)),
    member("columns", Kind::Each(RELATED_LIST_COLUMN)),
    flag("custom"),
    nillable("field"),
    text("label"),
    count("limitRows"),
    text("name"),
    nillable("sobject"),
    member("sort", Kind::Each(RELATED_LIST_SORT)),
];

/// `DescribeLayoutSaveOption`
pub(in crate::soap) const LAYOUT_SAVE_OPTION: &[Member] = &[
    flag("defaultValue"),
    flag("isDisplayed"),
    text("label"),
    text("name"),
    text("restHeaderName"),
    text("soapHeaderName"),
];

/// `DescribeLayout`
pub(in crate::soap) const LAYOUT: &[Member] = &[
    member("buttonLayoutSection", Kind::Each(LAYOUT_BUTTON_SECTION)),
    member("detailLayoutSections", Kind::Each(LAYOUT_SECTION)),
    member("editLayoutSections", Kind::Each(LAYOUT_SECTION)),
    member("feedView", Kind::Each(LAYOUT_FEED_VIEW)),
    member("highlightsPanelLayoutSection", Kind::Each(LAYOUT_SECTION)),
    nillable("id"),
    member("quickActionList", Kind::Each(QUICK_ACTION_LIST)),
    member("relatedContent", Kind::Each(RELATED_CONTENT)),
    member("relatedLists", Kind::Each(RELATED_LIST)),
    member("saveOptions", Kind::Each(LAYOUT_SAVE_OPTION)),
];

/// `PicklistForRecordType`
pub(in crate::soap) const PICKLIST_FOR_RECORD_TYPE: &[Member] = &[
    text("picklistName"),
    member("picklistValues", Kind::Each(PICKLIST_ENTRY)),
];

/// `RecordTypeMapping`
pub(in crate::soap) const RECORD_TYPE_MAPPING: &[Member] = &[
    flag("active"),
    flag("available"),
    flag("defaultRecordTypeMapping"),
    text("developerName"),
    plain("layoutId"),
    flag("master"),
    text("name"),
    member(
        "picklistsForRecordType",
        Kind::Each(PICKLIST_FOR_RECORD_TYPE),
    ),
    nillable("recordTypeId"),
];

/// `DescribeLayoutResult`
pub(in crate::soap) const LAYOUTS: &[Member] = &[
    member("layouts", Kind::Each(LAYOUT)),
    member("recordTypeMappings", Kind::Each(RECORD_TYPE_MAPPING)),
    flag("recordTypeSelectorRequired"),
];

/// `DescribeApprovalLayout`
pub(in crate::soap) const APPROVAL_LAYOUT: &[Member] = &[
    plain("id"),
    text("label"),
    member("layoutItems", Kind::Each(LAYOUT_ITEM)),
    text("name"),
];

/// `DescribeApprovalLayoutResult`
pub(in crate::soap) const APPROVAL_LAYOUTS: &[Member] =
    &[member("approvalLayouts", Kind::Each(APPROVAL_LAYOUT))];

/// `DescribeCompactLayout`
pub(in crate::soap) const COMPACT_LAYOUT: &[Member] = &[
    member("actions", Kind::Each(LAYOUT_BUTTON)),
    member("fieldItems", Kind::Each(LAYOUT_ITEM)),
    plain("id"),
    member("imageItems", Kind::Each(LAYOUT_ITEM)),
    text("label"),
    text("name"),
    text("objectType"),
];

/// `RecordTypeCompactLayoutMapping`
pub(in crate::soap) const RECORD_TYPE_COMPACT_LAYOUT_MAPPING: &[Member] = &[
    flag("available"),
    nillable("compactLayoutId"),
    text("compactLayoutName"),
    plain("recordTypeId"),
    text("recordTypeName"),
];

/// `DescribeCompactLayoutsResult`
pub(in crate::soap) const COMPACT_LAYOUTS: &[Member] = &[
    member("compactLayouts", Kind::Each(COMPACT_LAYOUT)),
    plain("defaultCompactLayoutId"),
    member(
        "recordTypeCompactLayoutMappings",
        Kind::Each(RECORD_TYPE_COMPACT_LAYOUT_MAPPING),
    ),
];
