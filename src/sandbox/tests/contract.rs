//! The admin endpoints.

use super::*;
use System::{Omniparcel, Omnireturns, Omnirps};

#[tokio::test]
async fn a_wrong_or_missing_key_is_refused_with_status_200() {
    let bench = Bench::new().await;
    let invalid = json!({"Success": "FALSE", "Message": "Invalid token"});
    for system in System::ALL {
        let path = if system == Omniparcel { "/admin/accounts" } else { "/admin/retailers" };
        let url = format!("{}{path}", bench.sandbox.url(system));
        let wrong = bench.client.get(&url).header(key_header(system), "wrong");
        for request in [wrong, bench.client.get(&url)] {
            let reply = Reply::of(request.send().await.unwrap()).await;
            assert_eq!((reply.status, reply.json()), (200, invalid.clone()));
        }
        bench.get(system, path).await.ok();
    }
}

#[tokio::test]
async fn lists_are_paged_by_id() {
    let bench = Bench::with(Options { seed: many(5), page_size: 3, ..options() }).await;
    let ids = |body: &Value| -> Vec<i64> {
        body["Accounts"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a["AccountId"].as_i64().unwrap())
            .collect()
    };
    for (query, page, size, found) in [
        ("", 1, 3, vec![1, 2, 3]),
        ("?Page=2&PageSize=3", 2, 3, vec![4, 5]),
        ("?PageSize=200", 1, 3, vec![1, 2, 3]),
        ("?PageSize=2&Page=3", 3, 2, vec![5]),
        ("?Page=9", 9, 3, vec![]),
    ] {
        let body = bench.get(Omniparcel, &format!("/admin/accounts{query}")).await.ok();
        assert_eq!(
            (&body["Page"], &body["PageSize"], &body["Total"]),
            (&json!(page), &json!(size), &json!(5)),
            "{query}"
        );
        assert_eq!(ids(&body), found, "{query}");
    }
    for (query, property) in
        [("?Page=0", "Page"), ("?Page=x", "Page"), ("?PageSize=-1", "PageSize")]
    {
        let reply = bench.get(Omniparcel, &format!("/admin/accounts{query}")).await;
        assert_eq!(reply.refused(), [property]);
    }
}

#[tokio::test]
async fn records_have_the_contract_s_form() {
    let bench = Bench::new().await;
    let one = async |system, path: &str| bench.get(system, path).await;
    assert_eq!(
        one(Omniparcel, "/admin/accounts/101").await.ok()["Account"],
        json!({"AccountId": 101, "AccountName": "Acme Apparel", "Disabled": false})
    );
    assert_eq!(
        one(Omnireturns, "/admin/retailers/202").await.ok()["Retailer"],
        json!({
            "RetailerId": "202", "RetailerName": "Birch & Bay", "CompanyId": "1",
            "CompanyName": "SEKO", "PortalPublished": true, "OmniRPSRetailerId": "",
            "Emails": ["returns@birch.example"], "Hubs": ["SEKO OMNI NZ"], "KeyIssued": true,
        })
    );
    assert_eq!(
        one(Omnirps, "/admin/retailers/301").await.ok()["Retailer"],
        json!({
            "RetailerId": 301, "RetailerName": "Acme Apparel",
            "TrackingWebhook": {"Url": "", "Enabled": false},
            "ShopifyIntegrationEnabled": true, "TrackAndTraceEmailsEnabled": true,
            "Disabled": false, "KeyIssued": true,
        })
    );
    assert_eq!(
        one(Omnireturns, "/admin/companies").await.ok()["Companies"],
        json!([
            {"CompanyId": "1", "CompanyName": "SEKO"}, {"CompanyId": "2", "CompanyName": "Loop"}
        ])
    );
}

#[tokio::test]
async fn unknown_ids_paths_and_methods_have_an_envelope() {
    let bench = Bench::new().await;
    for (system, method, path, status) in [
        (Omniparcel, "GET", "/admin/accounts/9", 404),
        (Omniparcel, "GET", "/admin/accounts/x", 404),
        (Omniparcel, "GET", "/admin/accounts/+101", 404),
        (Omniparcel, "GET", "/admin/accounts/0101", 404),
        (Omnireturns, "PATCH", "/admin/retailers/9", 404),
        (Omnirps, "GET", "/admin/retailers/9/key", 404),
        (Omnirps, "GET", "/admin/retailers/9/uploads", 404),
        (Omnirps, "GET", "/admin/users", 404),
        (Omniparcel, "PATCH", "/admin/accounts/101", 405),
        (Omnirps, "DELETE", "/admin/retailers/301", 405),
    ] {
        let reply = bench.send(system, method, path, json!({"RetailerName": "x"})).await;
        assert_eq!((reply.status, &reply.json()["Success"]), (status, &json!(false)), "{path}");
    }
    let elsewhere = format!("http://{}/nowhere", bench.sandbox.shared.address);
    let reply = Reply::of(bench.client.get(elsewhere).send().await.unwrap()).await;
    assert_eq!((reply.status, &reply.json()["Success"]), (404, &json!(false)));
}

#[tokio::test]
async fn creates_give_a_new_account_its_defaults() {
    let bench = Bench::new().await;
    let reply =
        bench.send(Omniparcel, "POST", "/admin/accounts", json!({"AccountName": "New"})).await;
    assert_eq!(
        reply.ok()["Account"],
        json!({"AccountId": 103, "AccountName": "New", "Disabled": false})
    );
    assert_eq!(reply.etag.as_deref(), Some("\"v1\""));
    let body = json!({"RetailerName": "New", "TrackingWebhook": {"Url": "https://x.example/", "Enabled": true}});
    let rps = bench.send(Omnirps, "POST", "/admin/retailers", body).await.ok();
    assert_eq!(
        rps["Retailer"],
        json!({
            "RetailerId": 303, "RetailerName": "New",
            "TrackingWebhook": {"Url": "https://x.example/", "Enabled": true},
            "ShopifyIntegrationEnabled": false, "TrackAndTraceEmailsEnabled": true,
            "Disabled": false, "KeyIssued": true,
        })
    );
    let rps =
        bench.send(Omnirps, "POST", "/admin/retailers", json!({"RetailerName": "Plain"})).await;
    assert_eq!(rps.ok()["Retailer"]["TrackingWebhook"], json!({"Url": "", "Enabled": false}));
    let body = json!({"RetailerName": "New", "CompanyId": "1", "OmniRPSRetailerId": 303});
    let returns = bench.send(Omnireturns, "POST", "/admin/retailers", body).await.ok();
    assert_eq!(
        returns["Retailer"],
        json!({
            "RetailerId": "203", "RetailerName": "New", "CompanyId": "1", "CompanyName": "SEKO",
            "PortalPublished": false, "OmniRPSRetailerId": "303", "Emails": [], "Hubs": [],
            "KeyIssued": false,
        })
    );
    let again =
        bench.send(Omniparcel, "POST", "/admin/accounts", json!({"AccountName": "New"})).await;
    assert_eq!(again.ok()["Account"]["AccountId"], json!(104), "a name may exist twice");
}

#[tokio::test]
async fn writing_is_strict() {
    let bench = Bench::new().await;
    let cases = [
        (Omniparcel, "POST", "/admin/accounts", json!({}), vec!["AccountName"]),
        (Omniparcel, "POST", "/admin/accounts", json!({"AccountName": " "}), vec!["AccountName"]),
        (
            Omniparcel,
            "POST",
            "/admin/accounts",
            json!({"AccountName": 7, "Disabled": true}),
            vec!["AccountName", "Disabled"],
        ),
        (Omniparcel, "POST", "/admin/accounts", json!([]), vec![""]),
        (Omnireturns, "POST", "/admin/retailers", json!({"RetailerName": "X"}), vec!["CompanyId"]),
        (
            Omnireturns,
            "POST",
            "/admin/retailers",
            json!({"RetailerName": "X", "CompanyId": "9"}),
            vec!["CompanyId"],
        ),
        (
            Omnireturns,
            "POST",
            "/admin/retailers",
            json!({"RetailerName": "X", "CompanyId": 1, "Emails": []}),
            vec!["Emails"],
        ),
        (
            Omnireturns,
            "PATCH",
            "/admin/retailers/201",
            json!({"PortalPublished": "false", "OmniRPSRetailerId": true, "Hubs": "none"}),
            vec!["PortalPublished", "OmniRPSRetailerId", "Hubs"],
        ),
        (Omnireturns, "PATCH", "/admin/retailers/201", json!({"CompanyId": 9}), vec!["CompanyId"]),
        (
            Omnireturns,
            "PATCH",
            "/admin/retailers/201",
            json!({"CompanyName": "Loop", "KeyIssued": false, "RetailerId": "1"}),
            vec!["CompanyName", "KeyIssued", "RetailerId"],
        ),
        (
            Omnirps,
            "PATCH",
            "/admin/retailers/301",
            json!({"ShopifyIntegrationEnabled": 0, "Shopify": false}),
            vec!["ShopifyIntegrationEnabled", "Shopify"],
        ),
        (
            Omnirps,
            "PATCH",
            "/admin/retailers/301",
            json!({"TrackingWebhook": {"Url": "ftp://x.example", "Enabled": "Y", "User": "u"}}),
            vec!["TrackingWebhook.Url", "TrackingWebhook.Enabled", "TrackingWebhook.User"],
        ),
        (
            Omnirps,
            "PATCH",
            "/admin/retailers/301",
            json!({"TrackingWebhook": "https://x.example"}),
            vec!["TrackingWebhook"],
        ),
    ];
    let before: Vec<_> = System::ALL.map(|s| bench.sandbox.store().records(s).unwrap()).into();
    for (system, method, path, body, properties) in cases {
        let reply = bench.send(system, method, path, body.clone()).await;
        assert_eq!(reply.refused(), properties, "{body}");
    }
    let not_json = bench.request(Omniparcel, "POST", "/admin/accounts").body("{");
    assert_eq!(Reply::of(not_json.send().await.unwrap()).await.refused(), [""]);
    let after: Vec<_> = System::ALL.map(|s| bench.sandbox.store().records(s).unwrap()).into();
    assert_eq!(before, after);
    assert!(bench.log().iter().all(|line| !line.ends_with("effect")));
}

#[tokio::test]
async fn updates_change_the_given_fields_only() {
    let bench = Bench::new().await;
    let path = "/admin/retailers/201";
    let before = bench.get(Omnireturns, path).await;
    let body = json!({"CompanyId": "2", "PortalPublished": false, "RetailerName": "Acme - Loop"});
    let after = bench.send(Omnireturns, "PATCH", path, body).await;
    let mut wanted = before.ok()["Retailer"].clone();
    wanted["CompanyId"] = json!("2");
    wanted["CompanyName"] = json!("Loop");
    wanted["PortalPublished"] = json!(false);
    wanted["RetailerName"] = json!("Acme - Loop");
    assert_eq!(after.ok()["Retailer"], wanted);
    assert_eq!(bench.get(Omnireturns, path).await.ok()["Retailer"], wanted);
    let unset = bench.send(Omnireturns, "PATCH", path, json!({"OmniRPSRetailerId": ""})).await;
    assert_eq!(unset.ok()["Retailer"]["OmniRPSRetailerId"], json!(""));
    let path = "/admin/retailers/302";
    let body = json!({"TrackingWebhook": {"Enabled": false}, "TrackAndTraceEmailsEnabled": false});
    let retailer = &bench.send(Omnirps, "PATCH", path, body).await.ok()["Retailer"];
    let url = "https://api.loopreturns.com/hook/v1/seko/update";
    assert_eq!(retailer["TrackingWebhook"], json!({"Url": url, "Enabled": false}));
    assert_eq!(retailer["TrackAndTraceEmailsEnabled"], json!(false));
    let renamed = bench.send(Omnirps, "PATCH", path, json!({"RetailerName": "Other"})).await;
    assert_eq!(renamed.ok()["Retailer"]["RetailerName"], json!("Other"));
    assert_eq!(bench.log().last().unwrap(), "PATCH /admin/retailers/302 200 effect");
    bench.send(Omnirps, "PATCH", path, json!({})).await.ok();
    assert_eq!(bench.log().last().unwrap(), "PATCH /admin/retailers/302 200");
}

#[tokio::test]
async fn a_write_for_another_version_is_refused() {
    let bench = Bench::new().await;
    let path = "/admin/retailers/301";
    let first = bench.get(Omnirps, path).await.etag.unwrap();
    let patch = async |tag: &str| {
        let request = bench.request(Omnirps, "PATCH", path).header("If-Match", tag);
        let body = json!({"Disabled": false});
        Reply::of(request.json(&body).send().await.unwrap()).await
    };
    let second = patch(&first).await;
    second.ok();
    let second = second.etag.unwrap();
    assert_ne!(first, second);
    let stale = patch(&first).await;
    assert_eq!((stale.status, &stale.json()["Success"]), (412, &json!(false)));
    patch(&second).await.ok();
    patch("*").await.ok();
    let by_hand = json!({"RetailerId": 301, "Disabled": true});
    let current = bench.get(Omnirps, path).await.etag.unwrap();
    bench.sandbox.store().put(Omnirps, &by_hand).unwrap();
    assert_eq!(patch(&current).await.status, 412);
}

#[tokio::test]
async fn an_idempotency_key_creates_once() {
    let bench = Bench::new().await;
    let post = async |key: &str, name: &str| {
        let request = bench.request(Omniparcel, "POST", "/admin/accounts");
        let request = request.header("Idempotency-Key", key);
        let body = json!({"AccountName": name});
        Reply::of(request.json(&body).send().await.unwrap()).await
    };
    assert_eq!(post("k1", "").await.refused(), ["AccountName"]);
    let first = post("k1", "New").await;
    let again = post("k1", "New").await;
    assert_eq!((first.ok(), &first.etag), (again.ok(), &again.etag));
    assert_ne!(post("k2", "New").await.ok()["Account"], first.ok()["Account"]);
    assert_eq!(bench.sandbox.store().records(Omniparcel).unwrap().len(), 4);
    let effects: Vec<_> =
        bench.sandbox.store().requests().unwrap().iter().map(|r| r.effect).collect();
    assert_eq!(effects, [false, true, false, true]);
}

#[tokio::test]
async fn keys_are_made_up_from_the_id() {
    let bench = Bench::new().await;
    let returns = bench.get(Omnireturns, "/admin/retailers/201/key").await.ok();
    let rps = bench.get(Omnirps, "/admin/retailers/301/key").await.ok();
    assert_eq!(
        returns["AccessKey"],
        json!(crate::sandbox::runtime::retailer_key(Omnireturns, 201))
    );
    assert_ne!(returns["AccessKey"], rps["ApiKey"]);
    let without = json!({"RetailerId": 301, "KeyIssued": false});
    bench.sandbox.store().put(Omnirps, &without).unwrap();
    assert!(bench.get(Omnirps, "/admin/retailers/301/key").await.refused().is_empty());
}

#[tokio::test]
async fn the_log_names_requests_and_never_a_key() {
    let bench = Bench::new().await;
    bench.get(Omnirps, "/admin/retailers?Page=1&PageSize=2&Token=sandbox-omnirps-key").await;
    bench.get(Omnirps, "/admin/retailers/301/uploads?Since=2026-10-01").await;
    let url = format!("{}/admin/my-own-secret/x?Page=my-own-secret", bench.sandbox.url(Omnirps));
    bench.client.get(url).header("Token", "my-own-secret").send().await.unwrap();
    assert_eq!(
        bench.log(),
        [
            "GET /admin/retailers?Page=1&PageSize=2&[other] 200",
            "GET /admin/retailers/301/uploads?Since=2026-10-01 200",
            "GET /admin/[key]/x?[other] 404",
        ]
    );
    let all = format!("{:?}", bench.sandbox.store().requests().unwrap());
    assert!(!all.contains("sandbox-omnirps-key") && !all.contains("my-own-secret"), "{all}");
}
