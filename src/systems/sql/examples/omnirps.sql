select retailer_id as id,
       retailer_name as name,
       tracking_webhook_url as "omnirps.tracking_webhook.url",
       tracking_webhook_enabled as "omnirps.tracking_webhook.enabled",
       shopify_integration_enabled as "omnirps.shopify_integration",
       track_and_trace_emails_enabled as "omnirps.track_and_trace_emails"
from omnirps_retailers
order by retailer_id
