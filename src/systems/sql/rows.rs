//! From rows to records, one by one.

use super::cell;
use super::columns::{Columns, settings_of};
use super::error::{Part, SqlError};
use crate::model::contract::Field;
use crate::model::{Id, Record, Setting, System, ValueKind};
use crate::systems::http::value;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};

/// What one query gives. A company is a record without settings.
pub(super) type Table = Vec<Record>;

/// One query, and what it has to give.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub part: Part,
    pub sql: String,
    settings: Vec<Setting>,
}

impl Query {
    /// Returns the query for a system's records.
    pub fn records(system: System, sql: String) -> Query {
        Query { part: Part::Query, sql, settings: settings_of(system) }
    }

    /// Returns the query for companies.
    pub fn companies(sql: String) -> Query {
        Query { part: Part::Companies, sql, settings: Vec::new() }
    }

    /// Looks at the columns that a prepared query has.
    pub fn rows<'a>(&'a self, columns: &[&str]) -> Result<Rows<'a>, SqlError> {
        if columns.is_empty() {
            return Err(SqlError::NoRows(self.part));
        }
        let columns = Columns::find(&self.settings, columns)
            .map_err(|wrong| SqlError::Columns { part: self.part, wrong })?;
        Ok(Rows { query: self, columns, count: 0, seen: BTreeSet::new(), records: Vec::new() })
    }
}

/// The rows of a query that have come so far, as records.
pub(super) struct Rows<'a> {
    query: &'a Query,
    columns: Columns,
    count: usize,
    seen: BTreeSet<String>,
    records: Table,
}

impl Rows<'_> {
    /// Adds a row. `cell` gives the cell at a place, or the name of its type if that is
    /// not understood.
    pub fn add(&mut self, cell: impl Fn(usize) -> Result<Json, String>) -> Result<(), SqlError> {
        self.count += 1;
        let part = self.query.part;
        let row = self.count;
        let read = |column: &str, at: usize| {
            cell(at).map_err(|kind| SqlError::Type { part, column: column.into(), kind })
        };
        let wrong = |id: Option<&Id>, wrong: String| SqlError::Row {
            part,
            row,
            id: id.map(Id::to_string),
            wrong,
        };
        let id = read("id", self.columns.id)?;
        let id = match Id::from_json(&id) {
            Some(id) => id,
            None if is_empty(&id) => return Err(wrong(None, "no `id`".into())),
            None => {
                return Err(wrong(None, format!("{} in the column `id`", value::kind_of(&id))));
            }
        };
        let name = match read("name", self.columns.name)? {
            name if is_empty(&name) => return Err(wrong(Some(&id), "no `name`".into())),
            Json::String(name) => name,
            Json::Number(name) => name.to_string(),
            other => {
                let got = value::kind_of(&other);
                return Err(wrong(Some(&id), format!("{got} in the column `name`")));
            }
        };
        let mut values = BTreeMap::new();
        for &(setting, at) in &self.columns.settings {
            let mut cell = read(setting.key(), at)?;
            if setting.info().kind == ValueKind::Empty {
                cell = cell::list(cell);
            }
            let value = value::read(setting, &Field::default(), Some(&cell))
                .map_err(|got| wrong(Some(&id), format!("{got} in the column `{setting}`")))?;
            values.insert(setting, value);
        }
        if !self.seen.insert(id.to_string()) {
            return Err(SqlError::Twice { part, id: id.to_string() });
        }
        self.records.push(Record { id, name, values });
        Ok(())
    }

    /// Returns the records in the order in which they came.
    pub fn into_table(self) -> Table {
        self.records
    }
}

fn is_empty(cell: &Json) -> bool {
    match cell {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        _ => false,
    }
}
