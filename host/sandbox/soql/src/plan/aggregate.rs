//! Queries with GROUP BY or aggregate functions.

use super::super::ast::{
    Argument, Function, GroupBy, Name, Operand, OrderItem, Query, SelectItem, Totals,
};
use super::super::error::{ErrorCode, Result, SoqlError};
use super::super::projection::{Content, ProjectedField, Projection, Source};
use super::clause::{Clause, Groups, Nesting};
use super::column::Column;
use super::function::{AGGREGATES, grouping, is_aggregate, is_measure, keeps_name};
use super::order::{clause, ordered, window};
use super::scope::Scope;

/// An output column: the same for every set of sub-totals, or depending on it.
enum Output<'a> {
    /// A function of rows, or of a group's field.
    Plain(Column<'a>),
    /// The n-th group, NULL in the sets it is summed over.
    Group(usize, Column<'a>),
    /// Whether the n-th group is summed over.
    Grouping(usize),
}

/// Returns whether a query gives aggregate rows.
pub(super) fn is_grouped(query: &Query) -> bool {
    let aggregates = |item: &SelectItem| matches!(item, SelectItem::Value { operand, .. } if is_aggregate(operand));
    query.group.is_some() || query.select.iter().any(aggregates)
}

/// Returns whether a query is `SELECT COUNT() FROM …`.
pub(super) fn is_count(query: &Query) -> bool {
    matches!(query.select.as_slice(), [SelectItem::Value { operand: Operand::Function(function), alias: None }]
        if function.name == "COUNT" && function.arguments.is_empty() && query.group.is_none())
}

impl<'a> Scope<'a> {
    /// Returns the SQL of `SELECT COUNT()`.
    pub(super) fn count(&mut self, query: &Query) -> Result<String> {
        let terms = self.where_clause(query, Nesting::Top)?;
        if !query.order.is_empty() {
            return Err(self.reject(query.at, "ordering of results is not allowed with COUNT()"));
        }
        let (from, filter) = (self.tables_and_joins(), filter(&terms));
        Ok(match window(query)?.as_str() {
            "" => format!("SELECT COUNT(*) FROM {from}{filter}"),
            window => format!("SELECT COUNT(*) FROM (SELECT 1 FROM {from}{filter}{window})"),
        })
    }

    /// Returns the SQL of an aggregate query and the shape of its rows.
    pub(super) fn aggregates(&mut self, query: &Query) -> Result<(String, Projection)> {
        reject_limit(query)?;
        let groups = self.groups(query.group.as_ref())?;
        let (mut outputs, projection) = self.outputs(query, &groups)?;
        let terms = self.where_clause(query, Nesting::Top)?;
        let having = self.having(query, &groups)?;
        let order = self.aggregate_order(&query.order, &groups, &mut outputs)?;
        let totals = query
            .group
            .as_ref()
            .map_or(Totals::Plain, |group| group.totals);
        let tail = format!("{}{}", filter(&terms), "");
        let sets = sets(totals, groups.columns.len());
        let selects: Vec<_> = sets
            .iter()
            .map(|kept| self.select_of_set(*kept, &groups, &outputs, &tail, &having))
            .collect();
        let sql = match selects.as_slice() {
            [one] => one.clone(),
            many => format!("SELECT * FROM ({})", many.join(" UNION ALL ")),
        };
        Ok((format!("{sql}{order}{}", window(query)?), projection))
    }

    fn groups(&mut self, group: Option<&GroupBy>) -> Result<Groups<'a>> {
        let mut columns = Vec::new();
        for operand in group.iter().flat_map(|group| &group.by) {
            let column = self.operand(operand)?;
            if !column.groupable() || is_measure(operand) {
                let message = format!("field '{}' can not be grouped in a query call", column.name);
                return Err(self.reject(operand.at(), message));
            }
            columns.push(column);
        }
        Ok(Groups { columns })
    }

    fn outputs(
        &mut self,
        query: &Query,
        groups: &Groups<'a>,
    ) -> Result<(Vec<Output<'a>>, Projection)> {
        let (mut outputs, mut fields, mut unnamed) = (Vec::new(), Vec::<ProjectedField>::new(), 0);
        for item in &query.select {
            let SelectItem::Value { operand, alias } = item else {
                let message =
                    "Sub-queries, TYPEOF and FIELDS() can not be used in aggregate queries";
                return Err(self.reject(query.at, message));
            };
            let output = self.output(operand, groups)?;
            let (column, default) = match &output {
                Output::Plain(column) | Output::Group(_, column) => {
                    (column.clone(), default_name(operand, column))
                }
                Output::Grouping(_) => (grouping(), None),
            };
            let name = alias
                .as_ref()
                .map(|alias| alias.text.clone())
                .or(default)
                .unwrap_or_else(|| {
                    unnamed += 1;
                    format!("expr{}", unnamed - 1)
                });
            if fields
                .iter()
                .any(|projected| projected.name.eq_ignore_ascii_case(&name))
            {
                let at = alias
                    .as_ref()
                    .map_or_else(|| operand.at(), |alias| alias.at);
                return Err(self.reject(at, format!("duplicate alias: {name}")));
            }
            fields.push(ProjectedField {
                name,
                content: Content::Value {
                    column: outputs.len(),
                    kind: column.kind,
                },
            });
            outputs.push(output);
        }
        Ok((
            outputs,
            Projection {
                source: Source::Aggregate,
                fields,
            },
        ))
    }

    fn output(&mut self, operand: &Operand, groups: &Groups<'a>) -> Result<Output<'a>> {
        if let Operand::Function(function) = operand
            && function.name == "GROUPING"
        {
            return self.grouping(function, groups);
        }
        let column = self.grouped(operand, groups, |name| {
            format!("Field must be grouped or aggregated: {name}")
        })?;
        Ok(
            match groups
                .columns
                .iter()
                .position(|group| group.sql == column.sql)
            {
                Some(at) => Output::Group(at, column),
                None => Output::Plain(column),
            },
        )
    }

    fn grouping(&mut self, function: &Function, groups: &Groups<'a>) -> Result<Output<'a>> {
        let [Argument::Operand(operand)] = function.arguments.as_slice() else {
            return Err(self.unknown_function(function));
        };
        let column = self.operand(operand)?;
        let at = groups
            .columns
            .iter()
            .position(|group| group.sql == column.sql);
        at.map(Output::Grouping).ok_or_else(|| {
            self.reject(
                operand.at(),
                format!(
                    "GROUPING needs a field of GROUP BY ROLLUP or CUBE: {}",
                    column.name
                ),
            )
        })
    }

    /// Returns the column of a grouped field or of an aggregate function; anything else draws `error`.
    pub(super) fn grouped(
        &mut self,
        operand: &Operand,
        groups: &Groups<'a>,
        error_text: impl Fn(&str) -> String,
    ) -> Result<Column<'a>> {
        if let Operand::Function(function) = operand {
            if AGGREGATES.contains(&function.name.as_str()) {
                return self.aggregate(function, &groups.columns);
            }
            if keeps_name(function)
                && let [Argument::Operand(inner)] = function.arguments.as_slice()
            {
                let column = self.grouped(inner, groups, error_text)?;
                return Ok(if function.name == "FORMAT" {
                    column.formatted()
                } else {
                    column
                });
            }
        }
        let column = self.operand(operand)?;
        if groups.columns.iter().any(|group| group.sql == column.sql) {
            return Ok(column);
        }
        let name = match operand {
            Operand::Field(path) => path.text(),
            Operand::Function(_) => column.name,
        };
        Err(SoqlError::new(ErrorCode::MalformedQuery, error_text(&name)))
    }

    fn having(&mut self, query: &Query, groups: &Groups<'a>) -> Result<String> {
        let Some(having) = &query.having else {
            return Ok(String::new());
        };
        let clause = Clause {
            groups: Some(groups),
            nesting: Nesting::Having,
        };
        Ok(format!(" HAVING {}", self.condition(having, clause)?))
    }

    /// Returns what is ordered by becomes a further output column, so that sub-totals can be ordered too.
    fn aggregate_order(
        &mut self,
        order: &[OrderItem],
        groups: &Groups<'a>,
        outputs: &mut Vec<Output<'a>>,
    ) -> Result<String> {
        let mut terms = Vec::new();
        for item in order {
            if let Operand::Function(function) = &item.operand
                && function.name == "GROUPING"
            {
                outputs.push(self.grouping(function, groups)?);
                terms.push(ordered(&outputs.len().to_string(), item));
                continue;
            }
            let error_text =
                |name: &str| format!("Ordered field must be grouped or aggregated: {name}");
            let column = self.grouped(&item.operand, groups, error_text)?;
            let group = groups
                .columns
                .iter()
                .position(|group| group.sql == column.sql);
            for sql in self.sort_keys(&column) {
                let key = Column {
                    sql,
                    ..column.clone()
                };
                outputs.push(match group {
                    Some(at) => Output::Group(at, key),
                    None => Output::Plain(key),
                });
                terms.push(ordered(&outputs.len().to_string(), item));
            }
        }
        Ok(clause(&terms))
    }

    /// One SELECT: `kept` has a bit for every group that is not summed over.
    fn select_of_set(
        &self,
        kept: u32,
        groups: &Groups<'a>,
        outputs: &[Output<'a>],
        filter: &str,
        having: &str,
    ) -> String {
        let keeps = |at: usize| kept >> at & 1 == 1;
        let value = |output: &Output<'a>| match output {
            Output::Plain(column) => column.sql.clone(),
            Output::Group(at, column) if keeps(*at) => column.sql.clone(),
            Output::Group(..) => "NULL".into(),
            Output::Grouping(at) => u8::from(!keeps(*at)).to_string(),
        };
        let values: Vec<_> = outputs.iter().map(value).collect();
        let by: Vec<_> = groups
            .columns
            .iter()
            .enumerate()
            .filter(|(at, _)| keeps(*at))
            .map(|(_, group)| group.sql.as_str())
            .collect();
        let by = if by.is_empty() {
            String::new()
        } else {
            format!(" GROUP BY {}", by.join(", "))
        };
        format!(
            "SELECT {} FROM {}{filter}{by}{having}",
            values.join(", "),
            self.tables_and_joins()
        )
    }
}

/// Totals of all rows are one row, which nothing may limit (SOQL and SOSL Reference, "Considerations for GROUP BY").
fn reject_limit(query: &Query) -> Result<()> {
    if query.group.is_some() || query.limit.is_none() {
        return Ok(());
    }
    let message = "Non-grouped query that uses overall aggregate functions cannot also use LIMIT";
    Err(SoqlError::new(ErrorCode::MalformedQuery, message))
}

/// Returns the member's name when there is no alias: the field's; functions of rows and dates are numbered.
fn default_name(operand: &Operand, column: &Column<'_>) -> Option<String> {
    match operand {
        Operand::Field(_) => Some(column.name.clone()),
        Operand::Function(function) if keeps_name(function) && !is_aggregate(operand) => {
            Some(column.name.clone())
        }
        Operand::Function(_) => None,
    }
}

/// Returns the sets of groups that rows are summed up for, as bits of what is kept.
fn sets(totals: Totals, groups: usize) -> Vec<u32> {
    let all = (1_u32 << groups.min(31)) - 1;
    match totals {
        Totals::Plain => vec![all],
        Totals::Rollup => (0..=groups.min(31))
            .rev()
            .map(|kept| (1_u32 << kept) - 1)
            .collect(),
        Totals::Cube => (0..=all).rev().collect(),
    }
}

/// ` WHERE …`, or nothing.
pub(super) fn filter(terms: &[String]) -> String {
    if terms.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", terms.join(" AND "))
    }
}

/// Most fields in ROLLUP and CUBE (SOQL and SOSL Reference, "GROUP BY ROLLUP", "GROUP BY CUBE").
pub(super) const TOTALS_FIELDS: usize = 3;

/// Rejects more sub-totals than Salesforce makes.
pub(super) fn check_totals(scope: &Scope<'_>, group: Option<&GroupBy>) -> Result<()> {
    match group {
        Some(group) if group.totals != Totals::Plain && group.by.len() > TOTALS_FIELDS => {
            let at = group.by.first().map_or(0, Operand::at);
            Err(scope.reject(
                at,
                format!("GROUP BY ROLLUP and CUBE take at most {TOTALS_FIELDS} fields"),
            ))
        }
        _ => Ok(()),
    }
}

/// Returns the error of an alias where there is nothing to aggregate.
pub(super) fn alias_rejected(scope: &Scope<'_>, alias: &Name) -> SoqlError {
    scope.reject(alias.at, "only aggregate expressions use field aliasing")
}
