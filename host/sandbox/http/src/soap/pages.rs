//! What pages are made of: layouts, tabs, themes, menus.

use serde_json::{Value as Json, json};

use super::Context;
use super::arguments::Arguments;
use super::describe::{global, result};
use super::fault::Fault;
use super::members::menus::{APP_MENU, TAB, TAB_SET, THEME};
use super::members::pages::{APPROVAL_LAYOUTS, COMPACT_LAYOUT, COMPACT_LAYOUTS, LAYOUTS};
use super::members::{GLOBAL, Member};
use super::rest::encoded;
use sandbox_model::xml::Out;

/// One `result`.
pub(super) fn one(context: &Context<'_>, json: &Json, members: &[Member]) -> Out {
    each(context, std::slice::from_ref(json), members)
}

/// Returns a `result` for each.
pub(super) fn each(context: &Context<'_>, all: &[Json], members: &[Member]) -> Out {
    let mut out = Out::default();
    for json in all {
        result(&mut out, json, members, context.version);
    }
    out
}

/// Returns the entries of a list.
pub(super) fn entries(json: &Json) -> &[Json] {
    json.as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn describe_layout(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let object = context.object(arguments.text("sObjectType")?)?;
    let named = arguments.optional_text("layoutName");
    let record_types = arguments.texts("recordTypeIds");
    arguments.finish()?;
    let page = named.map_or("layouts".to_owned(), |name| {
        format!("namedLayouts/{}", encoded(name))
    });
    let path = format!("/sobjects/{}/describe/{page}", object.name);
    let mut layouts = context.get(&path)?;
    if let Some(Json::Array(mappings)) = layouts.get_mut("recordTypeMappings")
        && !record_types.is_empty()
    {
        mappings.retain(|mapping| is_of(mapping, &record_types));
    }
    Ok(one(context, &layouts, LAYOUTS))
}

fn is_of(mapping: &Json, record_types: &[&str]) -> bool {
    let id = mapping.get("recordTypeId").and_then(Json::as_str);
    id.is_some_and(|id| record_types.iter().any(|wanted| id.starts_with(wanted)))
}

pub(super) fn describe_approval_layout(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let object = context.object(arguments.text("sObjectType")?)?;
    let names = arguments.texts("approvalProcessNames");
    arguments.finish()?;
    let path = format!("/sobjects/{}/describe/approvalLayouts", object.name);
    let mut layouts = context.get(&path)?;
    if let Some(Json::Array(layouts)) = layouts.get_mut("approvalLayouts")
        && !names.is_empty()
    {
        layouts.retain(|layout| is_named(layout, &names));
    }
    Ok(one(context, &layouts, APPROVAL_LAYOUTS))
}

fn is_named(entry: &Json, names: &[&str]) -> bool {
    let name = entry.get("name").and_then(Json::as_str);
    name.is_some_and(|name| names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)))
}

pub(super) fn describe_compact_layouts(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let object = context.object(arguments.text("sObjectType")?)?;
    let record_types = arguments.texts("recordTypeIds");
    arguments.finish()?;
    let path = format!("/sobjects/{}/describe/compactLayouts", object.name);
    let mut layouts = context.get(&path)?;
    if let Some(Json::Array(mappings)) = layouts.get_mut("recordTypeCompactLayoutMappings")
        && !record_types.is_empty()
    {
        mappings.retain(|mapping| is_of(mapping, &record_types));
    }
    Ok(one(context, &layouts, COMPACT_LAYOUTS))
}

pub(super) fn describe_primary_compact_layouts(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let names = arguments.texts("sObjectTypes");
    arguments.finish()?;
    let names = names.into_iter().map(|name| context.object(name));
    let names: Vec<&str> = names
        .map(|object| object.map(|object| object.name.as_str()))
        .collect::<Result<_, _>>()?;
    let path = format!("/compactLayouts?q={}", encoded(&names.join(",")));
    let layouts = context.get(&path)?;
    let found = names.iter().filter_map(|name| layouts.get(*name).cloned());
    Ok(each(context, &found.collect::<Vec<_>>(), COMPACT_LAYOUT))
}

/// Returns the tabs of the user's apps: all apps of the org show all of them.
pub(super) fn describe_tabs(context: &Context<'_>, arguments: Arguments<'_>) -> Result<Out, Fault> {
    arguments.finish()?;
    let tabs = context.get("/tabs")?;
    let apps = context.get("/appMenu/AppSwitcher")?;
    let apps = entries(apps.get("appMenuItems").unwrap_or(&Json::Null));
    let set = |(at, app): (usize, &Json)| {
        let url = app.get("url").and_then(Json::as_str).unwrap_or_default();
        json!({
            "description": app.get("label"),
            "label": app.get("label"),
            "logoUrl": format!("{}/img/seasonLogos/logo.png", context.base),
            "namespace": "",
            "selected": at == 0,
            "tabSetId": url.rsplit('=').next(),
            "tabs": tabs,
        })
    };
    let sets: Vec<Json> = apps.iter().enumerate().map(set).collect();
    Ok(each(context, &sets, TAB_SET))
}

pub(super) fn describe_all_tabs(
    context: &Context<'_>,
    arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    arguments.finish()?;
    Ok(each(context, entries(&context.get("/tabs")?), TAB))
}

pub(super) fn describe_theme(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let names = arguments.texts("sobjectType");
    arguments.finish()?;
    for name in &names {
        context.object(name)?;
    }
    let mut theme = context.get("/theme")?;
    if let Some(Json::Array(items)) = theme.get_mut("themeItems")
        && !names.is_empty()
    {
        items.retain(|item| is_named(item, &names));
    }
    Ok(one(context, &theme, THEME))
}

pub(super) fn describe_global_theme(
    context: &Context<'_>,
    arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    arguments.finish()?;
    let theme = context.get("/theme")?;
    let both: &[Member] = &[Member::list("global", GLOBAL), Member::list("theme", THEME)];
    let all = json!({"global": global(context), "theme": theme});
    Ok(one(context, &all, both))
}

pub(super) fn describe_app_menu(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let menu = arguments.text("appMenuType")?;
    arguments.optional("networkId");
    arguments.finish()?;
    let menu = context.get(&format!("/appMenu/{}", encoded(menu)))?;
    Ok(one(context, &menu, APP_MENU))
}
