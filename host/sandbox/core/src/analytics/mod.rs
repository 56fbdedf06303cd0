//! Reports: saved queries with groups and summaries, computed from SOQL.
//!
//! A run reads its rows once, in a stream: summaries count every row, details are kept up to [`DETAIL_ROWS`].

mod cell;
mod filter;
mod metadata;
mod run;
mod runs;

pub use metadata::{described, extended, report_type};
pub use run::run;
pub use runs::{Run, Runs};

use serde::Deserialize;
use serde_json::Value as Json;

use crate::setup::Report;
use sandbox_model::api_error::ApiError;
use sandbox_model::schema::{Field, Object, Schema};

/// Rows a run shows at most (Reports and Dashboards REST API guide, "Requirements and Limitations": 2,000).
pub(crate) const DETAIL_ROWS: usize = 2_000;
/// Filters a run may add (same source: 20).
const MAX_FILTERS: usize = 20;

/// The report that a request asks for: a saved one, with what the request changes of it.
#[derive(Debug, Clone)]
pub struct Query<'r> {
    /// The saved report.
    pub report: &'r Report,
    /// All its columns.
    pub columns: Vec<Column<'r>>,
    /// Columns of the rows, by their place among all.
    pub details: Vec<usize>,
    /// What rows are grouped by, outermost first.
    pub groupings: Vec<Grouping>,
    /// Summaries of each group.
    pub aggregates: Vec<Aggregate>,
    /// Filters, numbered from 1 in `boolean_filter`.
    pub filters: Vec<ReportFilter>,
    /// How the filters are joined; all by AND if there is nothing.
    pub boolean_filter: Option<String>,
    /// Whether rows are shown.
    pub with_details: bool,
}

/// A column of a report.
#[derive(Debug, Clone)]
pub struct Column<'r> {
    /// Its name.
    pub name: &'r str,
    /// SOQL path of the field.
    pub path: &'r str,
    /// API name of the object.
    pub object: &'r Object,
    /// API name of the field.
    pub field: &'r Field,
}

/// A column grouped by, and how its groups are sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grouping {
    /// The column, by its place among all.
    pub column: usize,
    /// Whether groups are sorted from the last to the first.
    pub descending: bool,
}

/// A summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Aggregate {
    /// `s!AMOUNT`, `RowCount`
    pub name: String,
    /// What kind it is.
    pub kind: Kind,
    /// The column; `None` for the count of rows.
    pub column: Option<usize>,
}

/// What a summary does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// How many rows there are.
    Count,
    /// The sum.
    Sum,
    /// The average.
    Average,
    /// The least value.
    Least,
    /// The greatest value.
    Greatest,
    /// How many different values there are.
    Unique,
}

/// A filter as requests and responses write it.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReportFilter {
    /// The column, by its place among all.
    pub column: String,
    /// How column and value are compared: `equals`, `greaterThan`, `contains`.
    pub operator: String,
    /// The value.
    #[serde(default)]
    pub value: String,
}

/// What a request may change of a report (`reportMetadata`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// Other filters.
    pub report_filters: Option<Vec<ReportFilter>>,
    /// Another way to join them.
    pub report_boolean_filter: Option<String>,
    /// Other columns of the rows.
    pub detail_columns: Option<Vec<String>>,
    /// Other groupings.
    pub groupings_down: Option<Vec<Json>>,
    /// Summaries of each group.
    pub aggregates: Option<Vec<String>>,
    /// Whether rows are shown.
    pub has_detail_rows: Option<bool>,
}

impl<'r> Query<'r> {
    /// Creates the saved report with the changes of a request.
    ///
    /// # Errors
    /// `BAD_REQUEST` for columns, summaries and filters that the report does not know.
    pub fn new(
        schema: &'r Schema,
        report: &'r Report,
        changes: &Changes,
        with_details: bool,
    ) -> Result<Self, ApiError> {
        let columns = columns(schema, report)?;
        let details = details(&columns, report, changes)?;
        let groupings = groupings(&columns, report, changes)?;
        let aggregates = changes.aggregates.as_ref().unwrap_or(&report.aggregates);
        let aggregates = aggregates
            .iter()
            .map(|name| aggregate(&columns, name))
            .collect::<Result<_, _>>()?;
        let filters = changes.report_filters.clone().unwrap_or_default();
        if filters.len() > MAX_FILTERS {
            return Err(bad(format!("a report takes at most {MAX_FILTERS} filters")));
        }
        Ok(Self {
            report,
            details,
            groupings,
            aggregates,
            filters,
            boolean_filter: changes
                .report_boolean_filter
                .clone()
                .filter(|it| !it.trim().is_empty()),
            with_details: changes.has_detail_rows.unwrap_or(with_details),
            columns,
        })
    }

    /// Returns the rows as SOQL; the columns are followed by the ids of the records that names belong to.
    fn soql(&self) -> Result<String, ApiError> {
        let mut fields: Vec<String> = Vec::new();
        for column in &self.columns {
            for path in [Some(column.path.to_owned()), column.id_path()]
                .into_iter()
                .flatten()
            {
                if !fields.contains(&path) {
                    fields.push(path);
                }
            }
        }
        let filter = match filter::condition(self)? {
            Some(condition) => format!(" WHERE {condition}"),
            None => String::new(),
        };
        let sort = self.columns.iter().find(|it| it.name == self.report.sort);
        let order = sort.map_or("Id", |column| column.path);
        Ok(format!(
            "SELECT {} FROM {}{filter} ORDER BY {order}, Id",
            fields.join(", "),
            self.report.object
        ))
    }
}

impl Column<'_> {
    /// Position of the id of the record that a name belongs to.
    fn id_path(&self) -> Option<String> {
        if !self.field.name_field {
            return None;
        }
        Some(match self.path.rsplit_once('.') {
            Some((parent, _)) => format!("{parent}.Id"),
            None => "Id".to_owned(),
        })
    }
}

/// Returns the saved report as SOQL, for `explain`.
pub fn soql(report: &Report) -> String {
    let fields: Vec<&str> = report
        .columns
        .iter()
        .map(|(_, path)| path.as_str())
        .collect();
    format!("SELECT {} FROM {}", fields.join(", "), report.object)
}

fn columns<'r>(schema: &'r Schema, report: &'r Report) -> Result<Vec<Column<'r>>, ApiError> {
    let root = schema
        .object(&report.object)
        .ok_or_else(ApiError::not_found)?;
    let resolve = |(name, path): &'r (String, String)| {
        let mut object = root;
        let (parents, last) = path.rsplit_once('.').unwrap_or(("", path));
        for parent in parents.split('.').filter(|it| !it.is_empty()) {
            let reference = object.relationship(parent).and_then(Field::reference);
            // Owners are people where they may be queues, too.
            let target = reference.and_then(|it| it.to.last());
            object = target
                .and_then(|target| schema.object(target))
                .ok_or_else(|| bad(format!("{path} leads nowhere")))?;
        }
        let field = object
            .field(last)
            .ok_or_else(|| bad(format!("{path} leads nowhere")))?;
        Ok(Column {
            name,
            path,
            object,
            field,
        })
    };
    report.columns.iter().map(resolve).collect()
}

fn position(columns: &[Column<'_>], name: &str) -> Result<usize, ApiError> {
    let is_it = |column: &Column<'_>| column.name.eq_ignore_ascii_case(name);
    columns.iter().position(is_it).ok_or_else(|| {
        let known: Vec<_> = columns.iter().map(|column| column.name).collect();
        bad(format!(
            "the report has no column {name:?}; it has {}",
            known.join(", ")
        ))
    })
}

/// Positions of the detail columns: those of the request, else all that the report does not group by.
fn details(
    columns: &[Column<'_>],
    report: &Report,
    changes: &Changes,
) -> Result<Vec<usize>, ApiError> {
    if let Some(names) = &changes.detail_columns {
        return names.iter().map(|name| position(columns, name)).collect();
    }
    let is_detail = |column: &Column<'_>| !report.groupings.iter().any(|it| it == column.name);
    let all = columns.iter().enumerate();
    let details = all.filter(|(_, column)| is_detail(column));
    Ok(details.map(|(at, _)| at).collect())
}

/// Groupings of the request, else those of the report in ascending order.
fn groupings(
    columns: &[Column<'_>],
    report: &Report,
    changes: &Changes,
) -> Result<Vec<Grouping>, ApiError> {
    if let Some(wanted) = &changes.groupings_down {
        return wanted.iter().map(|it| grouping(columns, it)).collect();
    }
    let ascending = |name: &String| {
        let column = position(columns, name)?;
        let descending = false;
        Ok(Grouping { column, descending })
    };
    report.groupings.iter().map(ascending).collect()
}

fn grouping(columns: &[Column<'_>], wanted: &Json) -> Result<Grouping, ApiError> {
    let text = |member: &str| wanted.get(member).and_then(Json::as_str);
    let name =
        text("name").ok_or_else(|| bad("a grouping needs a name: {\"name\": \"STAGE_NAME\"}"))?;
    Ok(Grouping {
        column: position(columns, name)?,
        descending: text("sortOrder").is_some_and(|order| order.eq_ignore_ascii_case("desc")),
    })
}

fn aggregate(columns: &[Column<'_>], name: &str) -> Result<Aggregate, ApiError> {
    if name == "RowCount" {
        return Ok(Aggregate {
            name: name.into(),
            kind: Kind::Count,
            column: None,
        });
    }
    let unknown = || {
        bad(format!(
            "{name:?} is no summary: give RowCount, or s!, a!, m!, x! or u! before a column"
        ))
    };
    let (kind, column) = name.split_once('!').ok_or_else(unknown)?;
    let kind = match kind {
        "s" => Kind::Sum,
        "a" => Kind::Average,
        "m" => Kind::Least,
        "x" => Kind::Greatest,
        "u" => Kind::Unique,
        _ => return Err(unknown()),
    };
    Ok(Aggregate {
        name: name.into(),
        kind,
        column: Some(position(columns, column)?),
    })
}

fn bad(message: impl Into<String>) -> ApiError {
    ApiError::new("BAD_REQUEST", message)
}
