//! Uploaded returns, their labels, and the webhook deliveries that they cause.

use super::Store;
use super::rows::{document, to_document};
use crate::sandbox::SandboxError;
use crate::sandbox::omnirps::{RpsRetailer, Upload, format_seconds};
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An attempt to deliver events to a tracking webhook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// A sequence number from one on, which the log assigns.
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
                .prepare_cached(
                    "SELECT document, json_extract(document, '$.ReceivedAt') AS received_at
                     FROM uploads WHERE retailer_id = ?1 AND received_at >= ?2
                     ORDER BY received_at, id",
                )?
                .query_map((retailer_id, since), document)?
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
                    Some(known) => update(transaction, &Upload { lines: upload.lines, ..known })?,
                    None => {
                        insert(transaction, &upload)?;
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
            update(transaction, &upload)?;
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
        self.logged("webhook_deliveries")
    }

    /// Logs a delivery attempt.
    pub(in crate::sandbox) fn log_delivery(&self, delivery: &Delivery) -> Result<(), SandboxError> {
        self.log("webhook_deliveries", delivery)
    }

    /// Disables a webhook, unless its URL has changed meanwhile.
    pub(in crate::sandbox) fn disable_webhook(
        &self,
        retailer_id: i64,
        url: &str,
    ) -> Result<(), SandboxError> {
        let disable = |retailer: &mut RpsRetailer| {
            let webhook = &mut retailer.tracking_webhook;
            let is_on = webhook.url == url && std::mem::replace(&mut webhook.enabled, false);
            is_on.then(Vec::new)
        };
        self.update(retailer_id, |_| true, disable).map(|_| ())
    }
}

/// Inserts an upload of a new connote.
pub(super) fn insert(connection: &Connection, upload: &Upload) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO uploads (retailer_id, consignment_no, document) VALUES (?1, ?2, ?3)",
        )?
        .execute((upload.retailer_id, &upload.consignment_no, to_document(upload)?))
        .map(drop)
}

/// Replaces the upload of a known connote.
fn update(connection: &Connection, upload: &Upload) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE uploads SET document = ?3 WHERE retailer_id = ?1 AND consignment_no = ?2",
        )?
        .execute((upload.retailer_id, &upload.consignment_no, to_document(upload)?))
        .map(drop)
}

fn find(
    connection: &Connection,
    retailer_id: i64,
    consignment_no: &str,
) -> rusqlite::Result<Option<Upload>> {
    connection
        .prepare_cached(
            "SELECT document FROM uploads WHERE retailer_id = ?1 AND consignment_no = ?2",
        )?
        .query_row((retailer_id, consignment_no), document)
        .optional()
}
