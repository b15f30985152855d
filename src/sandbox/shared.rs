//! The state that all requests share.

use super::answer::{Rejection, not_found};
use super::faults::ActiveFaults;
use super::omnirps::Upload;
use super::record::Record;
use super::store::Store;
use super::webhook::{Code, WebhookEvent};
use super::{SandboxError, Seed};
use std::net::SocketAddr;
use std::sync::Once;
use tokio::sync::mpsc;

/// State shared by all requests.
#[derive(Debug)]
pub(super) struct Shared {
    pub store: Store,
    pub faults: ActiveFaults,
    pub seed: Seed,
    pub page_size: u32,
    pub address: SocketAddr,
    pub events: mpsc::UnboundedSender<WebhookEvent>,
    /// Limits the warning about a failed request log to one.
    pub log_failed: Once,
}

impl Shared {
    /// Finds the record that a path names, and its version.
    pub(super) fn find<R: Record>(&self, id: i64) -> Result<(R, i64), Rejection> {
        self.store.record(id)?.ok_or_else(|| not_found(R::NAMES.0).into())
    }

    /// Queues the events of a return for delivery to the retailer's webhook.
    pub(super) fn emit(&self, code: Code, upload: &Upload) {
        // Fails only while the sandbox is stopping.
        let _ = self.events.send(WebhookEvent::of(code, upload));
    }

    /// Marks an upload as processed, as a hub operator does. Returns whether it was not
    /// processed before.
    pub(super) fn process(
        &self,
        retailer_id: i64,
        connote: &str,
    ) -> Result<Option<(Upload, bool)>, SandboxError> {
        let processed = self.store.process(retailer_id, connote, jiff::Timestamp::now())?;
        if let Some((upload, true)) = &processed {
            self.emit(Code::ReturnProcessed, upload);
        }
        Ok(processed)
    }
}
