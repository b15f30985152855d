//! Converts rows to records, one by one.

use super::cell;
use super::columns::Columns;
use super::error::{QueryName, SqlError};
use super::terms::{ResultSize, Terms};
use super::upload_rows::UploadRows;
use crate::model::contract::Field;
use crate::model::{Id, Record, Setting, SettingValues, System, ValueKind};
use crate::systems::addresses::Addresses;
use crate::systems::budget::footprint;
use crate::systems::http::{Redactor, value};
use jiff::civil::Date;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// A value that is bound to a query, never inserted into its text.
#[derive(Clone, Debug)]
pub(super) enum Parameter {
    Id(String),
    Since(Date),
}

/// The value as text, for databases that convert it.
impl std::fmt::Display for Parameter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Parameter::Id(id) => id.fmt(f),
            Parameter::Since(day) => day.fmt(f),
        }
    }
}

/// A query and what its result holds.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub part: QueryName,
    pub sql: String,
    /// In the order of their placeholders in the query.
    pub parameters: Vec<Parameter>,
    /// The settings of the records that it returns. A company is a record without settings.
    settings: Vec<Setting>,
}

impl Query {
    /// Returns the query for a system's records.
    pub(super) fn records(system: System, sql: String) -> Query {
        let settings = Setting::of_records(system);
        Query { part: QueryName::Query, sql, parameters: Vec::new(), settings }
    }

    /// Returns the query for companies.
    pub(super) fn companies(sql: String) -> Query {
        Query { part: QueryName::Companies, sql, parameters: Vec::new(), settings: Vec::new() }
    }

    /// Returns a query for uploads.
    pub(super) fn uploads(sql: String, parameters: Vec<Parameter>) -> Query {
        Query { part: QueryName::Uploads, sql, parameters, settings: Vec::new() }
    }

    /// Checks the columns of a prepared query.
    pub(super) fn rows(&self, columns: &[&str], terms: &Terms) -> Result<Rows, SqlError> {
        let part = self.part;
        if columns.is_empty() {
            return Err(SqlError::NoRows(part));
        }
        let wrong = |wrong| SqlError::Columns { part, wrong };
        match part {
            QueryName::Uploads => {
                let has_id = |parameter: &Parameter| matches!(parameter, Parameter::Id(_));
                let is_for_all = !self.parameters.iter().any(has_id);
                Ok(Rows::Uploads(UploadRows::find(columns, is_for_all, terms).map_err(wrong)?))
            }
            QueryName::Query | QueryName::Companies => {
                let columns = Columns::find(&self.settings, columns).map_err(wrong)?;
                Ok(Rows::Records(RecordRows {
                    part,
                    columns,
                    seen: BTreeSet::new(),
                    records: Vec::new(),
                    addresses: terms.addresses.clone(),
                    redactor: terms.redactor.clone(),
                    size: ResultSize::new(terms, part),
                }))
            }
        }
    }
}

/// The rows of a query so far.
pub(super) enum Rows {
    Records(RecordRows),
    Uploads(UploadRows),
}

impl Rows {
    /// Adds a row. `cell` returns the cell at a position, or the name of its unsupported
    /// type.
    pub(super) fn add(
        &mut self,
        cell: impl Fn(usize) -> Result<Json, String>,
    ) -> Result<(), SqlError> {
        match self {
            Rows::Records(rows) => rows.add(cell),
            Rows::Uploads(rows) => rows.add(cell),
        }
    }
}

/// The rows of a query so far, as records.
pub(super) struct RecordRows {
    part: QueryName,
    columns: Columns,
    seen: BTreeSet<String>,
    pub records: Vec<Record>,
    addresses: Addresses,
    redactor: Redactor,
    pub size: ResultSize,
}

impl RecordRows {
    fn add(&mut self, cell: impl Fn(usize) -> Result<Json, String>) -> Result<(), SqlError> {
        let part = self.part;
        let row = self.records.len() + 1;
        let read = |column: &str, at: usize| {
            cell(at).map_err(|kind| SqlError::Type { part, column: column.into(), kind })
        };
        let redactor = &self.redactor;
        let wrong = |id: Option<&Id>, wrong: String| SqlError::Row {
            part,
            row,
            id: id.map(Id::to_string),
            wrong: redactor.message(&wrong),
        };
        let id = read("id", self.columns.id)?;
        let id = match Id::from_json(&id) {
            Some(id) if redactor.holds(id.as_str()) => {
                return Err(wrong(None, "an `id` that holds a key".into()));
            }
            Some(id) => id,
            None if value::is_unset(&id) => return Err(wrong(None, "no `id`".into())),
            None => {
                return Err(wrong(None, format!("{} in the column `id`", value::kind_of(&id))));
            }
        };
        let name = match read("name", self.columns.name)? {
            name if value::is_unset(&name) => return Err(wrong(Some(&id), "no `name`".into())),
            Json::String(name) => name,
            Json::Number(name) => name.to_string(),
            other => {
                let got = value::kind_of(&other);
                return Err(wrong(Some(&id), format!("{got} in the column `name`")));
            }
        };
        // It is compared byte for byte, so it cannot be redacted.
        if redactor.holds(&name) {
            return Err(wrong(Some(&id), "a `name` that holds a key".into()));
        }
        let mut values = SettingValues::default();
        for &(setting, at) in &self.columns.settings {
            let mut cell = read(setting.key(), at)?;
            if setting.info().kind == ValueKind::Empty {
                cell = cell::list(cell);
            }
            let field = Field::default();
            let value =
                value::read_without_keys(setting, &field, Some(cell), &self.addresses, redactor)
                    .map_err(|got| wrong(Some(&id), format!("{got} in the column `{setting}`")))?;
            values.insert(setting, value);
        }
        if !self.seen.insert(id.to_string()) {
            return Err(SqlError::Twice { part, id: id.to_string() });
        }
        let record = Record { id, name, disabled: false, key_issued: false, values };
        self.size.add(footprint(&record))?;
        self.records.push(record);
        Ok(())
    }
}
