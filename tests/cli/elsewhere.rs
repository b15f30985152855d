//! A deployment with different endpoints: the retailers of the sandbox's initial state, behind
//! an API with a different structure for each system.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// The contract file that describes the deployment.
pub(crate) const CONTRACT: &str = r#"
omniparcel:
  key_header: Authorization
  headers: {X-Api-Version: "2"}
  list: {path: /accounts/by-cursor, items: /data, paging: {style: cursor, cursor: after, next: /paging/next, size: n, ask: 3}}
  create: {method: PUT, path: /accounts}
  id: /account/number
  name: /account/title

omnirps:
  key_header: x-session
  success: {flag: /status, is: [ok], message: /reason}
  list: {method: POST, path: /search, items: /rows, paging: {style: offset, offset: skip, limit: take, ask: 4, total: /count}}
  read: {method: POST, path: /get, record: /row}
  create: {path: /new, body: /row, record: /row, carries: [omnirps.tracking_webhook.url]}
  update: {method: POST, path: /save, body: /row, sends: record}
  id: /row_id
  name: /row_name
  fields:
    omnirps.tracking_webhook.url: {at: /webhook_url}
    omnirps.tracking_webhook.enabled: {at: /webhook_state, on: live, off: paused}
    omnirps.shopify_integration: {at: /shopify_state, on: connected, off: disconnected}
    omnirps.track_and_trace_emails: {at: /sends_emails}

omnireturns:
  key_header: access_key
  success: {errors: /problems}
  list: {path: "/shops?fields=all", items: /shops, paging: {style: none}}
  read: {path: "/shop?shop_id={id}", record: ""}
  create: {path: /shops, carries: [omnireturns.company, omnireturns.omnirps_retailer_id]}
  update: {method: PUT, path: "/shop?shop_id={id}", record: ""}
  companies: {path: /groups, items: "", id: /id, name: /title}
  id: /shop_id
  name: /label
  fields:
    omnireturns.company: {at: /group/title, write_at: /group/id}
    omnireturns.portal: {at: /state, on: active, off: inactive}
    omnireturns.omnirps_retailer_id: {at: /hub/retailer}
    omnireturns.emails: {at: /users, each: /mail}
    omnireturns.hubs: {at: /hub/names}
"#;

/// The keys that the deployment accepts, by the variables of [`Elsewhere::project`].
pub(crate) const KEYS: [(&str, &str); 3] =
    [("PARCEL_KEY", "Bearer parcel-9"), ("RPS_KEY", "rps-9"), ("RETURNS_KEY", "returns-9")];

/// The deployment, which runs until it is dropped.
pub(crate) struct Elsewhere {
    port: u16,
    held: Arc<Mutex<Held>>,
    _runtime: Runtime,
}

/// The state; records by id.
#[derive(Default)]
struct Held {
    accounts: BTreeMap<u64, Value>,
    rows: BTreeMap<u64, Value>,
    shops: BTreeMap<u64, Value>,
    groups: Vec<Value>,
    requests: Vec<String>,
    /// How often the moving list was read from its start.
    moves: u64,
}

impl Elsewhere {
    /// Starts the deployment with the retailers of the sandbox's seed.
    pub(crate) fn start() -> Elsewhere {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let held = Arc::new(Mutex::new(Held::seeded()));
        let router = Router::new().fallback(answer).with_state(Arc::clone(&held));
        runtime.spawn(async { axum::serve(listener, router).await.unwrap() });
        Elsewhere { port, held, _runtime: runtime }
    }

    /// Returns the example's project file with the deployment instead of the sandbox.
    pub(crate) fn project(&self) -> String {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/reconcile.yaml");
        let text = std::fs::read_to_string(path).unwrap();
        let base = format!("http://127.0.0.1:{}", self.port);
        let here = format!(
            "    contract: contracts/elsewhere.yaml\n    \
             omniparcel: {{url: \"{base}/parcel\", key: {{env: PARCEL_KEY}}}}\n    \
             omnirps: {{url: \"{base}/rps/\", key: {{env: RPS_KEY}}}}\n    \
             omnireturns: {{url: \"{base}/returns\", key: {{env: RETURNS_KEY}}}}\n"
        );
        let project = text.replace("    embedded: true\n", &here);
        assert_ne!(project, text);
        project
    }

    /// Returns the requests so far, as `METHOD path`, and clears them.
    pub(crate) fn requests(&self) -> Vec<String> {
        std::mem::take(&mut self.held.lock().unwrap().requests)
    }
}

impl Held {
    fn seeded() -> Held {
        let seed: Value =
            serde_yaml::from_str(include_str!("../../src/sandbox/seed.yaml")).unwrap();
        let mut held = Held::default();
        for company in seed["Companies"].as_array().unwrap() {
            let id = company["CompanyId"].to_string();
            held.groups.push(json!({"id": id, "title": company["CompanyName"]}));
        }
        for account in seed["OmniParcel"].as_array().unwrap() {
            let id = account["AccountId"].as_u64().unwrap();
            let account = json!({"account": {"number": id, "title": account["AccountName"]}});
            held.accounts.insert(id, account);
        }
        for retailer in seed["OmniRPS"].as_array().unwrap() {
            let id = retailer["RetailerId"].as_u64().unwrap();
            let webhook = &retailer["TrackingWebhook"];
            let word = |flag: &Value, on: &str, off: &str| {
                Value::from(if flag == &json!(true) { on } else { off })
            };
            let row = json!({
                "row_id": id,
                "row_name": retailer["RetailerName"],
                "webhook_url": webhook["Url"],
                "webhook_state": word(&webhook["Enabled"], "live", "paused"),
                "shopify_state":
                    word(&retailer["ShopifyIntegrationEnabled"], "connected", "disconnected"),
                "sends_emails": word(&retailer["TrackAndTraceEmailsEnabled"], "1", "0"),
                "nobody_asks_for_this": {"kept": [1, 2]},
            });
            held.rows.insert(id, row);
        }
        for retailer in seed["OmniReturns"].as_array().unwrap() {
            let id = retailer["RetailerId"].as_u64().unwrap();
            let users = retailer["Emails"].as_array().unwrap().iter();
            let users: Vec<Value> = users.map(|mail| json!({"mail": mail})).collect();
            let published = retailer["PortalPublished"] == json!(true);
            let shop = json!({
                "shop_id": id.to_string(),
                "label": retailer["RetailerName"],
                "group": {"id": retailer["CompanyId"].to_string()},
                "state": if published { "active" } else { "inactive" },
                "hub": {"retailer": retailer["OmniRPSRetailerId"], "names": retailer["Hubs"]},
                "users": users,
            });
            held.shops.insert(id, shop);
        }
        held
    }

    fn shop(&self, id: u64) -> Option<Value> {
        let mut shop = self.shops.get(&id)?.clone();
        let group = self.groups.iter().find(|group| group["id"] == shop["group"]["id"]);
        shop["group"]["title"] = group?["title"].clone();
        Some(shop)
    }

    /// Returns the accounts, paged in some way.
    fn accounts(&mut self, cut: &str, query: &BTreeMap<String, String>) -> Value {
        let number = |name: &str| query.get(name).map(|text| text.parse::<usize>().unwrap());
        let all: Vec<Value> = self.accounts.values().cloned().collect();
        let from = |start: usize, size: usize| -> Vec<Value> {
            all.iter().skip(start).take(size).cloned().collect()
        };
        match cut {
            "whole" => json!(all),
            "by-page" => {
                let (page, size) = (number("p").unwrap(), number("n").unwrap());
                json!({"data": from(page * size, size)})
            }
            // Later page numbers return the last page.
            "by-clamped-page" => {
                let (page, size) = (number("p").unwrap(), number("n").unwrap());
                let last = all.len().div_ceil(size);
                json!({"data": from((page.min(last) - 1) * size, size)})
            }
            // Returns two records per page, regardless of the requested size.
            "by-offset" => json!({"data": from(number("skip").unwrap(), 2)}),
            // An account is added at the front between the first page and the second.
            "moving" | "settling" => {
                let start = number("skip").unwrap();
                self.moves += u64::from(start == 0);
                let moves = cut == "moving" || self.moves == 1;
                json!({"data": from(start.saturating_sub(usize::from(moves && start > 0)), 4)})
            }
            "circles" => json!({"data": from(0, 2), "paging": {"next": "c"}}),
            "by-cursor" => {
                let start = query.get("after").map_or(0, |text| text[1..].parse().unwrap());
                let size = number("n").unwrap();
                let end = start + size;
                let next = (end < all.len()).then(|| format!("c{end}"));
                json!({"data": from(start, size), "paging": {"next": next}})
            }
            _ => json!(null),
        }
    }
}

async fn answer(
    State(held): State<Arc<Mutex<Held>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut held = held.lock().unwrap();
    held.requests.push(format!("{method} {}", uri.path_and_query().unwrap()));
    let has = |name: &str, text: &str| headers.get(name).is_some_and(|value| value == text);
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    let unknown = || (StatusCode::NOT_FOUND, "no such thing").into_response();
    let (system, path) = uri.path()[1..].split_once('/').unwrap();
    match (system, method.as_str(), path) {
        ("parcel", _, _) if !has("authorization", "Bearer parcel-9") => {
            StatusCode::UNAUTHORIZED.into_response()
        }
        ("parcel", _, _) if !has("x-api-version", "2") => {
            (StatusCode::BAD_REQUEST, "say which version").into_response()
        }
        ("parcel", "PUT", "accounts") => {
            assert!(headers.contains_key("idempotency-key"));
            let id = held.accounts.keys().max().unwrap() + 1;
            let account = json!({"account": {"number": id, "title": body["account"]["title"]}});
            held.accounts.insert(id, account);
            StatusCode::NO_CONTENT.into_response()
        }
        ("parcel", "GET", path) => match path.strip_prefix("accounts/") {
            Some(cut) => json_text(held.accounts(cut, &query)),
            None => unknown(),
        },
        ("rps", _, _) if !has("x-session", "rps-9") => {
            json_text(json!({"status": "denied", "reason": "Invalid token"}))
        }
        ("rps", "POST", path) => match held.rps(path, &body) {
            Ok(mut answer) => {
                answer["status"] = "ok".into();
                json_text(answer)
            }
            Err(reason) => json_text(json!({"status": "failed", "reason": reason})),
        },
        ("returns", _, _) if !has("access_key", "returns-9") => {
            StatusCode::FORBIDDEN.into_response()
        }
        ("returns", "GET", "shops") if query["fields"] == "all" => {
            let shops: Vec<Value> = held.shops.keys().filter_map(|id| held.shop(*id)).collect();
            json_text(json!({"shops": shops}))
        }
        ("returns", "GET", "groups") => json_text(json!(held.groups)),
        ("returns", "POST", "shops") => {
            let id = held.shops.keys().max().unwrap() + 1;
            let mut shop = json!({
                "shop_id": id.to_string(), "state": "inactive", "users": [], "hub": {"names": []},
            });
            merge(&mut shop, &body);
            held.shops.insert(id, shop);
            json_text(json!({"created": true}))
        }
        ("returns", method, "shop") => {
            let id = query["shop_id"].parse().unwrap();
            if method == "PUT"
                && let Some(shop) = held.shops.get_mut(&id)
            {
                merge(shop, &body);
            }
            held.shop(id).map_or_else(unknown, json_text)
        }
        _ => unknown(),
    }
}

impl Held {
    fn rps(&mut self, path: &str, body: &Value) -> Result<Value, &'static str> {
        let row = &body["row"];
        match path {
            "search" => {
                let number = |name: &str| body[name].as_u64().unwrap() as usize;
                let rows = self.rows.values().skip(number("skip")).take(number("take"));
                Ok(json!({"rows": rows.collect::<Vec<_>>(), "count": self.rows.len()}))
            }
            "get" => {
                let id = body["row_id"].as_u64().ok_or("an id is a number")?;
                Ok(json!({"row": self.rows.get(&id).ok_or("no such row")?}))
            }
            "new" => {
                let id = self.rows.keys().max().unwrap() + 1;
                let mut new = json!({
                    "row_id": id, "webhook_state": "paused", "shopify_state": "disconnected",
                    "sends_emails": "0",
                });
                merge(&mut new, row);
                self.rows.insert(id, new.clone());
                Ok(json!({"row": new}))
            }
            // Accepts only a whole row, and replaces the old one with it.
            "save" => {
                let id = row["row_id"].as_u64().ok_or("an id is a number")?;
                let before = self.rows.get(&id).ok_or("no such row")?.as_object().unwrap();
                if before.keys().any(|key| row.get(key).is_none()) {
                    return Err("a part of the row is missing");
                }
                self.rows.insert(id, row.clone());
                Ok(json!({}))
            }
            _ => Err("no such call"),
        }
    }
}

/// JSON with another content type.
fn json_text(value: Value) -> Response {
    value.to_string().into_response()
}

fn merge(into: &mut Value, from: &Value) {
    let Value::Object(fields) = from else {
        *into = from.clone();
        return;
    };
    for (name, value) in fields {
        merge(&mut into[name.as_str()], value);
    }
}
