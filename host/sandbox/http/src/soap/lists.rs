//! What lists show: search layouts, nouns, list views.

use serde_json::{Value as Json, json};

use super::Context;
use super::arguments::Arguments;
use super::fault::Fault;
use super::members::lists::{
    EXECUTE_LIST_VIEW, NOUN, SEARCH_LAYOUT, SEARCH_SCOPE_ORDER, SEARCHABLE_ENTITY, SOQL_LIST_VIEWS,
};
use super::pages::{each, entries, one};
use super::rest::encoded;
use sandbox_model::schema::Object;
use sandbox_model::xml::Out;

/// List views of one call unless it says otherwise (REST API guide, "List Views": 25).
const VIEWS: usize = 25;

pub(super) fn describe_search_layouts(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let names = arguments.texts("sObjectType");
    arguments.finish()?;
    for name in &names {
        context.object(name)?;
    }
    if names.is_empty() {
        return Ok(Out::default());
    }
    let path = format!("/search/layout/?q={}", encoded(&names.join(",")));
    let layouts = context.get(&path)?;
    Ok(each(context, entries(&layouts), SEARCH_LAYOUT))
}

pub(super) fn describe_search_scope_order(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    arguments.flag("includeRealTimeEntities")?;
    arguments.finish()?;
    let scope: Vec<Json> = in_scope(context)?
        .into_iter()
        .map(|object| json!({"keyPrefix": object.key_prefix, "name": object.name}))
        .collect();
    Ok(each(context, &scope, SEARCH_SCOPE_ORDER))
}

pub(super) fn describe_searchable_entities(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let with_tabs = arguments
        .flag("includeOnlyEntitiesWithTabs")?
        .unwrap_or(false);
    arguments.finish()?;
    let found: Vec<Json> = in_scope(context)?
        .into_iter()
        .filter(|object| !with_tabs || object.mru_enabled)
        .map(|object| {
            json!({"label": object.label, "name": object.name, "pluralLabel": object.label_plural})
        })
        .collect();
    Ok(each(context, &found, SEARCHABLE_ENTITY))
}

fn in_scope<'o>(context: &Context<'o>) -> Result<Vec<&'o Object>, Fault> {
    let scope = context.get("/search/scopeOrder")?;
    let named = |entry: &Json| {
        let name = entry.get("type")?.as_str()?;
        context.org.schema().object(name)
    };
    Ok(entries(&scope).iter().filter_map(named).collect())
}

/// Returns the names of objects in all their forms; none is renamed.
pub(super) fn describe_nouns(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let names = arguments.texts("nouns");
    let only_renamed = arguments.flag("onlyRenamed")?.unwrap_or(false);
    arguments.flag("includeFields")?;
    arguments.finish()?;
    let objects = names
        .into_iter()
        .map(|name| context.object(name))
        .collect::<Result<Vec<_>, _>>()?;
    let nouns = objects.into_iter().filter(|_| !only_renamed).map(noun);
    Ok(each(context, &nouns.collect::<Vec<_>>(), NOUN))
}

fn noun(object: &Object) -> Json {
    let form = |number: &str, value: &str| json!({"article": "None", "caseType": "Nominative", "number": number, "value": value});
    let starts = if object.label.starts_with(['A', 'E', 'I', 'O', 'U']) {
        "Vowel"
    } else {
        "Consonant"
    };
    json!({
        "caseValues": [form("Singular", &object.label), form("Plural", &object.label_plural)],
        "developerName": object.name,
        "gender": "Neuter",
        "name": object.name,
        "startsWith": starts,
    })
}

pub(super) fn describe_soql_list_views(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let mut request = Arguments::new(arguments.required("request")?);
    let wanted = request.many("listViewParams");
    request.finish()?;
    arguments.finish()?;
    let mut views = Vec::new();
    for view in wanted {
        let mut view = Arguments::new(view);
        let name = view.text("developerNameOrId")?;
        let object = view.optional_text("sobjectType").unwrap_or_default();
        view.finish()?;
        views.push(described(context, context.object(object)?, name)?);
    }
    let all = json!({"describeSoqlListViews": views});
    Ok(one(context, &all, SOQL_LIST_VIEWS))
}

pub(super) fn describe_object_list_views(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let object = context.object(arguments.text("sObjectType")?)?;
    let recent = arguments.flag("recentsOnly")?.unwrap_or(false);
    // All views of the org can be expressed in SOQL.
    let compatible = arguments.optional_text("isSoqlCompatible") != Some("FALSE");
    let limit = arguments.int("limit")?;
    let offset = arguments.int("offset")?;
    arguments.finish()?;
    let path = format!("/sobjects/{}/listviews", object.name);
    let listed = context.get(&if recent {
        format!("{path}/recent")
    } else {
        path
    })?;
    let number = |given: Option<i32>, default| {
        given.map_or(default, |given| usize::try_from(given).unwrap_or(0))
    };
    let ids = entries(listed.get("listviews").unwrap_or(&Json::Null))
        .iter()
        .filter(|_| compatible)
        .skip(number(offset, 0))
        .take(number(limit, VIEWS));
    let views = ids
        .filter_map(|view| view.get("id")?.as_str())
        .map(|id| described(context, object, id))
        .collect::<Result<Vec<_>, _>>()?;
    let all = json!({"describeSoqlListViews": views});
    Ok(one(context, &all, SOQL_LIST_VIEWS))
}

pub(super) fn execute_list_view(
    context: &Context<'_>,
    mut arguments: Arguments<'_>,
) -> Result<Out, Fault> {
    let mut request = Arguments::new(arguments.required("request")?);
    let name = request.text("developerNameOrId")?;
    let (limit, offset) = (request.int("limit")?, request.int("offset")?);
    // The view's own order is the only one.
    request.many("orderBy");
    let object = context.object(request.text("sobjectType")?)?;
    request.finish()?;
    arguments.finish()?;
    let mut path = format!("{}/results?", path_of(context, object, name)?);
    for (name, given) in [("limit", limit), ("offset", offset)] {
        if let Some(given) = given {
            path.push_str(&format!("{name}={given}&"));
        }
    }
    let results = context.get(path.trim_end_matches(['?', '&']))?;
    Ok(one(context, &results, EXECUTE_LIST_VIEW))
}

fn described(context: &Context<'_>, object: &Object, name: &str) -> Result<Json, Fault> {
    context.get(&format!("{}/describe", path_of(context, object, name)?))
}

/// Returns the path of the view with this id or developer name.
fn path_of(context: &Context<'_>, object: &Object, name: &str) -> Result<String, Fault> {
    let path = format!("/sobjects/{}/listviews", object.name);
    let listed = context.get(&path)?;
    let views = entries(listed.get("listviews").unwrap_or(&Json::Null)).iter();
    let text = |view: &Json, member: &str| view.get(member)?.as_str().map(str::to_owned);
    let mut ids = views.filter_map(|view| {
        let id = text(view, "id")?;
        let developer_name = text(view, "developerName")?;
        let is_it = id.starts_with(name) || developer_name.eq_ignore_ascii_case(name);
        is_it.then_some(id)
    });
    let id = ids.next().ok_or_else(|| {
        let message = format!("There is no list view {name} of {}", object.name);
        Fault::new("INVALID_CROSS_REFERENCE_KEY", message)
    })?;
    Ok(format!("{path}/{id}"))
}
