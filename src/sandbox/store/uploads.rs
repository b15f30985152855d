//! Uploaded returns, their labels, and the webhook deliveries that they cause.

use super::{Store, prune};
use crate::sandbox::SandboxError;
use crate::sandbox::omnirps::{TrackingWebhook, Upload, format_seconds};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An attempt to deliver events to a tracking webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub n: i64,
    pub at: String,
    pub retailer_id: i64,
    pub url: String,
    /// Counts from one within a delivery; zero if nothing was sent.
    pub attempt: u32,
    /// `delivered`, `answered 500`, `not reached`, or the reason why nothing was sent.
    pub outcome: String,
    pub events: Value,
}

/// A delivery attempt to record, before it has a number and a time.
pub(in crate::sandbox) struct Attempt<'a> {
    pub retailer_id: i64,
    pub url: &'a str,
    pub attempt: u32,
    pub outcome: &'a str,
    pub events: &'a Value,
}

const COLUMNS: &str =
    "retailer_id, consignment_no, order_number, source, received_at, processed_at, lines";

impl Store {
    /// Returns a retailer's uploads, oldest first.
    pub fn uploads(&self, retailer_id: i64) -> Result<Vec<Upload>, SandboxError> {
        self.uploads_since(retailer_id, "")
    }

    /// Returns a retailer's uploads received at or after a time, compared as text.
    pub(in crate::sandbox) fn uploads_since(
        &self,
        retailer_id: i64,
        since: &str,
    ) -> Result<Vec<Upload>, SandboxError> {
        self.with(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM omnirps_uploads
                     WHERE retailer_id = ?1 AND received_at >= ?2
                     ORDER BY received_at, upload_id"
                ))?
                .query_map((retailer_id, since), from_row)?
                .collect()
        })
    }

    /// Inserts uploads and returns the new ones. For a repeated connote only the line items
    /// are replaced: OmniRPS' behaviour is not public, and a client may have to repeat a
    /// request whose response was lost.
    pub(in crate::sandbox) fn receive(
        &self,
        uploads: Vec<Upload>,
    ) -> Result<Vec<Upload>, SandboxError> {
        self.write(|transaction| {
            let mut new = Vec::new();
            for upload in uploads {
                match find(transaction, upload.retailer_id, &upload.consignment_no)? {
                    Some(known) => put(transaction, &Upload { lines: upload.lines, ..known })?,
                    None => {
                        put(transaction, &upload)?;
                        new.push(upload);
                    }
                }
            }
            Ok(new)
        })
    }

    /// Marks an upload as processed. Returns whether it was not processed before.
    pub(in crate::sandbox) fn process(
        &self,
        retailer_id: i64,
        consignment_no: &str,
        at: jiff::Timestamp,
    ) -> Result<Option<(Upload, bool)>, SandboxError> {
        self.write(|transaction| {
            let Some(mut upload) = find(transaction, retailer_id, consignment_no)? else {
                return Ok(None);
            };
            if upload.processed_at.is_some() {
                return Ok(Some((upload, false)));
            }
            upload.processed_at = Some(at);
            put(transaction, &upload)?;
            Ok(Some((upload, true)))
        })
    }

    /// Records a label and returns its number, from which the connote is derived.
    pub(in crate::sandbox) fn label(
        &self,
        retailer_id: i64,
        delivery_reference: &str,
    ) -> Result<i64, SandboxError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "INSERT INTO omnireturns_labels (retailer_id, delivery_reference, created_at)
                     VALUES (?1, ?2, ?3)",
                )?
                .insert((retailer_id, delivery_reference, format_seconds(jiff::Timestamp::now())))
        })
    }

    /// Returns the delivery attempts, oldest first.
    pub fn deliveries(&self) -> Result<Vec<Delivery>, SandboxError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT n, at, retailer_id, url, attempt, outcome, events
                     FROM webhook_deliveries ORDER BY n",
                )?
                .query_map([], |row| {
                    let events: String = row.get(6)?;
                    Ok(Delivery {
                        n: row.get(0)?,
                        at: row.get(1)?,
                        retailer_id: row.get(2)?,
                        url: row.get(3)?,
                        attempt: row.get(4)?,
                        outcome: row.get(5)?,
                        events: events.parse().unwrap_or_default(),
                    })
                })?
                .collect()
        })
    }

    pub(in crate::sandbox) fn delivered(&self, attempt: &Attempt<'_>) -> Result<(), SandboxError> {
        let Attempt { retailer_id, url, attempt, outcome, events } = attempt;
        let now = format_seconds(jiff::Timestamp::now());
        self.write(|transaction| {
            transaction
                .prepare_cached(
                    "INSERT INTO webhook_deliveries
                     (at, retailer_id, url, attempt, outcome, events)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute((now, retailer_id, url, attempt, outcome, events.to_string()))?;
            prune(transaction, "webhook_deliveries", transaction.last_insert_rowid())
        })
    }

    /// Returns the URL and state of a retailer's webhook, or `None` without such a
    /// retailer.
    pub(in crate::sandbox) fn webhook(
        &self,
        retailer_id: i64,
    ) -> Result<Option<TrackingWebhook>, SandboxError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "SELECT tracking_webhook_url, tracking_webhook_enabled
                     FROM omnirps_retailers WHERE retailer_id = ?1",
                )?
                .query_row([retailer_id], |row| {
                    Ok(TrackingWebhook { url: row.get(0)?, enabled: row.get(1)? })
                })
                .optional()
        })
    }

    /// Disables a webhook, unless its URL has changed meanwhile.
    pub(in crate::sandbox) fn disable_webhook(
        &self,
        retailer_id: i64,
        url: &str,
    ) -> Result<(), SandboxError> {
        self.with(|connection| {
            connection
                .prepare_cached(
                    "UPDATE omnirps_retailers
                     SET tracking_webhook_enabled = 0, version = version + 1
                     WHERE retailer_id = ?1 AND tracking_webhook_url = ?2
                       AND tracking_webhook_enabled = 1",
                )?
                .execute((retailer_id, url))
        })
        .map(|_| ())
    }
}

pub(super) fn put(connection: &Connection, upload: &Upload) -> rusqlite::Result<()> {
    let Upload {
        retailer_id,
        consignment_no,
        order_number,
        source,
        received_at,
        processed_at,
        lines,
    } = upload;
    connection
        .prepare_cached(&format!(
            "INSERT INTO omnirps_uploads ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
             ON CONFLICT (retailer_id, consignment_no) DO UPDATE SET
                 order_number = excluded.order_number, source = excluded.source,
                 received_at = excluded.received_at, processed_at = excluded.processed_at,
                 lines = excluded.lines"
        ))?
        .execute((
            retailer_id,
            consignment_no,
            order_number,
            source,
            format_seconds(*received_at),
            processed_at.map(format_seconds),
            Value::from(lines.as_slice()).to_string(),
        ))?;
    Ok(())
}

fn find(
    connection: &Connection,
    retailer_id: i64,
    consignment_no: &str,
) -> rusqlite::Result<Option<Upload>> {
    connection
        .prepare_cached(&format!(
            "SELECT {COLUMNS} FROM omnirps_uploads
             WHERE retailer_id = ?1 AND consignment_no = ?2"
        ))?
        .query_row((retailer_id, consignment_no), from_row)
        .optional()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Upload> {
    let time = |column: usize, text: String| {
        text.parse::<jiff::Timestamp>().map_err(|source| {
            let kind = rusqlite::types::Type::Text;
            rusqlite::Error::FromSqlConversionFailure(column, kind, Box::new(source))
        })
    };
    let processed_at: Option<String> = row.get(5)?;
    let lines: String = row.get(6)?;
    Ok(Upload {
        retailer_id: row.get(0)?,
        consignment_no: row.get(1)?,
        order_number: row.get(2)?,
        source: row.get(3)?,
        received_at: time(4, row.get(4)?)?,
        processed_at: processed_at.map(|text| time(5, text)).transpose()?,
        lines: serde_json::from_str(&lines).unwrap_or_default(),
    })
}
