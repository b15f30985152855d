//! Converts rows to uploads, one by one.

use super::SqlError;
use super::columns::{WrongColumns, positions};
use super::error::QueryName;
use super::terms::{ResultSize, Terms};
use crate::model::Upload;
use crate::systems::http::{Redactor, value};
use crate::verify::day;
use serde_json::Value as Json;

/// The additional column of a query that returns the uploads of all retailers.
const ID_COLUMN: &str = "omnirps_id";

/// The columns of the query.
const COLUMNS: [&str; 5] = ["connote", "order_number", "source", "received_at", "processed_at"];

/// An upload, with the id of its retailer if the query returns it. A row that cannot be read
/// affects only that retailer.
pub(super) type UploadRow = (Option<String>, Result<Upload, SqlError>);

/// The uploads so far.
pub(super) struct UploadRows {
    /// The position of [`ID_COLUMN`].
    of: Option<usize>,
    /// The positions of [`COLUMNS`].
    at: Vec<usize>,
    pub uploads: Vec<UploadRow>,
    pub size: ResultSize,
    redactor: Redactor,
}

impl UploadRows {
    /// Finds the columns of a query.
    pub(super) fn find(
        names: &[&str],
        is_for_all: bool,
        terms: &Terms,
    ) -> Result<UploadRows, WrongColumns> {
        let id_column = is_for_all.then_some(ID_COLUMN);
        let wanted: Vec<&str> = COLUMNS.into_iter().chain(id_column).collect();
        let (at, wrong) = positions(&wanted, names);
        if wrong != WrongColumns::default() {
            return Err(wrong);
        }
        let of = is_for_all.then(|| at[COLUMNS.len()]);
        let size = ResultSize::new(terms, QueryName::Uploads);
        let redactor = terms.redactor.clone();
        Ok(UploadRows { of, at, uploads: Vec::new(), size, redactor })
    }

    /// Adds a row.
    pub(super) fn add(
        &mut self,
        cell: impl Fn(usize) -> Result<Json, String>,
    ) -> Result<(), SqlError> {
        let (part, row) = (QueryName::Uploads, self.uploads.len() + 1);
        let wrong = |wrong: String| SqlError::Row { part, row, id: None, wrong };
        let shown = |column: &str, at: usize, show: fn(&Redactor, &str) -> String| {
            let cell =
                cell(at).map_err(|kind| SqlError::Type { part, column: column.into(), kind })?;
            match cell {
                cell if value::is_unset(&cell) => Ok(None),
                Json::String(text) => Ok(Some(show(&self.redactor, text.trim()))),
                Json::Number(number) => Ok(Some(self.redactor.without_keys(number.to_string()))),
                other => Err(wrong(format!("{} in the column `{column}`", value::kind_of(&other)))),
            }
        };
        let read_at = |column: &str, at: usize| shown(column, at, Redactor::excerpt);
        let read = |number: usize| read_at(COLUMNS[number], self.at[number]);
        let none = |column: &str| wrong(format!("no `{column}`"));
        let needed = |number: usize| read(number)?.ok_or_else(|| none(COLUMNS[number]));
        let of =
            self.of.map(|at| read_at(ID_COLUMN, at)?.ok_or_else(|| none(ID_COLUMN))).transpose()?;
        let upload = || {
            let received_at = needed(3)?;
            if day(&received_at).is_none() {
                return Err(wrong("a `received_at` that does not start with a date".into()));
            }
            let order = shown(COLUMNS[1], self.at[1], Redactor::order)?;
            let (connote, source) = (needed(0)?, read(2)?);
            Ok(Upload { connote, order, source, received_at, processed_at: read(4)? })
        };
        let upload = match upload() {
            Err(error @ SqlError::Row { .. }) if of.is_some() => {
                self.size.add(size_of::<UploadRow>())?;
                self.uploads.push((of, Err(error)));
                return Ok(());
            }
            upload => upload?,
        };
        let Upload { connote, order, source, received_at, processed_at } = &upload;
        let texts = [order, source, processed_at].into_iter().chain([&of]).flatten();
        let bytes = texts.map(String::len).sum::<usize>() + connote.len() + received_at.len();
        self.size.add(size_of::<UploadRow>() + bytes)?;
        self.uploads.push((of, Ok(upload)));
        Ok(())
    }
}
