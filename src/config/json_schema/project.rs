//! The schema of the project file.

use super::{DRAFT, NAME_PATTERN, mapping, name, section, text, url, with};
use crate::config::checks::{
    CONCURRENCY, DEADLINE_SECONDS, HEADER_PATTERN, PERCENT, RECIPIENT_PATTERN, REQUESTS_PER_SECOND,
    RETAILERS, RETRIES, SANDBOX, TIMEOUT_SECONDS, TRACKING_WEBHOOK,
};
use crate::config::mask::VARIABLE_PATTERN;
use crate::model::{Limits, Partner, Safety, Setting, System};
use serde_json::{Map, Value, json};
use std::ops::RangeInclusive;

/// Returns the schema of `reconcile.yaml`.
pub(crate) fn project() -> Value {
    let file = section(
        "What is not about one retailer: the partner, the systems, the safety limits. \
         Everything has a default.",
        json!({
            "partner": partner(),
            "default_environment": usual(
                text("The environment that commands work on unless --environment names another."),
                SANDBOX.into(),
            ),
            "environments": {
                "description": format!(
                    "The sets of the three systems, by name. `{SANDBOX}` exists without being \
                     listed."
                ),
                "type": ["object", "null"],
                "additionalProperties": {"$ref": "#/$defs/environment"},
            },
            "safety": safety(),
        }),
    );
    let defs = json!({
        "environment": environment(),
        "omniparcel": route(System::Omniparcel),
        "omnireturns": route(System::Omnireturns),
        "omnirps": route(System::Omnirps),
        "key": key(),
        "limits": limits(),
    });
    with(file, json!({"$schema": DRAFT, "title": "Project file of reconcile", "$defs": defs}))
}

fn usual(schema: Value, default: Value) -> Value {
    with(schema, json!({"default": default}))
}

fn partner() -> Value {
    let Partner {
        name: partner,
        company,
        name_suffix,
        tracking_webhook_url,
        onboarding_form_url,
        // There are none by default.
        recipients: _,
    } = Partner::default();
    section(
        "The partner that retailers are onboarded to.",
        json!({
            "name": usual(name("The partner's name."), partner.into()),
            "company": usual(
                name("The partner's company in OmniReturns, which retailers without access move \
                      under (step E6.1)."),
                company.into(),
            ),
            "name_suffix": usual(
                name("What is added to the OmniReturns name of retailers that keep their access \
                      (step E7.1)."),
                name_suffix.into(),
            ),
            "tracking_webhook_url": usual(
                url("Where OmniRPS reports a return's progress (step N5.2.1). Without it, \
                     customers get no credits."),
                tracking_webhook_url.into(),
            ),
            "onboarding_form_url": usual(
                url("The form that a new retailer is sent (step N3)."),
                onboarding_form_url.into(),
            ),
            "recipients": {
                "description": "Who can open what `handoff` writes (steps N6 and E2): age public \
                                keys by the names of those whose keys they are.",
                "type": ["object", "null"],
                "propertyNames": {"pattern": NAME_PATTERN},
                "additionalProperties": {"type": "string", "pattern": RECIPIENT_PATTERN},
            },
        }),
    )
}

/// Either embedded, or with at least one system.
fn environment() -> Value {
    let mut properties = Map::new();
    properties.insert(
        "embedded".to_owned(),
        json!({
            "description": "`true`: the three systems run on this machine for the length of a \
                            command, for rehearsals.",
            "type": "boolean",
        }),
    );
    properties.insert(
        "contract".to_owned(),
        text(
            "The contract file of systems whose endpoints differ from the built-in contract, \
             relative to this file. `reconcile schema --out DIR` writes one to start from.",
        ),
    );
    properties.insert(
        "verify".to_owned(),
        section(
            "What `verify` needs in this environment.",
            json!({"label": text(
                "The YAML or JSON file with the body of a test label's request, relative to this \
                 file: Origin, Destination, Packages and Commodities. The rest is filled in.",
            )}),
        ),
    );
    properties.insert("limits".to_owned(), json!({"$ref": "#/$defs/limits"}));
    for system in System::ALL {
        let route = json!({"$ref": format!("#/$defs/{}", system.key())});
        properties.insert(system.key().to_owned(), route);
    }
    let has_a_system: Vec<Value> =
        System::ALL.iter().map(|system| json!({"required": [system.key()]})).collect();
    let mut no_sandbox = has_a_system.clone();
    no_sandbox.push(json!({"required": ["contract"]}));
    let embedded = json!({
        "properties": {"embedded": {"const": true}},
        "required": ["embedded"],
        "not": {"anyOf": no_sandbox},
    });
    let remote = json!({"properties": {"embedded": {"const": false}}, "anyOf": has_a_system});
    with(
        mapping("The sandbox (`embedded: true`), or the addresses of systems.", properties.into()),
        json!({"oneOf": [embedded, remote]}),
    )
}

/// How a system is read and changed. What has to be there depends on how.
fn route(system: System) -> Value {
    let has_http = json!({"required": ["url", "key"]});
    let http = json!({"properties": {"read": {"const": "http"}}, "required": ["read"]});
    let sql = json!({"properties": {"read": {"const": "sql"}}, "required": ["read"]});
    let none = json!({"properties": {"read": {"const": "none"}}, "required": ["read"]});
    let writes = json!({"properties": {"write": {"const": "http"}}, "required": ["write"]});
    let mut settings = Map::new();
    let mut names: Vec<&str> = Setting::ALL
        .iter()
        .filter(|setting| setting.system() == system)
        .map(|setting| setting.key())
        .collect();
    if system == System::Omnirps {
        names.push(TRACKING_WEBHOOK);
    }
    for name in names {
        let description = format!("By which means `{name}` is changed.");
        let by = json!({"description": description, "enum": ["http", "manual", "observe"]});
        settings.insert(name.to_owned(), by);
    }
    let route = mapping(
        &format!(
            "How {system} is read and changed. Over HTTP it has a `url` and a `key`; from a \
             database it has `sql`."
        ),
        json!({
            "read": {
                "description": "By which means it is read. Left out: http where there is a \
                                `url`, else sql. With none, people look, and its settings are \
                                manual steps until a milestone says that they are done.",
                "enum": ["http", "sql", "none"],
            },
            "write": {
                "description": "By which means it is changed. Left out: http where there is a \
                                `url`, else manual: the plan says who changes what, where.",
                "enum": ["http", "manual"],
            },
            "url": url("The address that the paths of the admin contract are added to."),
            "key": {"$ref": "#/$defs/key"},
            "key_header": {
                "description": "The HTTP header that carries the key, where it is not the \
                                contract's.",
                "type": "string",
                "pattern": HEADER_PATTERN,
            },
            "sql": sql_section(system),
            "settings": section(
                "Settings that are changed by other means than the rest of the system. With \
                 observe, a difference is reported and never changed.",
                settings.into(),
            ),
        }),
    );
    with(
        route,
        json!({
            "if": {"not": none},
            "then": {"anyOf": [has_http, {"required": ["sql"]}]},
            "allOf": [
                {"if": {"anyOf": [http, writes]}, "then": has_http},
                {
                    "if": sql,
                    "then": {"required": ["sql"], "properties": {"sql": {"required": ["query"]}}},
                },
            ],
        }),
    )
}

fn sql_section(system: System) -> Value {
    let mut properties = Map::new();
    properties.insert(
        "url".to_owned(),
        json!({
            "description": "Where the database's URL is kept: postgres://, mysql:// or sqlite:. \
                            Never the URL itself, because it holds a password.",
            "$ref": "#/$defs/key",
        }),
    );
    let query = "A select that gives a row for each record, with the columns `id`, `name` and \
                 one for each setting, named like it.";
    properties.insert("query".to_owned(), text(query));
    if system == System::Omnireturns {
        let companies = "A select that gives a row for each company, with the columns `id` and \
                         `name`.";
        properties.insert("companies".to_owned(), text(companies));
    }
    if system == System::Omnirps {
        let uploads = "A select that gives the returns that were uploaded for a retailer, with \
                       the columns `connote`, `order_number`, `source`, `received_at` and \
                       `processed_at`. `{id}` stands for the retailer's id and `{since}` for the \
                       first day; both are bound, so they stand without quotes. It works beside \
                       `read: http`, too.";
        let pattern = json!({"pattern": r"\{id\}"});
        properties.insert("uploads".to_owned(), with(text(uploads), json!({"allOf": [pattern]})));
    }
    let sql = mapping("The database that the system is looked up in.", properties.into());
    let has_a_query = [json!({"required": ["query"]}), json!({"required": ["uploads"]})];
    with(sql, json!({"required": ["url"], "anyOf": has_a_query}))
}

fn key() -> Value {
    let key = mapping(
        "Where the key is kept: {env: NAME} or {file: PATH}. Never the key itself: this file is \
         in Git.",
        json!({
            "env": {
                "description": "The environment variable that holds the key.",
                "type": "string",
                "pattern": VARIABLE_PATTERN,
            },
            "file": text("The file that holds the key, relative to this one."),
        }),
    );
    with(key, json!({"minProperties": 1, "maxProperties": 1}))
}

fn count(description: &str, range: &RangeInclusive<u64>, default: u32) -> Value {
    json!({
        "description": description,
        "type": "integer",
        "minimum": range.start(),
        "maximum": range.end(),
        "default": default,
    })
}

fn limit(description: &str, range: &RangeInclusive<u64>) -> Value {
    json!({
        "description": description,
        "type": "integer",
        "minimum": range.start(),
        "maximum": range.end(),
    })
}

fn limits() -> Value {
    let Limits {
        concurrency, requests_per_second, timeout_seconds, retries, deadline_seconds, ..
    } = Limits::default();
    section(
        "How hard each system may be pressed.",
        json!({
            "concurrency":
                count("Requests under way at once, per system.", &CONCURRENCY, concurrency),
            "requests_per_second": count(
                "Requests begun in a second, per system.",
                &REQUESTS_PER_SECOND,
                requests_per_second
            ),
            "timeout_seconds": count(
                "How long one request may take, in seconds.",
                &TIMEOUT_SECONDS,
                timeout_seconds
            ),
            "retries": count("Tries after the first.", &RETRIES, retries),
            "deadline_seconds": count(
                "How long a whole run may take, in seconds. Nothing is sent afterwards.",
                &DEADLINE_SECONDS,
                deadline_seconds
            ),
        }),
    )
}

fn safety() -> Value {
    // The other limits have no default: they apply where they are written.
    let Safety { max_changed_retailers_percent, from_retailers, .. } = Safety::default();
    section(
        "How much one apply may change without --force.",
        json!({
            "max_changed_retailers_percent": count(
                "The share of the retailers in scope that one apply may change, in percent.",
                &PERCENT,
                max_changed_retailers_percent
            ),
            "from_retailers": count(
                "The shares are looked at from this many retailers in scope on.",
                &RETAILERS,
                from_retailers
            ),
            "max_changed_retailers":
                limit("How many retailers one apply may change.", &RETAILERS),
            "max_unpublished_portals":
                limit("How many portals one apply may unpublish.", &RETAILERS),
            "max_unpublished_portals_percent": limit(
                "The share of the retailers in scope whose portal may be unpublished, in percent.",
                &PERCENT
            ),
            "max_switch_offs": limit(
                "How many Shopify integrations and Track and Trace e-mails one apply may switch \
                 off.",
                &RETAILERS
            ),
            "max_switch_offs_percent": limit(
                "The share of the retailers in scope for which something may be switched off, in \
                 percent.",
                &PERCENT
            ),
        }),
    )
}
