//! The tracking webhook: events, deliveries, retries, and automatic disabling.
//!
//! OmniRPS retries 60 minutes, 24 hours and 48 hours after a failure and then disables the
//! webhook (Tracking Status Webhook API,
//! <https://seko.atlassian.net/wiki/spaces/RSC/pages/2162327828>, seen on 2026-11-27). The
//! delays here are those of [`super::Options::webhook_retries`].

use super::SandboxError;
use super::omnirps::{RpsRetailer, TrackingWebhook, Upload, format_seconds};
use super::store::{Delivery, Store};
use crate::model::address::is_loopback;
use futures_util::{StreamExt, stream};
use reqwest::Client;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use url::Url;

/// How long a subscriber may take. No limit is documented; this one is long for a loopback address,
/// and four attempts take less than [`super::serve::SHUTDOWN_TIMEOUT`].
const TIMEOUT: Duration = Duration::from_secs(1);

/// The documented event codes that the sandbox emits.
#[derive(Clone, Copy, Debug)]
pub(super) enum Code {
    ReturnCreated,
    ReturnProcessed,
}

/// An array of events about one return, to deliver to the retailer's webhook.
#[derive(Clone, Debug)]
pub(super) struct WebhookEvent {
    retailer_id: i64,
    body: Value,
}

impl WebhookEvent {
    /// Creates the events of a return for a code: one per line item.
    pub(super) fn of(code: Code, upload: &Upload) -> WebhookEvent {
        let (code, status) = match code {
            Code::ReturnCreated => ("RC", "Return Created"),
            Code::ReturnProcessed => ("RP", "Return Processed"),
        };
        // A seeded upload has no line items, but is still one return.
        let without = [Value::Null];
        let lines = if upload.lines.is_empty() { &without[..] } else { &upload.lines };
        // Local time without an offset, as documented.
        let now = jiff::Zoned::now().strftime("%Y-%m-%d %H:%M:%S").to_string();
        let event = |line: &Value| {
            let text = |name: &str| line[name].as_str().unwrap_or_default();
            let source = match (text("Suburb"), text("Country")) {
                ("", _) | (_, "") => String::new(),
                (city, country) => format!("{city}, {country}"),
            };
            json!({
                "ConsignmentNo": upload.consignment_no,
                "OrderNo": upload.order_number,
                "SourceLocation": source,
                "DestinationLocation": "",
                "Code": code,
                "Status": status,
                "EventDT": now,
                "OmniRPSTrackingNo": "",
                "MAWB": "",
                "ExportedConsignmentNo": "",
                "ShipDate": "",
                "DeliveryDate": "",
                "Carrier": "",
                "ItemNo": text("Sku"),
                "ReturnReason": text("Reason"),
                "ReturnAction": text("ReturnAction"),
            })
        };
        WebhookEvent {
            retailer_id: upload.retailer_id,
            body: lines.iter().map(event).collect::<Vec<_>>().into(),
        }
    }
}

/// Delivers events until all senders are dropped and all deliveries have ended.
pub(super) async fn deliver_all(
    mut events: UnboundedReceiver<WebhookEvent>,
    store: Store,
    client: Client,
    retries: Vec<Duration>,
) {
    let events = stream::poll_fn(|context| events.poll_recv(context));
    let deliveries = events.for_each_concurrent(None, async |event| {
        if let Err(error) = deliver(&event, &store, &client, &retries).await {
            tracing::warn!("a webhook delivery was not recorded: {}", error.line());
        }
    });
    deliveries.await;
}

async fn deliver(
    event: &WebhookEvent,
    store: &Store,
    client: &Client,
    retries: &[Duration],
) -> Result<(), SandboxError> {
    let WebhookEvent { retailer_id, body } = event;
    let webhook = || {
        let found = store.record::<RpsRetailer>(*retailer_id)?;
        Ok(found.map(|(retailer, _)| retailer.tracking_webhook))
    };
    let Some(TrackingWebhook { url, enabled }) = webhook()? else { return Ok(()) };
    let record = |attempt, outcome: &str| {
        store.log_delivery(&Delivery {
            n: 0,
            at: format_seconds(jiff::Timestamp::now()),
            retailer_id: *retailer_id,
            url: url.clone(),
            attempt,
            outcome: outcome.to_owned(),
            events: body.clone(),
        })
    };
    if !enabled || url.is_empty() {
        return record(0, "not sent: the webhook is off");
    }
    let target = match Url::parse(&url) {
        Ok(target) if is_loopback(&target) => target,
        // A rehearsal must not reach a partner. Counts as neither success nor failure.
        _ => return record(0, "not sent: the sandbox posts to loopback addresses only"),
    };
    let waits = std::iter::once(None).chain(retries.iter().map(Some));
    for (attempt, wait) in (1..).zip(waits) {
        if let Some(wait) = wait {
            tokio::time::sleep(*wait).await;
            // The webhook was changed or disabled meanwhile, so this delivery has no
            // receiver.
            if webhook()?.is_none_or(|now| !now.enabled || now.url != url) {
                return record(0, "not sent: the webhook has changed");
            }
        }
        match client.post(target.clone()).json(body).send().await {
            // Only status 200 counts, as documented.
            Ok(answer) if answer.status() == reqwest::StatusCode::OK => {
                return record(attempt, "delivered");
            }
            Ok(answer) => record(attempt, &format!("answered {}", answer.status().as_u16()))?,
            Err(_) => record(attempt, "not reached")?,
        }
    }
    store.disable_webhook(*retailer_id, &url)
}

/// Builds a client for loopback addresses: no proxy, no redirects, no trusted certificates.
pub(super) fn client() -> Result<Client, SandboxError> {
    // Fails if a provider is installed already, which is fine.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .tls_certs_only(std::iter::empty())
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()
        .map_err(|source| SandboxError::Client { source })
}
