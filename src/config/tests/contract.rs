//! Contract files: what is rejected, the model, and the wording.

use super::{CLEAN, checked, codes, rendered};
use crate::config::BUILT_IN;
use crate::config::{Checked, contracts};
use crate::model::contract::{LinkedPages, Method, Paging, Sends, Words};
use crate::model::{Setting, System};

/// The project file that names `contracts/a.yaml`.
const PROJECT: &str = "\
environments:
  a: {contract: contracts/a.yaml, omnirps: {url: https://a, key: {env: A}}}
";

/// A complete contract of OmniReturns, by key.
const WHOLE: [(&str, &str); 9] = [
    ("key_header", "X-Key"),
    ("success", "{flag: /ok, message: /why}"),
    ("list", "{path: /r, items: /all, paging: {style: none}}"),
    ("read", "{path: \"/r/{id}\", record: \"\"}"),
    ("create", "{path: /r, carries: [omnireturns.portal]}"),
    ("update", "{path: \"/r/{id}\"}"),
    ("id", "/id"),
    ("name", "/name"),
    ("fields", "{omnireturns.portal: {at: /on}}"),
];

/// Returns the complete contract file with some keys replaced; a key without a value is
/// removed.
pub(super) fn file(part: &str) -> String {
    let key_of = |line: &str| line.split(':').next().unwrap_or_default().trim().to_owned();
    let others: Vec<String> = part.lines().map(key_of).collect();
    let mut text = String::from("omnireturns:\n");
    for (key, value) in WHOLE.iter().filter(|(key, _)| !others.iter().any(|other| other == key)) {
        text.push_str(&format!("  {key}: {value}\n"));
    }
    for line in part.lines().filter(|line| line.contains(": ")) {
        text.push_str(&format!("  {line}\n"));
    }
    text
}

/// The code, a part of a contract with the problem, one without it. Problems that no schema can
/// detect are marked.
pub(super) const CASES: &[(&str, &str, &str)] = &[
    ("missing-key", "key_header", "key_header: Authorization"),
    ("wrong-value", "key_header: 'X Key'", "key_header: Token"),
    ("wrong-value", "idempotency_header: 'a:b'", "idempotency_header: X-Request-Id"),
    ("wrong-value", "headers: {'X Version': x}", "headers: {X-Version: '2'}"),
    ("wrong-value", "headers: {Host: x} # seen by checks", "headers: {Accept: application/json}"),
    (
        "wrong-value",
        "key_header: X-Kind\nheaders: {x-kind: y} # seen by checks",
        "headers: {x-kind: y}",
    ),
    (
        "wrong-value",
        "key_header: Token\nidempotency_header: token # seen by checks",
        "key_header: Token\nidempotency_header: Token2",
    ),
    (
        "wrong-value",
        "key_header: Idempotency-Key # seen by checks",
        "key_header: Idempotency-Key\nidempotency_header: X-Once",
    ),
    ("wrong-value", "headers: {X-A: x, x-a: y} # seen by checks", "headers: {X-A: x, X-B: y}"),
    ("wrong-value", "headers: {A: \"x\\ny\"} # seen by checks", "headers: {A: x y}"),
    ("literal-key", "headers: {X-Api-Key: abc}", "headers: {X-Api-Version: abc}"),
    ("wrong-type", "headers: {A: 2}", "headers: {A: '2'}"),
    ("missing-key", "success: {is: [ok]}", "success: {is: [ok], flag: /status}"),
    ("wrong-value", "success: {flag: /s, is: []}", "success: {flag: /s, is: ['1', ok]}"),
    ("wrong-type", "success: {flag: /s, is: ok}", "success: {flag: /s, is: [ok]}"),
    ("wrong-value", "success: {flag: ok}", "success: {errors: \"\"}"),
    ("wrong-value", "success: {flag: \"\"}", "success: {message: /a~1b}"),
    ("wrong-value", "success: {message: /a~2b}", "success:"),
    ("missing-key", "list", "list: {path: /r, items: \"\", paging: {style: none}}"),
    (
        "missing-key",
        "list: {path: /r, items: /i}",
        "list: {path: /r?active=true, items: /i, paging: {style: none}, method: POST}",
    ),
    (
        "missing-key",
        "list: {path: /r, paging: {style: none}}",
        "list: {path: /, items: /i, paging: {style: none}, method: GET}",
    ),
    (
        "missing-key",
        "list: {path: /r, items: /i, paging: {style: page, page: p, size: s}}",
        "list: {path: /r, items: /i, paging: {style: page, page: p, size: s, ask: 1}}",
    ),
    (
        "missing-key",
        "list: {path: /r, items: /i, paging: {style: offset, limit: l, ask: 1}}",
        "list: {path: /r, items: /i, paging: {style: offset, offset: o, limit: l, ask: 1}}",
    ),
    (
        "missing-key",
        "list: {path: /r, items: /i, paging: {style: cursor, cursor: c, next: /n, size: s}}",
        "list: {path: /r, items: /i, paging: {style: cursor, cursor: c, next: /n, size: s, ask: 9}}",
    ),
    (
        "missing-key",
        "list: {path: /r, items: /i, paging: {}}",
        "list: {path: /r, items: /i, paging: {style: cursor, cursor: c, next: /n}}",
    ),
    (
        "bad-limit",
        "list: {path: /r, items: /i, paging: {style: offset, offset: o, limit: l, ask: 0}}",
        "list: {path: /r, items: /i, paging: {style: offset, offset: o, limit: l, ask: 5, total: /n}}",
    ),
    (
        "bad-limit",
        "list: {path: /r, items: /i, paging: {style: page, page: p, size: s, ask: 1, first: 2}}",
        "list: {path: /r, items: /i, paging: {style: page, page: p, size: s, ask: 1, first: 0}}",
    ),
    (
        "unknown-key",
        "list: {path: /r, items: /i, paging: {style: none, ask: 5}}",
        "list: {path: /r, items: /i, paging: {style: none}}",
    ),
    (
        "unknown-value",
        "list: {path: /r, items: /i, paging: {style: pages}}",
        "list: {path: /r, items: /i, paging: {style: none}}",
    ),
    (
        "unknown-value",
        "list: {method: PUT, path: /r, items: /i, paging: {style: none}}",
        "list: {method: POST, path: /r, items: /i, paging: {style: none}}",
    ),
    (
        "wrong-value",
        "list: {path: \"/r/{id}\", items: /i, paging: {style: none}} # seen by checks",
        "list: {path: /r/id, items: /i, paging: {style: none}}",
    ),
    ("wrong-value", "read: {path: /r, record: \"\"}", "read: {path: \"/r?Id={id}\", record: /r}"),
    ("missing-key", "read: {path: \"/r/{id}\"}", "read"),
    (
        "unknown-value",
        "read: {method: PUT, path: \"/r/{id}\", record: \"\"}",
        "read: {method: POST, path: /r, record: \"\"}",
    ),
    ("unknown-value", "create: {method: PATCH, path: /r}", "create: {method: PUT, path: /r}"),
    ("missing-key", "create: {body: /r}", "create: {path: /r, body: /r, record: \"\"}"),
    ("wrong-value", "create: {path: /r, body: r}", "create: {path: /r, body: \"\"}"),
    ("wrong-value", "create: {path: \"/r/{id}\"} # seen by checks", "create: {path: /r/new}"),
    (
        "unknown-setting",
        "create: {path: /r, carries: [omnireturns.potal]}",
        "create: {path: /r, carries: [omnireturns.portal, omnireturns.name]}",
    ),
    (
        "wrong-value",
        "create: {path: /r, carries: [omnireturns.hubs]} # seen by checks",
        "create: {path: /r, carries: }",
    ),
    ("unknown-value", "update: {method: GET, path: /r}", "update: {method: POST, path: /r}"),
    ("unknown-value", "update: {path: /r, sends: all}", "update: {path: /r, sends: record}"),
    ("wrong-value", "update: {path: r}", "update: {path: /r}"),
    ("wrong-value", "update: {path: https://a.example/r}", "update: {path: /https/r}"),
    ("wrong-value", "update: {path: //a.example/r}", "update: {path: /r//x}"),
    ("wrong-value", "update: {path: '/r#x'}", "update: {path: /r%23x}"),
    ("wrong-value", "update: {path: '/r x'}", "update: {path: /r%20x}"),
    ("wrong-value", "update: {path: /r/../x} # seen by checks", "update: {path: /r/..x}"),
    ("wrong-value", "update: {path: '/r/{name}'}", "update: {path: '/r/{id}/x'}"),
    ("literal-key", "update: {path: /r?api_key=abc}", "update: {path: '/r?key={id}'}"),
    (
        "missing-key",
        "companies: {path: /c, items: /c, id: /id}",
        "companies: {path: /c, items: \"\", id: /id, name: /name, method: POST}",
    ),
    (
        "wrong-value",
        "companies: {path: /c, items: /c, id: \"\", name: /name}",
        "companies: {path: /c, items: /c, id: /id, name: /name}",
    ),
    ("missing-key", "key: {path: '/r/{id}'}", "key: {path: '/r/{id}', at: /key}"),
    ("wrong-value", "key: {path: /r, at: /key}", "key: {path: '/r?Id={id}', at: /a/b}"),
    ("wrong-value", "key: {path: '/r/{id}', at: \"\"}", "key"),
    ("missing-key", "label: {path: /l}", "label: {path: /l, key_header: access_key}"),
    ("missing-key", "label: {key_header: K}", "label: {path: /l?v=1, key_header: K}"),
    ("wrong-value", "label: {path: '/l/{id}', key_header: K} # seen by checks", "label"),
    ("wrong-value", "label: {path: /l, key_header: 'a b'}", "label"),
    (
        "url-not-https",
        "label: {url: 'http://labels.example', path: /l, key_header: K}",
        "label: {url: 'https://labels.example/api', path: /l, key_header: K}",
    ),
    (
        "wrong-value",
        "list: {path: /r, items: /i, paging: {style: page, page: p, size: p, ask: 1}} # seen by checks",
        "list: {path: /r, items: /i, paging: {style: page, page: p, size: P, ask: 1}}",
    ),
    (
        "wrong-value",
        "list: {path: '/r?a=1&p=2', items: /i, paging: {style: page, page: p, size: s, ask: 1}} # seen by checks",
        "list: {path: '/r?a=1&P=2', items: /i, paging: {style: page, page: p, size: s, ask: 1}}",
    ),
    (
        "wrong-value",
        "list: {path: /r?c, items: /i, paging: {style: cursor, cursor: c, next: /n}} # seen by checks",
        "list: {path: /r?c, items: /i, paging: {style: cursor, cursor: c, next: /n}, method: POST}",
    ),
    (
        "wrong-value",
        "fields: {omnireturns.portal: {at: /on}, omnireturns.omnirps_retailer_id: {at: /on}} # seen by checks",
        "fields: {omnireturns.portal: {at: /on}, omnireturns.omnirps_retailer_id: {at: /on2}}",
    ),
    (
        "wrong-value",
        "fields: {omnireturns.portal: {at: /on/x}, omnireturns.omnirps_retailer_id: {at: /on}} # seen by checks",
        "fields: {omnireturns.portal: {at: /on/x}, omnireturns.omnirps_retailer_id: {at: /on/y}}",
    ),
    (
        "wrong-value",
        "fields: {omnireturns.portal: {at: /on}, omnireturns.company: {at: /n, write_at: /id}} # seen by checks",
        "fields: {omnireturns.portal: {at: /on}, omnireturns.omnirps_retailer_id: {at: /n, write_at: /n}}",
    ),
    (
        "wrong-value",
        "fields: {omnireturns.portal: {at: /group/on}, omnireturns.company: {at: /n, write_at: /group}} # seen by checks",
        "fields: {omnireturns.hubs: {at: /u, each: /h}, omnireturns.emails: {at: /u, each: /e}, omnireturns.company: {at: /group/name, write_at: /group}, omnireturns.portal: {at: /on}}",
    ),
    (
        "wrong-value",
        "fields: {omnireturns.portal: {at: /name}} # seen by checks",
        "fields: {omnireturns.portal: {at: /on}, omnireturns.name: {at: /name}}",
    ),
    ("missing-key", "id", "id: /a/b"),
    ("wrong-value", "name: \"\"", "name: /~0"),
    ("unknown-key", "filds: {}", "create\nfields: {}"),
    ("unknown-key", "read: {path: '/{id}', record: /r, carries: []}", "create"),
    (
        "unknown-setting",
        "fields: {omnirps.shopify_integration: {at: /s}, omnireturns.portal: {at: /on}}",
        "fields: {omnireturns.hubs: {at: /s}, omnireturns.portal: {at: /on}}",
    ),
    (
        "unknown-setting",
        "fields: {omnireturns.retailer: {at: /s}, omnireturns.portal: {at: /on}}",
        "fields: {omnireturns.name: {at: /s}, omnireturns.portal: {at: /on}}",
    ),
    (
        "missing-key",
        "fields: {omnireturns.portal: {}}",
        "fields: {omnireturns.portal: {at: /on, on: active, off: inactive}}",
    ),
    (
        "missing-key",
        "fields: {omnireturns.portal: {at: /on, on: active}}",
        "fields: {omnireturns.portal: {at: /on, on: 'Y', off: 'N'}}",
    ),
    (
        "wrong-value",
        "fields: {omnireturns.portal: {at: /on, on: up, off: Up}} # seen by checks",
        "fields: {omnireturns.portal: {at: /on, on: up, off: down}}",
    ),
    (
        "wrong-value",
        "fields: {omnireturns.portal: {at: /on}, omnireturns.name: {at: /n, on: a, off: b}}",
        "fields: {omnireturns.portal: {at: /on}, omnireturns.emails: {at: /n, each: \"\"}}",
    ),
    (
        "wrong-value",
        "fields: {omnireturns.portal: {at: /on, each: /x}}",
        "fields: {omnireturns.portal: {at: /on}, omnireturns.emails: {at: /n, each: /x}}",
    ),
    (
        "wrong-value",
        "fields: {omnireturns.portal: {at: /on, write_at: /x}}",
        "fields: {omnireturns.portal: {at: /on}, omnireturns.company: {at: /n, write_at: /x}}",
    ),
];

pub(super) fn checked_contract(text: &str) -> Checked {
    checked(&[
        ("reconcile.yaml", PROJECT),
        ("contracts/a.yaml", text),
        ("retailers/acme.yaml", CLEAN),
    ])
}

#[test]
fn each_problem_is_reported_alone() {
    let mut wrong = Vec::new();
    for (code, bad, good) in CASES {
        let found = checked_contract(&file(bad));
        if codes(&found) != [*code] {
            wrong.push(format!("{bad}\n{}", rendered(&found)));
        }
        let found = checked_contract(&file(good));
        if !codes(&found).is_empty() {
            wrong.push(format!("{good}\n{}", rendered(&found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_system_without_companies_has_no_call_for_them() {
    let text = file("companies: {path: /c, items: /c, id: /id, name: /name}\ncreate\nfields");
    assert_eq!(codes(&checked_contract(&text)), [""; 0]);
    let of_omnirps = text.replace("omnireturns:", "omnirps:");
    assert_eq!(codes(&checked_contract(&of_omnirps)), ["unknown-key"]);
}

#[test]
fn a_system_that_issues_no_keys_has_no_call_for_them() {
    let text = file("key: {path: '/r/{id}', at: /key}\ncreate\nfields");
    assert_eq!(codes(&checked_contract(&text)), [""; 0]);
    let of_omniparcel = text.replace("omnireturns:", "omniparcel:");
    assert_eq!(codes(&checked_contract(&of_omniparcel)), ["unknown-key"]);
}

/// A contract of OmniRPS with an additional key.
fn of_omnirps(part: &str) -> Checked {
    checked_contract(&file(&format!("{part}\ncreate\nfields")).replace("omnireturns:", "omnirps:"))
}

#[test]
fn returns_are_uploaded_and_looked_up_in_omnirps() {
    let uploads = "uploads: {path: '/u/{id}?from={since}', items: \"\", connote: /c, received_at: /r, \
                   processed_at: /p, order: /o, source: /s}";
    for good in [
        "upload: {path: /up, key_header: Token, name_header: RetailerName}",
        "upload: {url: 'http://127.0.0.1:8', path: /up, key_header: Token, name_header: N}",
        "upload: {path: /up, key_header: T, name_header: N, success: {flag: /s, is: [ok]}}",
        uploads,
        "uploads: {path: '/u/{id}', items: /i, connote: /c, received_at: /r, processed_at: /p}",
    ] {
        assert_eq!(codes(&of_omnirps(good)), [""; 0], "{good}");
    }
    for (code, bad) in [
        ("missing-key", "upload: {path: /up, key_header: Token}".to_owned()),
        ("missing-key", "upload: {path: /up, name_header: N}".to_owned()),
        ("wrong-value", "upload: {path: /up, key_header: T, name_header: 'a b'}".to_owned()),
        ("wrong-value", "upload: {path: /up, key_header: Token, name_header: token}".to_owned()),
        (
            "missing-key",
            "upload: {path: /up, key_header: T, name_header: N, success: {is: [ok]}}".to_owned(),
        ),
        ("url-not-https", "upload: {url: x, path: /up, key_header: T, name_header: N}".to_owned()),
        ("wrong-value", uploads.replace("{id}", "id")),
        ("wrong-value", uploads.replace("{since}", "{from}")),
        ("wrong-value", uploads.replace("order: /o", "order: o")),
        ("missing-key", uploads.replace(", received_at: /r", "")),
        ("missing-key", uploads.replace(", connote: /c", "")),
        ("missing-key", uploads.replace(" items: \"\",", "")),
    ] {
        assert_eq!(codes(&of_omnirps(&bad)), [code], "{bad}");
    }
}

#[test]
fn a_call_of_another_system_is_reported() {
    let label = "label: {path: /l, key_header: K}";
    assert_eq!(codes(&checked_contract(&file(label))), [""; 0]);
    assert_eq!(codes(&of_omnirps(label)), ["unknown-key"]);
    let upload = "upload: {path: /up, key_header: Token, name_header: N}";
    assert_eq!(codes(&checked_contract(&file(upload))), ["unknown-key"]);
}

#[test]
fn the_endpoint_of_a_key_is_not_a_secret() {
    let shown = rendered(&checked_contract(&file("key: {path: '/r/{name}', at: key}")));
    assert!(shown.contains("key: {path: '/r/{name}', at: ***}"), "{shown}");
}

#[test]
fn a_file_becomes_the_contracts_of_the_systems_that_it_lists() {
    let text = file(
        "list: {path: /r, items: /i, paging: {style: cursor, cursor: c, next: /n}}\n\
         update: {method: POST, path: /change, body: /it, sends: record}\n\
         fields: {omnireturns.portal: {at: /s, on: up, off: down}}",
    );
    let found = checked_contract(&text);
    let contracts = &found.project.environments["a"].contracts;
    assert_eq!(contracts.keys().collect::<Vec<_>>(), [&System::Omnireturns]);
    let contract = &contracts[&System::Omnireturns];
    assert_eq!(contract.idempotency_header, "Idempotency-Key");
    assert_eq!(
        contract.list.paging,
        Paging::Cursor(LinkedPages {
            cursor: "c".into(),
            next: "/n".into(),
            size: None,
            ask: None
        })
    );
    let update = contract.update.as_ref().unwrap();
    assert_eq!((update.method, update.sends, &*update.body), (Method::Post, Sends::Record, "/it"));
    assert_eq!(update.record, None);
    let words = Words { on: "up".into(), off: "down".into() };
    assert_eq!(contract.fields[&Setting::OmnireturnsPortal].words, Some(words));
    assert_eq!(contract.fields[&Setting::OmnireturnsName].at, "/name", "a name needs no field");
    assert!(found.project.environments["sandbox"].contracts.is_empty());
    assert_eq!(found.files, 3);
}

#[test]
fn the_built_in_contract_is_such_a_file() {
    let found = checked_contract(BUILT_IN);
    assert_eq!(codes(&found), [""; 0], "{}", rendered(&found));
    assert_eq!(found.project.environments["a"].contracts, contracts(BUILT_IN));
    assert_eq!(contracts(BUILT_IN).len(), 3);
}

#[test]
fn an_incomplete_contract_is_not_used() {
    let found = checked_contract(&file("id"));
    assert!(found.report.has_errors());
    assert!(found.project.environments["a"].contracts.is_empty());
}

#[test]
fn one_file_of_two_environments_is_reported_once() {
    let two = "\
environments:
  a: {contract: contracts/a.yaml, omnirps: {url: https://a, key: {env: A}}}
  b: {contract: contracts/a.yaml, omnirps: {url: https://b, key: {env: B}}}
";
    let found = checked(&[("reconcile.yaml", two), ("contracts/a.yaml", "omnirpss: {}\n")]);
    assert_eq!(codes(&found), ["unknown-key"]);
}

#[test]
fn every_problem_of_a_contract_is_reported_with_its_position() {
    let text = "\
omniparcel:
  key_header: access key
  headers: {X-Token: sk_live_Zq9}
  list: {path: admin/accounts, items: Accounts, paging: {style: page, page: Page, ask: 0}}
  id: /AccountId
omnirps:
  key_header: Token
  success: {flag: /ok, is: []}
  list: {path: /r, items: /r, paging: {style: none}}
  updat: {path: /r}
  id: 7
  name: /n
  fields:
    omnirps.shopify: {at: /s}
    omnirps.track_and_trace_emails: {at: /t, on: yes}
";
    let shown = rendered(&checked_contract(text));
    assert!(!shown.contains("sk_live_Zq9"));
    insta::assert_snapshot!(shown, @r#"
    error[missing-key]: `omniparcel` has no `name`
     --> contracts/a.yaml:1:1
      |
    1 | omniparcel:
      | ^^^^^^^^^^
      |
      = hint: add `name:` (a pointer to a record's name)

    error[wrong-value]: `omniparcel.key_header` is not a valid header name
     --> contracts/a.yaml:2:15
      |
    2 |   key_header: **********
      |               ^^^^^^^^^^
      |
      = hint: write letters, digits and hyphens, as in `X-Api-Version`

    error[literal-key]: `omniparcel.headers.X-Token` holds a key in plain text
     --> contracts/a.yaml:3:22
      |
    3 |   headers: {X-Token: ***********}
      |                      ^^^^^^^^^^^
      |
      = hint: name its header in `key_header`, say where the key is kept in the project file, and have a new one issued

    error[wrong-value]: `omniparcel.list.path` does not begin with one `/`
     --> contracts/a.yaml:4:16
      |
    4 |   list: {path: admin/accounts, items: Accounts, paging: {style: page, page: Page, ask: 0}}
      |                ^^^^^^^^^^^^^^
      |
      = hint: write what follows the system's `url`, as in `/admin/retailers`

    error[wrong-value]: `omniparcel.list.items` is not a JSON pointer
     --> contracts/a.yaml:4:39
      |
    4 |   list: {path: admin/accounts, items: Accounts, paging: {style: page, page: Page, ask: 0}}
      |                                       ^^^^^^^^
      |
      = hint: write a JSON pointer, as in `/Retailer/Name`; `""` is the whole

    error[missing-key]: `omniparcel.list.paging` has no `size`
     --> contracts/a.yaml:4:49
      |
    4 |   list: {path: admin/accounts, items: Accounts, paging: {style: page, page: Page, ask: 0}}
      |                                                 ^^^^^^
      |
      = hint: add `size:` (the parameter for the page size)

    error[bad-limit]: `omniparcel.list.paging.ask` is out of range
     --> contracts/a.yaml:4:88
      |
    4 |   list: {path: admin/accounts, items: Accounts, paging: {style: page, page: Page, ask: 0}}
      |                                                                                        ^
      |
      = hint: write a whole number from 1 to 100000

    error[wrong-value]: `omnirps.success.is` is an empty list
     --> contracts/a.yaml:8:24
      |
    8 |   success: {flag: /ok, is: []}
      |                        ^^
      |
      = hint: list at least one, or remove it

    error[unknown-key]: unknown key `updat` in `omnirps`
      --> contracts/a.yaml:10:3
       |
    10 |   updat: {path: /r}
       |   ^^^^^
       |
       = hint: did you mean `update`?

    error[wrong-type]: `omnirps.id` is a number, but must be text
      --> contracts/a.yaml:11:7
       |
    11 |   id: 7
       |       ^
       |
       = hint: put the value in quotes

    error[unknown-setting]: `omnirps.fields.omnirps.shopify` is not a setting
      --> contracts/a.yaml:14:5
       |
    14 |     omnirps.shopify: {at: /s}
       |     ^^^^^^^^^^^^^^^
       |
       = hint: write `omnirps.tracking_webhook.url`, `omnirps.tracking_webhook.enabled`, `omnirps.shopify_integration` or `omnirps.track_and_trace_emails`

    error[missing-key]: `omnirps.fields.omnirps.track_and_trace_emails` has no `off`
      --> contracts/a.yaml:15:5
       |
    15 |     omnirps.track_and_trace_emails: {at: /t, on: yes}
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       |
       = hint: add `off:` with the system's word for it
    "#);
}
