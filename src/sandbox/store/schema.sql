-- The sandbox's state. Readable by people and by SQL readers; `version` is the ETag.
CREATE TABLE companies (
    company_id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_name TEXT NOT NULL
) STRICT;

-- The records of each system as JSON, in their form in seeds.
CREATE TABLE omniparcel_records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE omnireturns_records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE omnirps_records (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE VIEW omniparcel_accounts AS SELECT
    id AS account_id,
    json_extract(document, '$.AccountName') AS account_name,
    json_extract(document, '$.Disabled') AS disabled,
    version
FROM omniparcel_records;

CREATE VIEW omnireturns_retailers AS SELECT
    id AS retailer_id,
    json_extract(document, '$.RetailerName') AS retailer_name,
    json_extract(document, '$.CompanyId') AS company_id,
    json_extract(document, '$.PortalPublished') AS portal_published,
    json_extract(document, '$.OmniRPSRetailerId') AS omnirps_retailer_id,
    json_extract(document, '$.Emails') AS emails,
    json_extract(document, '$.Hubs') AS hubs,
    json_extract(document, '$.KeyIssued') AS key_issued,
    version
FROM omnireturns_records;

CREATE VIEW omnirps_retailers AS SELECT
    id AS retailer_id,
    json_extract(document, '$.RetailerName') AS retailer_name,
    json_extract(document, '$.TrackingWebhook.Url') AS tracking_webhook_url,
    json_extract(document, '$.TrackingWebhook.Enabled') AS tracking_webhook_enabled,
    json_extract(document, '$.ShopifyIntegrationEnabled') AS shopify_integration_enabled,
    json_extract(document, '$.TrackAndTraceEmailsEnabled') AS track_and_trace_emails_enabled,
    json_extract(document, '$.Disabled') AS disabled,
    json_extract(document, '$.KeyIssued') AS key_issued,
    version
FROM omnirps_records;

-- The labels made for retailers; a connote is derived from its row's id.
CREATE TABLE omnireturns_labels (
    label_id INTEGER PRIMARY KEY AUTOINCREMENT,
    retailer_id INTEGER NOT NULL,
    delivery_reference TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    retailer_id INTEGER NOT NULL,
    consignment_no TEXT NOT NULL,
    document TEXT NOT NULL,
    UNIQUE (retailer_id, consignment_no)
) STRICT;

CREATE VIEW omnirps_uploads AS SELECT
    id AS upload_id,
    retailer_id,
    consignment_no,
    json_extract(document, '$.OrderNumber') AS order_number,
    json_extract(document, '$.Source') AS source,
    json_extract(document, '$.ReceivedAt') AS received_at,
    json_extract(document, '$.ProcessedAt') AS processed_at,
    json_extract(document, '$.Lines') AS lines
FROM uploads;

CREATE TABLE idempotency_keys (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    system TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    answer TEXT NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (system, idempotency_key)
) STRICT;

CREATE TABLE webhook_deliveries (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL
) STRICT;

CREATE TABLE requests (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL
) STRICT;
