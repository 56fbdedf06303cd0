//! Quick actions and approvals.

use super::menus::{COLOR, ICON};
use super::pages::LAYOUT_SECTION;
use super::{Kind, Member, flag, member, nillable, plain, text};

/// `DescribeQuickActionDefaultValue`
pub(in crate::soap) const QUICK_ACTION_DEFAULT_VALUE: &[Member] =
    &[nillable("defaultValue"), text("field")];

/// `DescribeQuickActionResult`
pub(in crate::soap) const QUICK_ACTION: &[Member] = &[
    nillable("accessLevelRequired"),
    text("actionEnumOrId"),
    nillable("canvasApplicationId"),
    nillable("canvasApplicationName"),
    member("colors", Kind::Each(COLOR)),
    nillable("contextSobjectType"),
    member("defaultValues", Kind::Each(QUICK_ACTION_DEFAULT_VALUE)),
    nillable("flowDevName"),
    nillable("flowRecordIdVar"),
    nillable("height"),
    nillable("iconName"),
    nillable("iconUrl"),
    member("icons", Kind::Each(ICON)),
    text("label"),
    member("layout", Kind::Each(LAYOUT_SECTION)),
    nillable("lightningComponentBundleId"),
    nillable("lightningComponentBundleName"),
    nillable("lightningComponentQualifiedName"),
    nillable("lightningWebComponentBundleId").since(52),
    nillable("lightningWebComponentBundleName").since(52),
    nillable("lightningWebComponentQualifiedName").since(52),
    nillable("miniIconUrl"),
    nillable("mobileExtensionId"),
    text("name"),
    flag("showQuickActionLcHeader"),
    flag("showQuickActionVfHeader"),
    nillable("targetParentField"),
    nillable("targetRecordTypeId"),
    nillable("targetSobjectType"),
    text("type"),
    nillable("visualforcePageName"),
    nillable("visualforcePageUrl"),
    nillable("width"),
];

/// `DescribeAvailableQuickActionResult`
pub(in crate::soap) const AVAILABLE_QUICK_ACTION: &[Member] = &[
    text("actionEnumOrId"),
    text("label"),
    text("name"),
    text("type"),
];

/// `Error`
const ERROR: &[Member] = &[plain("fields"), text("message"), text("statusCode")];

/// `PerformQuickActionResult`
pub(in crate::soap) const PERFORM_QUICK_ACTION: &[Member] = &[
    plain("contextId"),
    flag("created"),
    member("errors", Kind::Each(ERROR)),
    plain("feedItemIds"),
    plain("ids"),
    flag("success"),
    plain("successMessage"),
];

/// `ProcessResult`
pub(in crate::soap) const PROCESS: &[Member] = &[
    plain("actorIds"),
    nillable("entityId"),
    member("errors", Kind::Each(ERROR)),
    nillable("instanceId"),
    nillable("instanceStatus"),
    plain("newWorkitemIds"),
    flag("success"),
];
