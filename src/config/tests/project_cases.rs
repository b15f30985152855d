//! Cases for each code that is reported in the project file and the files that it names: one
//! that is reported, and one that is not.

use super::cases::Case;
use super::cases::Files::{Project, Several};

/// A project file that names a label file.
const WITH_LABEL: &str =
    "environments: {a: {omnirps: {read: none}, verify: {label: labels/a.yaml}}}";

pub(super) const CASES: &[Case] = &[
    (
        "bad-label",
        Several(&[("labels/a.yaml", "Origin: {}"), ("reconcile.yaml", WITH_LABEL)]),
        Several(&[
            ("labels/a.yaml", include_str!("../../sandbox/label.yaml")),
            ("reconcile.yaml", WITH_LABEL),
        ]),
    ),
    (
        "comment-in-name",
        Several(&[
            (
                "labels/a.yaml",
                "{Origin: {Name: Ann, Email: ann@x.example, Address: {StreetAddress: 1 Street #4\n, \
                 CountryCode: NZ}}, Destination: {Name: Hub, Address: {StreetAddress: 2 Way, \
                 CountryCode: NZ}}, Packages: [{Kg: 1}], Commodities: [{Description: d, SKU: s, \
                 Reason: r, ReturnAction: REFUND, CommodityCode: '6', UnitValue: 1, UnitKg: 0.5}]}",
            ),
            ("reconcile.yaml", WITH_LABEL),
        ]),
        Several(&[
            ("labels/a.yaml", include_str!("../../sandbox/label.yaml")),
            ("reconcile.yaml", WITH_LABEL),
        ]),
    ),
    (
        "comment-in-name",
        Project("partner:\n  hub_addresses:\n    - name: Hub\n      lines:\n        - Street #4"),
        Project("partner:\n  hub_addresses: #4\n    - name: Hub\n      lines:\n        - Street"),
    ),
    (
        "comment-in-name",
        Project("people:\n  support: Ilse #2"),
        Project("people: #2\n  support: Ilse"),
    ),
    (
        "comment-in-name",
        Project("partner:\n  name: Loop #2"),
        Project("partner:\n  name: 'Loop #2'"),
    ),
    (
        "comment-in-name",
        Project("partner:\n  name_suffix: '- Loop'\n  company: Loop #2"),
        Project("partner:\n  name_suffix: '- Loop'\n  company: Loop # 2"),
    ),
    (
        "comment-in-name",
        Project("partner:\n  name_suffix: Loop #2"),
        Project("partner:\n  name_suffix: 'Loop #2'"),
    ),
    (
        "odd-name",
        Project("partner: {company: \"Loop\u{a0}Ltd\"}"),
        Project("partner: {company: Loop Ltd}"),
    ),
    (
        "odd-name",
        Project("partner: {name: CafÃ©}"),
        Project("partner: {name: Café, name_suffix: '- Café'}"),
    ),
    (
        "bad-limit",
        Project("environments: {sandbox: {embedded: true, limits: {concurrency: 0}}}"),
        Project("environments: {sandbox: {embedded: true, limits: {concurrency: 1, retries: 0}}}"),
    ),
    (
        "bad-limit",
        Project("safety: {max_changed_retailers_percent: 101}"),
        Project("safety: {max_changed_retailers_percent: 100}"),
    ),
    ("bad-limit", Project("safety: {from_retailers: -1}"), Project("safety: {from_retailers: 1}")),
    (
        "bad-recipient",
        Project("partner: {recipients: {Loop: age1grsyt5s65ref}}"),
        Project(
            "partner: {recipients: {Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
        ),
    ),
    (
        "bad-recipient",
        // Its checksum is wrong.
        Project(
            "partner: {recipients: {Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rq}}",
        ),
        Project("partner: {recipients: }"),
    ),
    (
        "bad-recipient",
        // A point of low order, to which nothing can be encrypted.
        Project(
            "partner: {recipients: {Loop: age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z}}",
        ),
        Project("partner: {recipients: }"),
    ),
    (
        "bad-recipient",
        // A point of low order, to which nothing can be encrypted.
        Project(
            "partner: {recipients: {Loop: age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhqqqzyt4v9}}",
        ),
        Project("partner: {recipients: }"),
    ),
    (
        "bad-recipient",
        // A point of low order, to which nothing can be encrypted.
        Project(
            "partner: {recipients: {Loop: age1anlllllllllllllllllllllllllllllllllllllllllllllllals4n2t7m}}",
        ),
        Project("partner: {recipients: }"),
    ),
    (
        "duplicate-recipient",
        Project(
            "partner: {recipients: {Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp, \
             Loop's vault: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
        ),
        Project(
            "partner: {recipients: {Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp, \
             Loop's vault: age18vural94rrehly7x9aje2xkfzsezke5uw8hangkhzn3cgjs3zqqqmycyr4}}",
        ),
    ),
    (
        "empty-value",
        Project(
            "partner: {recipients: {'': age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
        ),
        Project(
            "partner: {recipients: {Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
        ),
    ),
    (
        "environment-conflict",
        Project("environments: {a: {embedded: true, omnirps: {url: https://a, key: {env: A}}}}"),
        Project("environments: {a: {omnirps: {url: https://a, key: {env: A}}}}"),
    ),
    (
        "environment-conflict",
        Project("environments: {a: {limits: {retries: 1}}}"),
        Project("environments: {a: {embedded: true, limits: {retries: 1}}}"),
    ),
    (
        "environment-conflict",
        Several(&[
            ("contracts/a.yaml", ""),
            ("reconcile.yaml", "environments: {a: {embedded: true, contract: contracts/a.yaml}}"),
        ]),
        Project("environments: {a: {embedded: true, contract: }}"),
    ),
    (
        "literal-key",
        Project("partner: {tracking_webhook_url: 'https://a/b?token=x'}"),
        Project("partner: {tracking_webhook_url: 'https://a/b?shop=x'}"),
    ),
    (
        "literal-key",
        Project("partner: {name: AGE-SECRET-KEY-PQ-1QQQQ}"),
        Project("partner: {name: Loop}"),
    ),
    (
        "literal-key",
        Project("partner: {recipients: {AGE-SECRET-KEY-1QQQQ: Loop}}"),
        Project("partner: {recipients: }"),
    ),
    (
        "name-white-space",
        Project(
            "partner: {recipients: {'Loop ': age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
        ),
        Project(
            "partner: {recipients: {'Loop': age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
        ),
    ),
    (
        "name-white-space",
        Project(
            "partner: {recipients: {\"Loop\\x1b[2K\": age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
        ),
        Project(
            "partner: {recipients: {Loop Ltd.: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp}}",
        ),
    ),
    (
        "literal-key",
        Project("partner: {recipients: {Loop: AGE-SECRET-KEY-1QQQQ}}"),
        Project("partner: {recipients: {}}"),
    ),
    (
        "literal-key",
        Project("environments: {a: {omnirps: {url: https://a, key: abc}}}"),
        Project("environments: {a: {omnirps: {url: https://a, key: {file: keys/a}}}}"),
    ),
    (
        "literal-key",
        Project("environments: {a: {omnirps: {url: https://u:p@a, key: {env: A}}}}"),
        Project("environments: {a: {omnirps: {url: https://a/p, key: {env: A}}}}"),
    ),
    (
        "missing-key",
        Project("environments: {a: {omnirps: {key: {env: A}}}}"),
        Project("environments: {a: {omnirps: {url: https://a, key: {env: A}, key_header: X-Key}}}"),
    ),
    (
        "state-conflict",
        Project("state: {folder: runs, s3: {bucket: b}}"),
        Project(
            "state: {s3: {bucket: b, prefix: p/, region: r, endpoint: 'http://127.0.0.1:9'}, \
             lease_seconds: 2, handoff_key: {env: A}}",
        ),
    ),
    (
        "state-conflict",
        Project("state: {postgres: {url: {env: A}}, folder: runs}"),
        Project("state: {postgres: {url: {env: A}}}"),
    ),
    ("bad-limit", Project("state: {lease_seconds: 1}"), Project("state: {folder: runs}")),
    (
        "literal-key",
        Project("state: {postgres: {url: 'postgres://u:secret@h/d'}}"),
        Project("state: {lease_seconds: 60}"),
    ),
    (
        "literal-key",
        Project("state: {handoff_key: 0123456789abcdef0123456789abcdef}"),
        Project("state: {handoff_key: {file: a}}"),
    ),
    (
        "url-not-https",
        Project("state: {s3: {bucket: b, endpoint: 'http://s3.example'}}"),
        Project("state: {s3: {bucket: b, endpoint: 'https://s3.example'}}"),
    ),
    ("missing-key", Project("state: {s3: {prefix: p}}"), Project("state: {s3: {bucket: p}}")),
    ("unknown-key", Project("people: {boss: Noa Berg}"), Project("people: {onboarding: Noa Berg}")),
    ("unknown-key", Project("due_days: {test_labl: 5}"), Project("due_days: {test_label: 5}")),
    ("bad-limit", Project("due_days: {test_label: -5}"), Project("due_days: {test_label: 0}")),
    (
        "missing-key",
        Project("partner: {hub_addresses: [{name: Auckland}]}"),
        Project("partner: {hub_addresses: [{name: Auckland, lines: [1 Quay, Auckland]}]}"),
    ),
    (
        "literal-key",
        Project(
            "environments: {a: {omnirps: {url: https://a, key: {env: A}, headers: {X-Key: b}}}}",
        ),
        Project(
            "environments: {a: {omnirps: {url: https://a, key: {env: A}, headers: {X-Key: {env: \
             B}}}}}",
        ),
    ),
    (
        "wrong-value",
        Project(
            "environments: {a: {omnirps: {url: https://a, key: {env: A}, headers: {if-match: {env: \
             B}}}}}",
        ),
        Project(
            "environments: {a: {omnirps: {url: https://a, key: {env: A}, headers: {If-Site: {env: \
             B}}}}}",
        ),
    ),
    (
        "wrong-value",
        Project(
            "environments: {a: {omnirps: {url: https://a, key: {env: A}, headers: {token: {env: \
             B}}}}}",
        ),
        Project(
            "environments: {a: {omnirps: {url: https://a, key: {env: A}, headers: {Token2: {env: \
             B}}}}}",
        ),
    ),
    (
        "wrong-value",
        Project(
            "environments: {a: {omnirps: {url: https://a, key: {env: A}, headers: {RetailerName: \
             {env: B}}}}}",
        ),
        Project(
            "environments: {a: {omniparcel: {url: https://a, key: {env: A}, headers: {RetailerName: \
             {env: B}}}}}",
        ),
    ),
    (
        "bad-limit",
        Project("environments: {sandbox: {embedded: true, limits: {max_pages: 0}}}"),
        Project(
            "environments: {sandbox: {embedded: true, limits: {max_body_mib: 1, max_list_mib: 1, \
             max_held_mib: 1, max_pages: 1, max_records: 1}}}",
        ),
    ),
    (
        "suffix-in-name",
        Several(&[
            ("reconcile.yaml", "partner: {name_suffix: (Rets)}"),
            ("retailers/a.yaml", "retailer: Acme (Rets)\njourney: existing\n"),
        ]),
        Several(&[
            ("reconcile.yaml", "partner: {name_suffix: (Rets)}"),
            ("retailers/a.yaml", "retailer: Acme - Loop\njourney: existing\n"),
        ]),
    ),
    (
        "unknown-environment",
        Project("default_environment: prod\nenvironments: {production: {embedded: true}}"),
        Project("default_environment: sandbox\nenvironments: {production: {embedded: true}}"),
    ),
    ("unknown-key", Project("safty: {}"), Project("safety: {}")),
    (
        "unused-sql",
        Project(
            "environments: {a: {omnirps: {read: none, sql: {url: {env: A}, query: select 1}}}}",
        ),
        Project("environments: {a: {omnirps: {sql: {url: {env: A}, query: select 1}}}}"),
    ),
    (
        "unused-sql",
        Project("environments: {a: {omnirps: {read: none, sql: {url: {env: A}, query: q}}}}"),
        Project(
            "environments: {a: {omnirps: {read: none, sql: {url: {env: A}, uploads: '{id}  '}}}}",
        ),
    ),
    (
        "wrong-value",
        Project(
            "environments: {a: {omnirps: {sql: {url: {env: A}, query: q, uploads: '{since}'}}}}",
        ),
        Project(
            "environments: {a: {omnirps: {sql: {url: {env: A}, query: q, uploads: 'a {id}'}}}}",
        ),
    ),
    (
        "wrong-value",
        Project(
            "environments: {a: {omnirps: {sql: {url: {env: A}, query: q, uploads: \"'{id}'\"}}}}",
        ),
        Project(
            "environments: {a: {omnirps: {sql: {url: {env: A}, query: q, uploads: 'a={id}'}}}}",
        ),
    ),
    (
        "unknown-key",
        Project(
            "environments: {a: {omnireturns: {sql: {url: {env: A}, query: q, uploads: 'a={id}'}}}}",
        ),
        Project(
            "environments: {a: {omnirps: {sql: {url: {env: A}, query: q, uploads: 'a={id}'}}}}",
        ),
    ),
    (
        "missing-key",
        Project("environments: {a: {omnirps: {sql: {url: {env: A}, uploads: 'a={id}'}}}}"),
        Project(
            "environments: {a: {omnirps: {read: none, sql: {url: {env: A}, uploads: 'a={id}'}}}}",
        ),
    ),
    (
        "missing-key",
        Project("environments: {a: {omnirps: {read: sql, write: manual}}}"),
        Project("environments: {a: {omnirps: {read: none, write: manual}}}"),
    ),
    (
        "missing-key",
        Project("environments: {a: {omnirps: {sql: {url: {env: A}}}}}"),
        Project("environments: {a: {omnirps: {sql: {url: {file: a}, query: select 1}}}}"),
    ),
    (
        "missing-key",
        Project("environments: {a: {omnirps: {read: none, write: http}}}"),
        Project("environments: {a: {omnirps: {read: none, url: 'https://a', key: {env: A}}}}"),
    ),
    (
        "missing-key",
        Project("environments: {a: {omnirps: {read: none, settings: {omnirps.retailer: http}}}}"),
        Project("environments: {a: {omnirps: {read: none, settings: {omnirps.retailer: manual}}}}"),
    ),
    (
        "literal-key",
        Project(
            "environments: {a: {omnirps: {sql: {url: 'postgres://u:secret@h/d', query: select 1}}}}",
        ),
        Project("environments: {a: {omnirps: {sql: {url: {env: A}, query: select 1}}}}"),
    ),
    (
        "unknown-key",
        Project("environments: {a: {omnirps: {sql: {url: {env: A}, query: a, companies: b}}}}"),
        Project("environments: {a: {omnireturns: {sql: {url: {env: A}, query: a, companies: b}}}}"),
    ),
    (
        "wrong-value",
        Project(
            "environments: {a: {omnirps: {read: none, settings: {omnirps.tracking_webhook: \
             observe}}}}",
        ),
        Project(
            "environments: {a: {omnirps: {read: none, settings: {omnirps.tracking_webhook: \
             manual}}}}",
        ),
    ),
    (
        "wrong-value",
        Project(
            "environments: {a: {omnireturns: {url: 'https://a', key: {env: A}, settings: \
             {omnireturns.hubs: http}}}}",
        ),
        Project(
            "environments: {a: {omnireturns: {url: 'https://a', key: {env: A}, settings: \
             {omnireturns.hubs: observe}}}}",
        ),
    ),
    (
        "unknown-setting",
        Project(
            "environments: {a: {omnirps: {read: none, settings: {omnireturns.portal: manual}}}}",
        ),
        Project(
            "environments: {a: {omnireturns: {read: none, settings: {omnireturns.portal: manual}}}}",
        ),
    ),
    (
        "unknown-value",
        Project("environments: {a: {omnirps: {read: htp}}}"),
        Project("environments: {a: {omnirps: {read: none}}}"),
    ),
    (
        "unreadable-file",
        Project("environments: {a: {contract: b, omnirps: {url: https://a, key: {env: A}}}}"),
        Several(&[
            ("contracts/b.yaml", ""),
            (
                "reconcile.yaml",
                "environments: {a: {contract: contracts/b.yaml, omnirps: {url: https://a, key: \
                 {env: A}}}}",
            ),
        ]),
    ),
    (
        "unreadable-file",
        Project("environments: {a: {omnirps: {read: none}, verify: {label: a.yaml}}}"),
        Project("environments: {a: {omnirps: {read: none}, verify: {}}}"),
    ),
    (
        "url-not-https",
        Project("environments: {a: {omnirps: {url: http://a.example, key: {env: A}}}}"),
        Project("environments: {a: {omnirps: {url: http://127.0.0.1:9, key: {env: A}}}}"),
    ),
    (
        "url-not-https",
        Project("environments: {a: {omnirps: {url: https://a/?b, key: {env: A}}}}"),
        Project("environments: {a: {omnirps: {url: https://a/b/, key: {env: A}}}}"),
    ),
    (
        "webhook-not-https",
        Project("partner: {tracking_webhook_url: http://a.example}"),
        Project("partner: {tracking_webhook_url: http://localhost:1}"),
    ),
    (
        "wrong-value",
        Project("environments: {a: {omnirps: {url: https://a, key: {}}}}"),
        Project("environments: {a: {omnirps: {url: https://a, key: {env: A_1}}}}"),
    ),
];
