//! The retailers of OmniRPS and the returns uploaded for them.

use super::fields::Fields;
use super::record::{LenientId, Record, default_true, lenient_id, set};
use crate::model::System;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};
use url::Url;

/// Where OmniRPS reports the progress of returns, with the contract's field names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct TrackingWebhook {
    /// The URL that events are posted to.
    #[serde(default)]
    pub url: String,
    /// Whether events are delivered.
    #[serde(default)]
    pub enabled: bool,
}

impl TrackingWebhook {
    fn change(&mut self, fields: &mut Fields) {
        if let Some(url) = fields.text("Url") {
            // The documented protocols are http and https (see `webhook`).
            let usable = Url::parse(&url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if usable || url.is_empty() {
                self.url = url;
            } else {
                fields.refuse("Url", "must be an http or https URL", "Type", &url.into());
            }
        }
        set(&mut self.enabled, fields.bool("Enabled"));
    }
}

/// An OmniRPS retailer, with the contract's field names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct RpsRetailer {
    /// The id of the retailer.
    #[serde(default, deserialize_with = "lenient_id")]
    #[schemars(with = "LenientId")]
    pub retailer_id: Option<i64>,
    /// The name of the retailer.
    pub retailer_name: String,
    /// The webhook that reports the progress of the retailer's returns.
    #[serde(default)]
    pub tracking_webhook: TrackingWebhook,
    /// Whether OmniRPS refunds through Shopify.
    #[serde(default)]
    pub shopify_integration_enabled: bool,
    /// Whether OmniRPS sends Track and Trace e-mails to customers.
    #[serde(default = "default_true")]
    pub track_and_trace_emails_enabled: bool,
    /// Whether the retailer is disabled.
    #[serde(default)]
    pub disabled: bool,
    /// Whether a key of the Return Upload API has been issued.
    #[serde(default = "default_true")]
    pub key_issued: bool,
}

impl Record for RpsRetailer {
    const SYSTEM: System = System::Omnirps;
    const ID: &'static str = "RetailerId";
    const DOCUMENT: &'static str = "json_set(document, '$.RetailerId', id)";
    const NAMES: (&'static str, &'static str) = ("Retailer", "Retailers");

    fn id(&self) -> Option<i64> {
        self.retailer_id
    }

    fn key_issued(&self) -> bool {
        self.key_issued
    }

    fn create(fields: &mut Fields) -> Self {
        fields.require("RetailerName");
        let mut tracking_webhook = TrackingWebhook::default();
        fields.object("TrackingWebhook", |fields| tracking_webhook.change(fields));
        RpsRetailer {
            retailer_id: None,
            retailer_name: fields.nonblank_text("RetailerName").unwrap_or_default(),
            tracking_webhook,
            shopify_integration_enabled: false,
            track_and_trace_emails_enabled: true,
            disabled: false,
            key_issued: true,
        }
    }

    /// Applies the fields of an update, including the name: the process never renames an
    /// OmniRPS record, but a server cannot know that, and tests look for it in the request
    /// log.
    fn change(&mut self, fields: &mut Fields) {
        set(&mut self.retailer_name, fields.nonblank_text("RetailerName"));
        fields.object("TrackingWebhook", |fields| self.tracking_webhook.change(fields));
        set(&mut self.shopify_integration_enabled, fields.bool("ShopifyIntegrationEnabled"));
        set(&mut self.track_and_trace_emails_enabled, fields.bool("TrackAndTraceEmailsEnabled"));
        set(&mut self.disabled, fields.bool("Disabled"));
    }
}

/// A return uploaded to OmniRPS; unique by connote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Upload {
    /// The id of the OmniRPS retailer.
    pub retailer_id: i64,
    /// The connote of the return.
    pub consignment_no: String,
    /// The number of the returned order.
    #[serde(default)]
    pub order_number: String,
    /// How the return was created: `API`, or what a seed states.
    #[serde(default = "api_source")]
    pub source: String,
    /// When OmniRPS received the return.
    #[serde(serialize_with = "seconds")]
    pub received_at: jiff::Timestamp,
    /// When a hub processed the return; absent before that.
    #[serde(default, serialize_with = "seconds")]
    pub processed_at: Option<jiff::Timestamp>,
    /// The line items as uploaded.
    #[serde(default)]
    pub lines: Vec<Value>,
}

/// Returns the source of an upload through the Return Upload API.
fn api_source() -> String {
    "API".into()
}

impl Upload {
    /// Returns the upload of a line item through the Return Upload API.
    pub(super) fn by_api(retailer_id: i64, line: Value, received_at: jiff::Timestamp) -> Upload {
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        Upload {
            retailer_id,
            consignment_no: text("ConsignmentNo"),
            order_number: text("OrderNumber"),
            source: api_source(),
            received_at,
            processed_at: None,
            lines: vec![line],
        }
    }

    pub(super) fn answer(&self) -> Value {
        json!({
            "ConsignmentNo": self.consignment_no,
            "OrderNumber": self.order_number,
            "Source": self.source,
            "ReceivedAt": format_seconds(self.received_at),
            "ProcessedAt": self.processed_at.map(format_seconds).unwrap_or_default(),
        })
    }
}

/// Serializes a time, or none, with [`format_seconds`].
fn seconds<S: Serializer>(
    at: &(impl Copy + Into<Option<jiff::Timestamp>>),
    output: S,
) -> Result<S::Ok, S::Error> {
    (*at).into().map(format_seconds).serialize(output)
}

/// Formats a time to the second, in a form that sorts as text.
pub(super) fn format_seconds(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
