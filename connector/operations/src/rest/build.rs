//! `query/build` and `query/build-typed`: from the config record to the parts of SOQL, and those typed by describes.

mod types;

use salesforce_client::client::Client;
use salesforce_contract::bindings::Fault;
use salesforce_contract::bindings::exports::salesforce::connector::query::{
    BuildConfig, BuiltQuery, ChildQuery, Nulls, SortKey, TypeChoice,
};
use salesforce_formats::soql::build::{self, Choice, Select, Sort};
use serde::Deserialize;
use serde_json::value::RawValue;
use types::DescribedTypes;

/// What stands for all fields.
const ALL_FIELDS: &str = "FIELDS(ALL)";

/// Builds SOQL from its parts. Nothing is sent.
pub fn build(config: &BuildConfig) -> Result<BuiltQuery, Fault> {
    let select = select(config)?;
    let soql = build::build(&select).map_err(|wrong| Fault::config(wrong.to_string()))?;
    Ok(built(&select, soql))
}

/// Builds SOQL from its parts, of all fields where none is named, with values typed by the describes of the objects.
pub fn build_typed(client: &Client, config: &BuildConfig) -> Result<BuiltQuery, Fault> {
    let mut select = select(config)?;
    if select.fields.is_empty() && select.choices.is_empty() && select.children.is_empty() {
        select.fields.push(ALL_FIELDS.to_owned());
    }
    let types = DescribedTypes::new(client);
    let soql = build::build_typed(&select, &types).map_err(|wrong| types.fault(&wrong))?;
    Ok(built(&select, soql))
}

fn built(select: &Select, soql: String) -> BuiltQuery {
    let characters = u32::try_from(soql.chars().count()).unwrap_or(u32::MAX);
    let reasons = build::not_for_bulk(select);
    BuiltQuery {
        soql,
        characters,
        not_for_bulk: reasons.into_iter().map(str::to_owned).collect(),
    }
}

fn select(config: &BuildConfig) -> Result<Select, Fault> {
    let children = config.children.iter().flatten().enumerate();
    let children: Result<Vec<_>, Fault> = children
        .map(|(at, query)| child(query, &format!("config.children[{at}]")))
        .collect();
    Ok(Select {
        from: config.object.clone(),
        fields: config.fields.clone().unwrap_or_default(),
        choices: config.type_choices.iter().flatten().map(choice).collect(),
        children: children?,
        filter: config.filter.clone(),
        group_by: config.group_by.clone().unwrap_or_default(),
        having: config.having.clone(),
        sort: config.sort.iter().flatten().map(sort).collect(),
        limit: config.limit,
        offset: config.offset,
    })
}

fn choice(config: &TypeChoice) -> Choice {
    let branches = config.branches.iter();
    Choice {
        relationship: config.relationship.clone(),
        branches: branches
            .map(|branch| (branch.object.clone(), branch.fields.clone()))
            .collect(),
        otherwise: config.otherwise.clone().unwrap_or_default(),
    }
}

fn sort(key: &SortKey) -> Sort {
    Sort {
        field: key.field.clone(),
        descending: key.descending,
        nulls_last: key.nulls.map(|nulls| nulls == Nulls::Last),
    }
}

fn child(query: &ChildQuery, place: &str) -> Result<Select, Fault> {
    let children = query.children.iter().flatten().enumerate();
    let children: Result<Vec<_>, Fault> = children
        .map(|(at, json)| Deeper::read(json, &format!("{place}.children[{at}]")))
        .collect();
    Ok(Select {
        from: query.relationship.clone(),
        fields: query.fields.clone().unwrap_or_default(),
        children: children?,
        filter: query.filter.clone(),
        sort: query.sort.iter().flatten().map(sort).collect(),
        limit: query.limit,
        ..Select::default()
    })
}

/// Children of children: WIT has no recursive records, so they come as JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Deeper {
    relationship: String,
    #[serde(default)]
    fields: Vec<String>,
    filter: Option<Box<RawValue>>,
    #[serde(default)]
    sort: Vec<DeeperKey>,
    limit: Option<u32>,
    #[serde(default)]
    children: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeeperKey {
    field: String,
    #[serde(default)]
    descending: bool,
    nulls: Option<DeeperNulls>,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum DeeperNulls {
    First,
    Last,
}

impl Deeper {
    fn read(json: &str, place: &str) -> Result<Select, Fault> {
        let read: Self = serde_json::from_str(json)
            .map_err(|error| Fault::config(format!("{place} is no child query: {error}")))?;
        let children = read.children.iter().enumerate();
        let children: Result<Vec<_>, Fault> = children
            .map(|(at, json)| Self::read(json.get(), &format!("{place}.children[{at}]")))
            .collect();
        let sort = read.sort.into_iter().map(|key| Sort {
            field: key.field,
            descending: key.descending,
            nulls_last: key.nulls.map(|nulls| nulls == DeeperNulls::Last),
        });
        Ok(Select {
            from: read.relationship,
            fields: read.fields,
            children: children?,
            filter: read.filter.map(|json| json.get().to_owned()),
            sort: sort.collect(),
            limit: read.limit,
            ..Select::default()
        })
    }
}
