//! The state that all requests share.

use super::Seed;
use super::faults::ActiveFaults;
use super::store::Store;
use super::webhook::WebhookEvent;
use std::net::SocketAddr;
use std::sync::{Arc, Once};
use tokio::sync::mpsc;

/// State shared by all requests.
pub(super) struct Shared {
    pub store: Store,
    pub faults: Arc<ActiveFaults>,
    pub seed: Seed,
    pub page_size: u32,
    pub address: SocketAddr,
    pub events: mpsc::UnboundedSender<WebhookEvent>,
    /// Limits the warning about a failed request log to one.
    pub log_failed: Once,
}

impl Shared {
    /// Queues events for delivery to the retailer's webhook.
    pub(super) fn emit(&self, event: WebhookEvent) {
        // Fails only while the sandbox is stopping.
        let _ = self.events.send(event);
    }
}
