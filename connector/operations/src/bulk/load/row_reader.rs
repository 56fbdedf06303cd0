//! The input of a load, row by row, with its columns settled on the way.

use super::plan::Plan;
use crate::bulk::columns::Columns;
use crate::bulk::dialect::Dialect;
use crate::bulk::input::{CsvRows, DocumentRows, Form, InputPosition, Next, Row, Rows, is_csv};
use salesforce_client::client::Client;
use salesforce_contract::bindings::{Fault, FaultKind};
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// What is known of the form of an input; it is part of a load's journal.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shape {
    /// The form of a CSV.
    pub dialect: Option<Dialect>,
    /// The names that the header of a CSV gives its columns; none of other forms.
    #[serde(default)]
    pub header: Vec<String>,
    /// The lists of columns that records have.
    pub columns: Vec<Vec<String>>,
    /// Whether what is sent is no more what was given: records come back from the input, not from Salesforce.
    #[serde(default)]
    pub altered: bool,
}

impl Shape {
    /// Returns the header of records that come back as CSV: where those that were not saved come from the input, they have its header.
    pub fn head_of(&self, failed: bool) -> Option<&[String]> {
        if failed && self.altered {
            return Some(&self.header);
        }
        self.columns.first().map(Vec::as_slice)
    }

    /// Returns the number of a list of columns.
    fn column_set(&mut self, names: &[String]) -> usize {
        let known = self.columns.iter().position(|known| known == names);
        known.unwrap_or_else(|| {
            self.columns.push(names.to_vec());
            self.columns.len() - 1
        })
    }
}

/// Returns the fault for input that is not what it was.
pub fn changed(what: &str) -> Fault {
    Fault::config(format!(
        "The input is not the one that this load began with: {what}. Records that were sent must be as they were; those behind them may have been corrected"
    ))
}

/// Input that is taken in pieces and read row by row.
pub struct RowReader {
    client: Rc<Client>,
    plan: Rc<Plan>,
    rows: Rows,
    columns: Option<Columns>,
    /// Which of the shape's lists of columns the row at hand has.
    pub column_set: usize,
    /// The row at hand.
    pub row: Row,
    /// Whether there is one.
    pub has_row: bool,
    /// Where the row at hand begins.
    pub before: InputPosition,
    /// Where it ends.
    after: InputPosition,
    /// Why no record is fit to be sent.
    refuses: Option<&'static str>,
    /// Whether the mapping has been checked.
    checked: bool,
}

impl RowReader {
    /// Begins at the beginning, or at a place between two records.
    pub fn open(
        client: &Rc<Client>,
        plan: &Rc<Plan>,
        shape: &Shape,
        position: Option<&InputPosition>,
    ) -> Self {
        let begin = position.cloned().unwrap_or_default();
        Self {
            client: Rc::clone(client),
            plan: Rc::clone(plan),
            rows: rows(client, plan, shape, position),
            columns: None,
            column_set: 0,
            row: Row::default(),
            has_row: false,
            before: begin.clone(),
            after: begin,
            refuses: None,
            checked: false,
        }
    }

    /// Keeps every record as it was given, fit or not.
    pub fn keep_originals(&mut self) {
        self.rows.keep_originals();
    }

    /// No record is fit to be sent any more, for this reason.
    pub fn refuse_all(&mut self, why: &'static str) {
        self.keep_originals();
        self.refuses = Some(why);
    }

    /// Rows come out with this delimiter, whatever the input has.
    pub fn write_with(&mut self, delimiter: u8) {
        if let Form::Csv(rows) = &mut self.rows.form {
            rows.write_with(delimiter);
        }
    }

    fn is_csv(&self) -> bool {
        matches!(self.rows.form, Form::Csv(_))
    }

    /// Takes more of the input.
    pub fn push(&mut self, piece: &[u8]) {
        self.rows.push(piece);
    }

    /// No more input follows.
    pub fn end(&mut self) {
        self.rows.end();
    }

    /// Gets the next row; false where more input is needed.
    pub fn fetch(&mut self, shape: &mut Shape) -> Result<bool, Fault> {
        loop {
            match self.rows.next(self.columns.as_ref(), &mut self.row)? {
                Next::Nothing => return Ok(false),
                Next::Columns(names) => self.meet_columns(&names, shape)?,
                Next::Row => {
                    self.has_row = true;
                    self.after = self.rows.position();
                    return Ok(true);
                }
            }
        }
    }

    /// Takes columns that the input has. Where records have been read before, columns that cannot be are the failure of the record that has
    /// them.
    fn meet_columns(&mut self, names: &[String], shape: &mut Shape) -> Result<(), Fault> {
        let begun = !self.is_csv() && !shape.columns.is_empty();
        match self.use_columns(names, shape) {
            Err(fault) if begun && fault.kind == FaultKind::Invalid => {
                if let Form::Documents(rows) = &mut self.rows.form {
                    rows.refuse(&fault.message);
                }
                Ok(())
            }
            used => used,
        }
    }

    /// Returns whether the row at hand is fit to be sent. Rows up to the byte `judged` of the input have been judged before.
    pub fn judge(&mut self, judged: u64) -> bool {
        if let Some(why) = self.refuses.filter(|_| self.row.end > judged) {
            let line = self.row.line;
            self.row
                .field_error
                .get_or_insert_with(|| format!("Line {line}: {why}"));
        }
        self.row.field_error.is_none()
    }

    /// Takes columns: those of the header of a CSV, or those that records of another form have once they are mapped.
    fn use_columns(&mut self, names: &[String], shape: &mut Shape) -> Result<(), Fault> {
        let columns = match &self.rows.form {
            Form::Csv(rows) => {
                let columns = self.header(names, shape)?;
                shape.dialect = rows.dialect();
                shape.header = names.to_vec();
                shape.altered = !columns.is_plain();
                columns
            }
            Form::Documents(_) => {
                shape.altered = !self.plan.mapping.is_empty();
                Columns::new(&self.client, &self.plan.rules, names)?
            }
        };
        self.column_set = shape.column_set(columns.names());
        self.columns = Some(columns);
        Ok(())
    }

    fn header(&self, names: &[String], shape: &Shape) -> Result<Columns, Fault> {
        let (rules, mapping) = (&self.plan.rules, &self.plan.mapping);
        let columns = Columns::mapped(&self.client, rules, mapping, names)?;
        let known = shape.columns.first();
        if known.is_some_and(|known| known != columns.names()) {
            return Err(changed("its header names other columns"));
        }
        Ok(columns)
    }

    /// Settles columns that are known before the first record: those of the shape's list `set` in the middle of an input, those of the config
    /// at its beginning.
    pub fn settle_columns(&mut self, shape: &mut Shape, set: Option<usize>) -> Result<(), Fault> {
        if self.columns.is_some() {
            return Ok(());
        }
        self.check_mapping()?;
        let known = if self.is_csv() {
            // A CSV has one list of columns only.
            Some(shape.header.clone()).filter(|_| self.before.at > 0)
        } else if self.before.at > 0 {
            set.and_then(|set| shape.columns.get(set).cloned())
        } else {
            Some(self.plan.columns.clone()).filter(|names| !names.is_empty())
        };
        match known {
            Some(names) => self.use_columns(&names, shape),
            None => Ok(()),
        }
    }

    /// Fields that the mapping names are checked before anything of the input is.
    fn check_mapping(&mut self) -> Result<(), Fault> {
        if !self.checked {
            self.plan
                .mapping
                .check_fields(&self.client, &self.plan.rules)?;
            self.checked = true;
        }
        Ok(())
    }

    /// Returns the names of the columns of the row at hand, and the row. A row that is not fit to be sent may come before there are columns.
    pub fn at_hand(&mut self) -> (&[String], &mut Row) {
        let names = self.columns.as_ref().map(Columns::names);
        (names.unwrap_or_default(), &mut self.row)
    }

    /// The row at hand has been taken.
    pub fn passed(&mut self) {
        self.has_row = false;
        self.before = self.after.clone();
    }
}

fn rows(client: &Rc<Client>, plan: &Plan, shape: &Shape, position: Option<&InputPosition>) -> Rows {
    let mut form = match (is_csv(plan.format), position, shape.dialect) {
        (true, Some(_), Some(dialect)) => {
            let width = shape.header.len();
            Form::Csv(Box::new(CsvRows::between_records(dialect, width)))
        }
        (true, ..) if plan.headerless => Form::Csv(Box::new(CsvRows::headerless(
            plan.delimiter,
            plan.columns.clone(),
        ))),
        (true, ..) => Form::Csv(Box::new(CsvRows::new(plan.delimiter))),
        (false, position, _) => {
            Form::Documents(Box::new(DocumentRows::new(client, plan, position)))
        }
    };
    if let (Form::Csv(rows), Some(delimiter)) = (&mut form, plan.other_delimiter()) {
        rows.write_with(delimiter);
    }
    Rows::new(form, position)
}
