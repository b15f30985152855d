//! A key that was written into a file is never shown.

use super::{CLEAN, checked, rendered};
use insta::assert_snapshot;

const SECRET: &str = "sk_live_Zq9";

fn shown(files: &[(&str, &str)]) -> String {
    let shown = rendered(&checked(files));
    assert!(!shown.is_empty());
    shown
}

#[test]
fn a_literal_key_is_never_shown() {
    for project in [
        "environments: {a: {omnirps: {url: https://a, key: sk_live_Zq9}}}\n",
        "environments: {a: {omnirps: {url: http://a, key: 'sk_live_Zq9', more: 1}}}\n",
        "environments:\n  a:\n    omnirps:\n      url: https://a\n      key: |\n        sk_live_Zq9\n",
        "environments: {a: {omnirps: {url: https://a, key: {env: sk_live_Zq9-x}}}}\n",
        "environments: {a: {omnirps: {url: https://a, key: {value: sk_live_Zq9}}}}\n",
        "environments: {a: {omnirps: {url: https://a, key: [sk_live_Zq9]}}}\n",
        "environments: {a: {omnirps: {url: \"https://me:sk_live_Zq9@a\", key: {env: A}}}}\n",
        "environments: {a: {omnirps: {url: \"https://a?token=sk_live_Zq9\", key: {env: A}}}}\n",
        "environments: {a: {omnirps: {url: https://a, key: &k sk_live_Zq9}}}\n",
        "environments: {a: {omnirps: {url: https://a, key: !k sk_live_Zq9}}}\n",
        "environments: {a: {omnirps: {key: sk_live_Zq9, key: sk_live_Zq9}}}\n",
        "environments: {a: {omnirps: {key: sk_live_Zq9\n",
        "environments:\n  a:\n   key: sk_live_Zq9\n  - b: [\n",
        "key: |\nsk_live_Zq9\n",
        "api_key: \"sk_live_Zq9\n",
        "---\nkey: sk_live_Zq9\n---\nkey: sk_live_Zq9\n",
        "password: sk_live_Zq9\u{1b}\n",
        "environments: {a: {omnirps: {sql: {url: 'postgres://me:sk_live_Zq9@db/x', query: s}}}}\n",
        "environments: {a: {omnirps: {sql: {url: 'mysql://db/x?password=sk_live_Zq9', query: s}}}}\n",
        "environments: {a: {omnirps: {sql: {url: db:sk_live_Zq9, query: s}}}}\n",
        "environments: {a: {omnirps: {sql: {url: {env: 'x://me:sk_live_Zq9@db'}, query: s}}}}\n",
        "environments:\n  a:\n    omnirps:\n      sql:\n        url: sk_live_Zq9\n",
        "environments: {a: {omnirps: {url: 'https://a?k=sk_live_Zq9', key: {env: A}}}}\n",
        "environments: {a: {omnirps: {url: 'https://a#sk_live_Zq9', key: {env: A}}}}\n",
        "environments: {a: {omnirps: {url: 'a.example?k=sk_live_Zq9', key: {env: A}}}}\n",
        "environments: {a: {omnirps: {url: \"https://a\\x3fk=sk_live_Zq9\", key: {env: A}}}}\n",
        "environments: {a: {omnirps: {url: 'https://a?k=a b\"sk_live_Zq9', key: {env: A}}}}\n",
        "environments: {a: {omnirps: {url: 'me:sk_live_Zq9@a', key: {env: A}}}}\n",
        "environments: {a: {omnirps: {url: 'https:/u:sk_live_Zq9@a/rps', key: {env: A}}}}\n",
        "environments: {a: {omnirps: {url: \"https:/u:sk_live_Zq9@a\n",
        "partner: {tracking_webhook_url: 'http://a.example/?t=sk_live_Zq9'}\n",
        "partner: {tracking_webhook_url: \"http:\\/\\/a.example/?t=sk_live_Zq9\"}\n",
        "state: {postgres: {url: db:sk_live_Zq9}}\n",
        "state: {s3: {bucket: b, endpoint: 'http://a.example/?t=sk_live_Zq9'}}\n",
        "partner: {recipients: {Loop: AGE-SECRET-KEY-1sk_live_Zq9}}\n",
        "partner: {recipients: {Loop: age-secret-key-1sk_live_Zq9}}\n",
        "partner: {recipients: {Loop: [AGE-SECRET-KEY-1sk_live_Zq9]}}\n",
        "partner: {recipients: [AGE-SECRET-KEY-1sk_live_Zq9]}\n",
        "partner: {recipients: {AGE-SECRET-KEY-1sk_live_Zq9: Loop}}\n",
        "partner: {recipients: {AGE-SECRET-KEY-1sk_live_Zq9: }}\n",
        "partner: {AGE-SECRET-KEY-1sk_live_Zq9: Loop}\n",
        "partner: {recipients: {AGE-SECRET-KEY-1sk_live_Zq9: a, AGE-SECRET-KEY-1sk_live_Zq9: a}}\n",
        "partner: {recipients: {Loop: AGE-SECRET-KEY-1sk_live_Zq9\n",
    ] {
        let shown = shown(&[("reconcile.yaml", project), ("retailers/a.yaml", CLEAN)]);
        assert!(!shown.contains(SECRET), "{project}\n{shown}");
    }
    for lines in [
        "api_key: sk_live_Zq9\n",
        "{token: sk_live_Zq9}: x\n",
        "username: sk_live_Zq9\npassword: sk_live_Zq9\n",
        "ids: {omnirps: [], token: sk_live_Zq9}\n",
        "notes: 5 # password: sk_live_Zq9\n",
        "omnireturns: {name: \"a@b.example\", secret: sk_live_Zq9}\n",
        "settings: {omnirps.api_key: {value: sk_live_Zq9}}\n",
        "notes: AGE-SECRET-KEY-1sk_live_Zq9\n",
        "notes: |\n  the key is\n  age-secret-key-1sk_live_Zq9.\n",
        "# AGE-SECRET-KEY-1sk_live_Zq9\n",
        "settings:\n  omnirps.tracking_webhook.url: {value: 'http://a.example/?t=sk_live_Zq9', reason: x}\n",
        "settings:\n  omnirps.tracking_webhook.url: {value: '//a.example/?t=sk_live_Zq9', reason: x}\n",
        "milestones: {test_label: {on: 2026-10-05, by: AGE-SECRET-KEY-1sk_live_Zq9}}\n",
        "milestones: {test_label: {on: 2026-10-05, connote: ' AGE-SECRET-KEY-1sk_live_Zq9'}}\n",
        "milestones: {AGE-SECRET-KEY-1sk_live_Zq9: 2026-10-05}\n",
        "settings: {omnireturns.name: {value: AGE-SECRET-KEY-1sk_live_Zq9, reason: x}}\n",
    ] {
        let shown = shown(&[("retailers/a.yaml", &format!("{CLEAN}{lines}"))]);
        assert!(!shown.contains(SECRET), "{lines}\n{shown}");
    }
    let invalid = [b"key: sk_live_Zq9 \xff\n".as_slice(), b"key:\n  sk_live_Zq9\xff\n"];
    for bytes in invalid {
        let sources = super::Sources {
            retailers: vec![super::source("retailers/a.yaml", bytes)],
            ..super::Sources::default()
        };
        assert!(!rendered(&super::check(&sources, super::TODAY)).contains(SECRET));
    }
}

#[test]
fn a_key_without_its_colon_or_its_name_is_never_shown() {
    for route in [
        "key:sk_live_Zq9",
        "key=sk_live_Zq9",
        "key;sk_live_Zq9",
        "key：sk_live_Zq9",
        "key sk_live_Zq9",
        "key sk_live_Zq9: x",
        "kye:sk_live_Zq9",
        "kye sk_live_Zq9",
        "keyy: sk_live_Zq9",
        "kye: 'sk_live_Zq9'",
        "Kye: [sk_live_Zq9]",
        "kye: {value: sk_live_Zq9}",
        "token:sk_live_Zq9",
        "tokens sk_live_Zq9",
        "x api_key:sk_live_Zq9",
        "key_header:sk_live_Zq9",
        "key: {env: A}, headers:sk_live_Zq9",
        "sql: {url:\"postgres://u:sk_live_Zq9@h/db\"}",
        "sql: {url:postgres://u:sk_live_Zq9@h/db}",
        "sql: {url:u sk_live_Zq9@h/db}",
        "sql: {url:db:sk_live_Zq9}",
        "sql: {value:https://u:sk_live_Zq9@h}",
        "https://h/x?sk_live_Zq9",
    ] {
        let project =
            format!("environments: {{a: {{omnirps: {{url: \"https://a\", {route}}}}}}}\n");
        let shown = shown(&[("reconcile.yaml", &project), ("retailers/a.yaml", CLEAN)]);
        assert!(!shown.contains(SECRET), "{project}\n{shown}");
    }
    for key in ["key:sk_live_Zq9", "key=sk_live_Zq9", "kye:sk_live_Zq9", "key sk_live_Zq9"] {
        let project = format!("environments: {{a: {{omnirps: {{{key}, {key}}}}}}}\n");
        let shown = shown(&[("reconcile.yaml", &project), ("retailers/a.yaml", CLEAN)]);
        assert!(shown.contains("occurs twice") && !shown.contains(SECRET), "{project}\n{shown}");
    }
    for project in [
        "state: {handoff_key:sk_live_Zq9}\n",
        "state: {handof_key: sk_live_Zq9}\n",
        "partner: {tracking_webhook_url:https://h/x?token=sk_live_Zq9}\n",
        "partner: {tracking_webhook_url=https://h/?sk_live_Zq9}\n",
        "environments:\n  a:\n    omnirps:\n      url: https://a\n      key sk_live_Zq9\n",
        "environments:\n  a:\n    omnirps:\n      key sk_live_Zq9\n      url: https://a\n",
        "environments:\n  a:\n    omnirps:\n      url: https://a\n      key：sk_live_Zq9\n",
        "environments:\n  a:\n    omnirps:\n      key：sk_live_Zq9\n      url: https://a\n",
        "environments:\n  a:\n    omnirps:\n      url: https://a\n      kye: sk_live_Zq9\n",
        "environments: {a: {omnirps: {kye: sk_live_Zq9\n",
        "environments: {'a:b token=sk_live_Zq9': {omnirps: 5}}\n",
    ] {
        let shown = shown(&[("reconcile.yaml", project), ("retailers/a.yaml", CLEAN)]);
        assert!(!shown.contains(SECRET), "{project}\n{shown}");
    }
    for entry in ["token:sk_live_Zq9", "token sk_live_Zq9", "password=sk_live_Zq9"] {
        let file = format!("{{retailer: Acme, journey: new, {entry}}}\n");
        let shown = shown(&[("retailers/a.yaml", &file)]);
        assert!(!shown.contains(SECRET), "{file}\n{shown}");
    }
}

#[test]
fn a_key_without_its_colon_or_its_name_is_reported() {
    let told = |route: &str| {
        let project = format!("environments: {{a: {{omnirps: {{url: 'https://a', {route}}}}}}}\n");
        let found = checked(&[("reconcile.yaml", &project)]).report.diagnostics;
        let told = found.iter().map(|found| format!("{}: {}", found.code, found.message));
        told.collect::<Vec<String>>().join("\n")
    };
    assert_snapshot!(told("key:sk_live_Zq9"), @"literal-key: `key` holds a key or password in plain text");
    assert_snapshot!(told("kye: sk_live_Zq9"), @"literal-key: `kye` holds a key or password in plain text");
    assert_snapshot!(told("key: {env: A}, sql: {url:postgres://h/db, query: s}"), @"unknown-key: unknown key `url:***` in `environments.a.omnirps.sql`");
    // These hold no secrets.
    assert_snapshot!(told("kye: {env: A}"), @"unknown-key: unknown key `kye` in `environments.a.omnirps`");
    assert_snapshot!(told("key: {env: A}, key header: X-Key"), @"unknown-key: unknown key `key header` in `environments.a.omnirps`");
    assert_snapshot!(told("key: {env: A}, note:see a@b.example"), @"unknown-key: unknown key `note:see a@b.example` in `environments.a.omnirps`");
}

#[test]
fn a_literal_header_is_never_shown() {
    for headers in [
        "{X-A: sk_live_Zq9}",
        "{X-A: 'sk_live_Zq9'}",
        "{X-A: {value: sk_live_Zq9}}",
        "{X-A: {env: sk_live_Zq9-x}}",
        "{X-A: {sk_live_Zq9}}",
        "{X-A: {sk_live_Zq9: x}}",
        "{X-A: [sk_live_Zq9]}",
        "{X-A: &a sk_live_Zq9}",
        "{X-A: !t sk_live_Zq9}",
        "!t {X-A: sk_live_Zq9}",
        "&a {X-A: sk_live_Zq9}",
        "{X-A:sk_live_Zq9}",
        "{'X-A: sk_live_Zq9'}",
        "{X-A sk_live_Zq9: {env: A}}",
        "{sk_live_Zq9}",
        "{[sk_live_Zq9]: x}",
        "{X-A:sk_live_Zq9, X-A:sk_live_Zq9}",
        "['X-A: sk_live_Zq9']",
        "'X-A: sk_live_Zq9'",
        "sk_live_Zq9",
        "{X-A: sk_live_Zq9, X-A: sk_live_Zq9}",
        "\n        X-A: sk_live_Zq9",
        "\n        X-A: |\n          sk_live_Zq9",
        "\n        X-A:\n          sk_live_Zq9",
        "\n        # X-B: sk_live_Zq9\n        X-A: sk_live_Zq9 # sk_live_Zq9",
        "\n        X-A: sk_live_Zq9\n        # X-B: sk_live_Zq9\n        X-C: sk_live_Zq9",
        "{X-A: sk_live_Zq9",
        "\n        X-A: sk_live_Zq9\n       b: [",
    ] {
        for name in ["headers", "Headers", "header"] {
            let project = format!(
                "environments:\n  a:\n    omnirps:\n      url: https://a\n      key: {{env: A}}\n      \
                 {name}: {headers}\n"
            );
            let shown = shown(&[("reconcile.yaml", &project), ("retailers/a.yaml", CLEAN)]);
            assert!(!shown.contains(SECRET), "{project}\n{shown}");
        }
    }
    for route in [
        "{url: http://a, key: {env: A}, key_header: 'Bearer sk_live_Zq9'}",
        "{url: http://a, key: {env: A}, key_header: sk_live_Zq9}",
        "{url: http://a, key: {env: A}, key_header: [sk_live_Zq9]}",
        "{url: http://a, key: {sk_live_Zq9}}",
        "{url: http://a, key: {sk_live_Zq9: A}}",
        "!t {headers: {X-A: sk_live_Zq9}}",
    ] {
        let project = format!("environments: {{a: {{omnirps: {route}}}}}\n");
        let shown = shown(&[("reconcile.yaml", &project), ("retailers/a.yaml", CLEAN)]);
        assert!(!shown.contains(SECRET), "{project}\n{shown}");
    }
}

#[test]
fn the_names_of_headers_are_shown() {
    let shown = shown(&[(
        "reconcile.yaml",
        "environments:\n  a:\n    omnirps:\n      url: http://a\n      key: {env: A}\n      \
         headers: {X-Gateway: sk_live_Zq9, X-Tenant: {env: TENANT}}\n",
    )]);
    assert!(shown.contains("headers.X-Gateway` is a key in plain text"), "{shown}");
    assert!(shown.contains("{X-Gateway: ***********, X-Tenant: {env: TENANT}}"), "{shown}");
}

#[test]
fn the_place_of_a_key_is_shown() {
    let shown = shown(&[(
        "reconcile.yaml",
        "environments: {a: {omnirps: {url: http://a, key: {env: OMNIRPS_KEY}}}}\n",
    )]);
    assert!(shown.contains("OMNIRPS_KEY"), "{shown}");
}

#[test]
fn a_secret_key_is_reported_anywhere() {
    let files = checked(&[(
        "retailers/acme.yaml",
        "\
retailer: Acme
journey: existing
# AGE-SECRET-KEY-1QQQQ
milestones:
  keys_requested: {on: 2026-10-01, by: age-secret-key-1qqqq}
notes: |
  The key is AGE-SECRET-KEY-PQ-1QQQQ, mind it.
",
    )]);
    assert_snapshot!(rendered(&files), @"
    error[literal-key]: this is the secret half of an age key pair; the file is in Git, and a secret key must not be
     --> retailers/acme.yaml:3:3
      |
    3 | # ********************
      |   ^^^^^^^^^^^^^^^^^^^^
      |
      = hint: remove it, and have a new pair made: Git keeps the old one

    error[literal-key]: this is the secret half of an age key pair; the file is in Git, and a secret key must not be
     --> retailers/acme.yaml:5:40
      |
    5 |   keys_requested: {on: 2026-10-01, by: *********************
      |                                        ^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: remove it, and have a new pair made: Git keeps the old one

    error[literal-key]: this is the secret half of an age key pair; the file is in Git, and a secret key must not be
     --> retailers/acme.yaml:7:14
      |
    7 | **********************************************
      |              ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: remove it, and have a new pair made: Git keeps the old one
    ");
}
