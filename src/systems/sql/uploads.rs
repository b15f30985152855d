//! The returns that were uploaded for a retailer, by a query of their own.

use super::SqlError;
use super::address::{self, Address};
use super::columns::{Unknown, WrongColumns};
use super::error::Part;
use super::rows::{Parameter, Query, Table, is_empty};
use crate::model::Upload;
use crate::systems::http::{Redactor, value};
use jiff::civil::Date;
use secrecy::SecretString;
use serde_json::Value as Json;
use std::time::Duration;

/// What stands for the retailer's id in the query, and what for the first day.
const PLACES: [&str; 2] = ["{id}", "{since}"];

/// The columns of the query.
const COLUMNS: [&str; 5] = ["connote", "order_number", "source", "received_at", "processed_at"];

/// A database that tells of uploads.
pub struct Uploads {
    address: Address,
    redactor: Redactor,
    sql: String,
    timeout: Duration,
}

impl Uploads {
    /// Reads a database's URL. Nothing is connected to.
    pub fn open(
        url: &SecretString,
        sql: String,
        timeout: Duration,
    ) -> Result<Uploads, super::UrlError> {
        let (address, redactor) = address::read(url)?;
        Ok(Uploads { address, redactor, sql, timeout })
    }

    /// Reads what was uploaded for a retailer from a day on.
    pub async fn read(&self, id: &str, since: Date) -> Result<Vec<Upload>, SqlError> {
        let numbered = matches!(self.address, Address::Postgres(_));
        let query = query(&self.sql, id, since, numbered);
        let queries = [query].into();
        let tables = super::read(&self.address, &queries, self.timeout, &self.redactor).await?;
        let uploads = tables.into_iter().filter_map(|table| match table {
            Table::Uploads(uploads) => Some(uploads),
            Table::Records(_) => None,
        });
        Ok(uploads.flatten().collect())
    }
}

/// Puts parameters in the places of the query.
fn query(sql: &str, id: &str, since: Date, numbered: bool) -> Query {
    let mut parameters = Vec::new();
    let mut text = String::new();
    let mut rest = sql;
    let next =
        |rest: &str| PLACES.iter().filter_map(|place| Some((rest.find(place)?, *place))).min();
    while let Some((at, place)) = next(rest) {
        text.push_str(&rest[..at]);
        parameters.push(match place {
            "{id}" => Parameter::Id(id.to_owned()),
            _ => Parameter::Since(since),
        });
        match numbered {
            true => text.push_str(&format!("${}", parameters.len())),
            false => text.push('?'),
        }
        rest = &rest[at + place.len()..];
    }
    text.push_str(rest);
    Query::uploads(text, parameters)
}

/// The uploads that have come so far.
pub(super) struct UploadRows {
    /// The places of [`COLUMNS`].
    at: [usize; COLUMNS.len()],
    count: usize,
    uploads: Vec<Upload>,
}

impl UploadRows {
    /// Finds the columns of a query.
    pub(super) fn find(names: &[&str]) -> Result<UploadRows, WrongColumns> {
        let mut wrong = WrongColumns::default();
        let at = COLUMNS.map(|column| {
            let mut places = names.iter().enumerate().filter(|(_, name)| **name == column);
            let Some((at, _)) = places.next() else {
                wrong.missing.push(column.to_owned());
                return 0;
            };
            if places.next().is_some() {
                wrong.twice.push(column.to_owned());
            }
            at
        });
        let unknown = names.iter().filter(|name| !COLUMNS.contains(name));
        wrong.unknown =
            unknown.map(|name| Unknown { name: (*name).to_owned(), meant: None }).collect();
        let is_right = wrong == WrongColumns::default();
        if is_right { Ok(UploadRows { at, count: 0, uploads: Vec::new() }) } else { Err(wrong) }
    }

    /// Adds a row.
    pub(super) fn add(
        &mut self,
        cell: impl Fn(usize) -> Result<Json, String>,
    ) -> Result<(), SqlError> {
        self.count += 1;
        let (part, row) = (Part::Uploads, self.count);
        let wrong = |wrong: String| SqlError::Row { part, row, id: None, wrong };
        let read = |number: usize| {
            let column = COLUMNS[number];
            let cell = cell(self.at[number]).map_err(|kind| SqlError::Type {
                part,
                column: column.into(),
                kind,
            })?;
            match cell {
                cell if is_empty(&cell) => Ok(None),
                Json::String(text) => Ok(Some(text.trim().to_owned())),
                Json::Number(number) => Ok(Some(number.to_string())),
                other => Err(wrong(format!("{} in the column `{column}`", value::kind_of(&other)))),
            }
        };
        let needed =
            |number: usize| read(number)?.ok_or_else(|| wrong(format!("no `{}`", COLUMNS[number])));
        let received_at = needed(3)?;
        if received_at.get(..10).is_none_or(|day| day.parse::<Date>().is_err()) {
            return Err(wrong("a `received_at` that begins with no day".into()));
        }
        let upload = Upload {
            connote: needed(0)?,
            order: read(1)?,
            source: read(2)?,
            received_at,
            processed_at: read(4)?,
        };
        self.uploads.push(upload);
        Ok(())
    }

    /// Returns the uploads in the order in which they came.
    pub(super) fn into_uploads(self) -> Vec<Upload> {
        self.uploads
    }
}
