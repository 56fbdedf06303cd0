//! Tabs, themes, menus of apps.

use super::{Kind, Member, flag, member, nillable, plain, text};

/// `DescribeColor`
pub(in crate::soap) const COLOR: &[Member] = &[text("color"), text("context"), text("theme")];

/// `DescribeIcon`
pub(in crate::soap) const ICON: &[Member] = &[
    text("contentType"),
    nillable("height"),
    text("theme"),
    text("url"),
    nillable("width"),
];

/// `DescribeTab`
pub(in crate::soap) const TAB: &[Member] = &[
    member("colors", Kind::Each(COLOR)),
    flag("custom"),
    text("iconUrl"),
    member("icons", Kind::Each(ICON)),
    text("label"),
    text("miniIconUrl"),
    text("name"),
    nillable("sobjectName"),
    text("url"),
];

/// `DescribeTabSetResult`
pub(in crate::soap) const TAB_SET: &[Member] = &[
    text("description"),
    text("label"),
    text("logoUrl"),
    plain("namespace"),
    flag("selected"),
    text("tabSetId"),
    member("tabs", Kind::Each(TAB)),
];

/// `DescribeThemeItem`
pub(in crate::soap) const THEME_ITEM: &[Member] = &[
    member("colors", Kind::Each(COLOR)),
    member("icons", Kind::Each(ICON)),
    text("name"),
];

/// `DescribeThemeResult`
pub(in crate::soap) const THEME: &[Member] = &[member("themeItems", Kind::Each(THEME_ITEM))];

/// `DescribeAppMenuItem`
pub(in crate::soap) const APP_MENU_ITEM: &[Member] = &[
    member("colors", Kind::Each(COLOR)),
    text("content"),
    member("icons", Kind::Each(ICON)),
    text("label"),
    text("name"),
    text("type"),
    text("url"),
];

/// `DescribeAppMenuResult`
pub(in crate::soap) const APP_MENU: &[Member] =
    &[member("appMenuItems", Kind::Each(APP_MENU_ITEM))];
