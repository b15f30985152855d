//! A retailer's uploads, read with a separate query.

use super::SqlError;
use super::address::{self, Address};
use super::rows::{Parameter, Query, Rows};
use super::terms::Terms;
use super::upload_rows::UploadRow;
use crate::model::Upload;
use jiff::civil::Date;
use secrecy::SecretString;
use std::collections::BTreeMap;

/// The placeholders for the retailer's id and for the first day.
const PLACEHOLDERS: [&str; 2] = [ID, "{since}"];

const ID: &str = "{id}";

/// The database of uploads.
pub struct Uploads {
    address: Address,
    sql: String,
    terms: Terms,
}

impl Uploads {
    /// Parses a database's URL without connecting.
    pub fn open(url: &SecretString, sql: String, terms: Terms) -> Result<Uploads, super::UrlError> {
        let (address, redactor) = address::read(url)?;
        terms.redactor.absorb(&redactor);
        Ok(Uploads { address, sql, terms })
    }

    /// Returns the database without user and password.
    pub(in crate::systems) fn address(&self) -> String {
        self.address.to_string()
    }

    /// Reads a retailer's uploads since a day.
    pub async fn read(&self, id: &str, since: Date) -> Result<Vec<Upload>, SqlError> {
        let rows = self.rows(id, since).await?.into_iter();
        let of_retailer = rows.filter(|(of, _)| of.as_deref().is_none_or(|of| of == id));
        of_retailer.map(|(_, upload)| upload).collect()
    }

    /// Returns whether one query returns the uploads of all retailers.
    pub(crate) fn is_for_all(&self) -> bool {
        !self.sql.contains(ID)
    }

    /// Reads the uploads of all retailers since a day, by OmniRPS id.
    pub(crate) async fn read_all(
        &self,
        since: Date,
    ) -> Result<BTreeMap<String, Result<Vec<Upload>, SqlError>>, SqlError> {
        let mut all = BTreeMap::new();
        for (id, upload) in self.rows("", since).await? {
            let of = all.entry(id.unwrap_or_default()).or_insert_with(|| Ok(Vec::new()));
            match (of, upload) {
                (Ok(uploads), Ok(upload)) => uploads.push(upload),
                (Err(_), _) => {}
                (of, Err(error)) => *of = Err(error),
            }
        }
        Ok(all)
    }

    async fn rows(&self, id: &str, since: Date) -> Result<Vec<UploadRow>, SqlError> {
        let numbered = matches!(self.address, Address::Postgres(_));
        let query = query(&self.sql, id, since, numbered);
        let queries = [query].into();
        let tables = super::read(&self.address, &queries, &self.terms).await?;
        let rows = tables.into_iter().filter_map(|rows| match rows {
            Rows::Uploads(rows) => Some(rows.uploads),
            Rows::Records(_) => None,
        });
        Ok(rows.flatten().collect())
    }
}

/// Replaces the placeholders of the query by parameters.
fn query(sql: &str, id: &str, since: Date, numbered: bool) -> Query {
    let mut parameters = Vec::new();
    let mut text = String::new();
    let mut rest = sql;
    let next = |rest: &str| {
        PLACEHOLDERS.iter().filter_map(|place| Some((rest.find(place)?, *place))).min()
    };
    while let Some((at, place)) = next(rest) {
        text.push_str(&rest[..at]);
        parameters.push(match place {
            ID => Parameter::Id(id.to_owned()),
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
