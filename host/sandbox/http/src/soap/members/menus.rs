//! Tabs, themes, menus of apps.

use super::{Kind, Member, flag, nillable, of, plain, text};

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
    of("colors", Kind::Each(COLOR)),
    flag("custom"),
    text("iconUrl"),
    of("icons", Kind::Each(ICON)),
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
    of("tabs", Kind::Each(TAB)),
];

/// `DescribeThemeItem`
pub(in crate::soap) const THEME_ITEM: &[Member] = &[
    of("colors", Kind::Each(COLOR)),
    of("icons", Kind::Each(ICON)),
    text("name"),
];

/// `DescribeThemeResult`
pub(in crate::soap) const THEME: &[Member] = &[of("themeItems", Kind::Each(THEME_ITEM))];

/// `DescribeAppMenuItem`
pub(in crate::soap) const APP_MENU_ITEM: &[Member] = &[
    of("colors", Kind::Each(COLOR)),
    text("content"),
    of("icons", Kind::Each(ICON)),
    text("label"),
    text("name"),
    text("type"),
    text("url"),
];

/// `DescribeAppMenuResult`
pub(in crate::soap) const APP_MENU: &[Member] = &[of("appMenuItems", Kind::Each(APP_MENU_ITEM))];
