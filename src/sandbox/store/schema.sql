-- The sandbox's state. Readable by people and by SQL readers; `version` is the ETag.
CREATE TABLE companies (
    company_id INTEGER PRIMARY KEY AUTOINCREMENT,
    company_name TEXT NOT NULL
) STRICT;

CREATE TABLE omniparcel_accounts (
    account_id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_name TEXT NOT NULL,
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE omnireturns_retailers (
    retailer_id INTEGER PRIMARY KEY AUTOINCREMENT,
    retailer_name TEXT NOT NULL,
    company_id INTEGER NOT NULL REFERENCES companies (company_id),
    portal_published INTEGER NOT NULL CHECK (portal_published IN (0, 1)),
    omnirps_retailer_id INTEGER,
    emails TEXT NOT NULL CHECK (json_type(emails) = 'array'),
    hubs TEXT NOT NULL CHECK (json_type(hubs) = 'array'),
    key_issued INTEGER NOT NULL CHECK (key_issued IN (0, 1)),
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

-- The labels made for retailers; a connote is derived from its row's id.
CREATE TABLE omnireturns_labels (
    label_id INTEGER PRIMARY KEY AUTOINCREMENT,
    retailer_id INTEGER NOT NULL,
    delivery_reference TEXT NOT NULL,
    created_at TEXT NOT NULL
) STRICT;

CREATE TABLE omnirps_retailers (
    retailer_id INTEGER PRIMARY KEY AUTOINCREMENT,
    retailer_name TEXT NOT NULL,
    tracking_webhook_url TEXT NOT NULL,
    tracking_webhook_enabled INTEGER NOT NULL CHECK (tracking_webhook_enabled IN (0, 1)),
    shopify_integration_enabled INTEGER NOT NULL CHECK (shopify_integration_enabled IN (0, 1)),
    track_and_trace_emails_enabled INTEGER NOT NULL
        CHECK (track_and_trace_emails_enabled IN (0, 1)),
    disabled INTEGER NOT NULL CHECK (disabled IN (0, 1)),
    key_issued INTEGER NOT NULL CHECK (key_issued IN (0, 1)),
    version INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE omnirps_uploads (
    upload_id INTEGER PRIMARY KEY AUTOINCREMENT,
    retailer_id INTEGER NOT NULL,
    consignment_no TEXT NOT NULL,
    order_number TEXT NOT NULL,
    source TEXT NOT NULL,
    received_at TEXT NOT NULL,
    processed_at TEXT,
    lines TEXT NOT NULL CHECK (json_type(lines) = 'array'),
    UNIQUE (retailer_id, consignment_no)
) STRICT;

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
    at TEXT NOT NULL,
    retailer_id INTEGER NOT NULL,
    url TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    events TEXT NOT NULL CHECK (json_type(events) = 'array')
) STRICT;

CREATE TABLE requests (
    n INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    system TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    status INTEGER,
    effect INTEGER NOT NULL CHECK (effect IN (0, 1)),
    fault TEXT
) STRICT;
