//! Layouts of pages.

use super::menus::{COLOR, ICON};
use super::{Kind, Member, PICKLIST_ENTRY, count, flag, nillable, of, plain, text};

/// `DescribeLayoutButton`
pub(in crate::soap) const LAYOUT_BUTTON: &[Member] = &[
    plain("behavior"),
    of("colors", Kind::Each(COLOR)),
    plain("content"),
    plain("contentSource"),
    flag("custom"),
    plain("encoding"),
    plain("height"),
    of("icons", Kind::Each(ICON)),
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
    &[of("detailButtons", Kind::Each(LAYOUT_BUTTON))];

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
    of("layoutComponents", Kind::Each(LAYOUT_COMPONENT)),
    flag("placeholder"),
    flag("required"),
];

/// `DescribeLayoutRow`
pub(in crate::soap) const LAYOUT_ROW: &[Member] = &[
    of("layoutItems", Kind::Each(LAYOUT_ITEM)),
    count("numItems"),
];

/// `DescribeLayoutSection`
pub(in crate::soap) const LAYOUT_SECTION: &[Member] = &[
    flag("collapsed"),
    count("columns"),
    nillable("heading"),
    of("layoutRows", Kind::Each(LAYOUT_ROW)),
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
    &[of("feedFilters", Kind::Each(LAYOUT_FEED_FILTER))];

/// `DescribeQuickActionListItemResult`
pub(in crate::soap) const QUICK_ACTION_LIST_ITEM: &[Member] = &[
    nillable("accessLevelRequired"),
    of("colors", Kind::Each(COLOR)),
    nillable("iconUrl"),
    of("icons", Kind::Each(ICON)),
    text("label"),
    text("miniIconUrl"),
    text("quickActionName"),
    nillable("targetSobjectType"),
    text("type"),
];

/// `DescribeQuickActionListResult`
pub(in crate::soap) const QUICK_ACTION_LIST: &[Member] = &[of(
    "quickActionListItems",
    Kind::Each(QUICK_ACTION_LIST_ITEM),
)];

/// `DescribeRelatedContentItem`
pub(in crate::soap) const RELATED_CONTENT_ITEM: &[Member] =
    &[of("describeLayoutItem", Kind::Each(LAYOUT_ITEM))];

/// `RelatedContent`
pub(in crate::soap) const RELATED_CONTENT: &[Member] =
    &[of("relatedContentItems", Kind::Each(RELATED_CONTENT_ITEM))];

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
    of("buttons", Kind::Each(LAYOUT_BUTTON)),
    of("columns", Kind::Each(RELATED_LIST_COLUMN)),
    flag("custom"),
    nillable("field"),
    text("label"),
    count("limitRows"),
    text("name"),
    nillable("sobject"),
    of("sort", Kind::Each(RELATED_LIST_SORT)),
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
    of("buttonLayoutSection", Kind::Each(LAYOUT_BUTTON_SECTION)),
    of("detailLayoutSections", Kind::Each(LAYOUT_SECTION)),
    of("editLayoutSections", Kind::Each(LAYOUT_SECTION)),
    of("feedView", Kind::Each(LAYOUT_FEED_VIEW)),
    of("highlightsPanelLayoutSection", Kind::Each(LAYOUT_SECTION)),
    nillable("id"),
    of("quickActionList", Kind::Each(QUICK_ACTION_LIST)),
    of("relatedContent", Kind::Each(RELATED_CONTENT)),
    of("relatedLists", Kind::Each(RELATED_LIST)),
    of("saveOptions", Kind::Each(LAYOUT_SAVE_OPTION)),
];

/// `PicklistForRecordType`
pub(in crate::soap) const PICKLIST_FOR_RECORD_TYPE: &[Member] = &[
    text("picklistName"),
    of("picklistValues", Kind::Each(PICKLIST_ENTRY)),
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
    of(
        "picklistsForRecordType",
        Kind::Each(PICKLIST_FOR_RECORD_TYPE),
    ),
    nillable("recordTypeId"),
];

/// `DescribeLayoutResult`
pub(in crate::soap) const LAYOUTS: &[Member] = &[
    of("layouts", Kind::Each(LAYOUT)),
    of("recordTypeMappings", Kind::Each(RECORD_TYPE_MAPPING)),
    flag("recordTypeSelectorRequired"),
];

/// `DescribeApprovalLayout`
pub(in crate::soap) const APPROVAL_LAYOUT: &[Member] = &[
    plain("id"),
    text("label"),
    of("layoutItems", Kind::Each(LAYOUT_ITEM)),
    text("name"),
];

/// `DescribeApprovalLayoutResult`
pub(in crate::soap) const APPROVAL_LAYOUTS: &[Member] =
    &[of("approvalLayouts", Kind::Each(APPROVAL_LAYOUT))];

/// `DescribeCompactLayout`
pub(in crate::soap) const COMPACT_LAYOUT: &[Member] = &[
    of("actions", Kind::Each(LAYOUT_BUTTON)),
    of("fieldItems", Kind::Each(LAYOUT_ITEM)),
    plain("id"),
    of("imageItems", Kind::Each(LAYOUT_ITEM)),
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
    of("compactLayouts", Kind::Each(COMPACT_LAYOUT)),
    plain("defaultCompactLayoutId"),
    of(
        "recordTypeCompactLayoutMappings",
        Kind::Each(RECORD_TYPE_COMPACT_LAYOUT_MAPPING),
    ),
];
