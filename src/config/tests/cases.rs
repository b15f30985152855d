//! Cases for each code that is reported in retailer files: one that is reported, and one that
//! is not.

/// The files of a case.
pub(super) enum Files {
    /// A retailer file with these lines added to `retailer` and `journey: existing`.
    More(&'static str),
    /// The same with `journey: new`.
    MoreOfNew(&'static str),
    /// A whole retailer file.
    Whole(&'static str),
    /// The project file beside a valid retailer file.
    Project(&'static str),
    /// Several retailer files.
    Several(&'static [(&'static str, &'static str)]),
}

use Files::{More, MoreOfNew, Several, Whole};

/// The code, files with the problem, files without it.
pub(super) type Case = (&'static str, Files, Files);

pub(super) const CASES: &[Case] = &[
    (
        "acknowledgement-ended",
        More("settings: {omnireturns.portal: {acknowledge: {until: 2026-11-22, reason: why}}}"),
        More("settings: {omnireturns.portal: {acknowledge: {until: 2026-11-23, reason: why}}}"),
    ),
    (
        "access-on-new",
        MoreOfNew("omnireturns_access: required"),
        More("omnireturns_access: required"),
    ),
    (
        "missing-key",
        More("omnireturns_access: {on: 2026-10-12}"),
        More("omnireturns_access: {value: required, on: 2026-10-12, by: Dana Reyes}"),
    ),
    (
        "unknown-value",
        More("omnireturns_access: {value: maybe}"),
        More("omnireturns_access: {value: not_required}"),
    ),
    (
        "future-date",
        More("omnireturns_access: {value: required, on: 2026-11-25}"),
        More("omnireturns_access: {value: required, on: 2026-11-24}"),
    ),
    (
        "bad-date",
        More("omnireturns_access: {value: required, on: soon}"),
        More("omnireturns_access: {value: required}"),
    ),
    (
        "comment-in-name",
        More("omnireturns:\n  name: Foo #9"),
        More("omnireturns:\n  name: 'Foo #9'"),
    ),
    (
        "comment-in-name",
        More("settings:\n  omnireturns.name:\n    value: Foo #9\n    reason: x"),
        More("settings:\n  omnireturns.name:\n    value: Foo # 9\n    reason: x"),
    ),
    (
        "comment-in-name",
        More("settings:\n  omnireturns.company:\n    value: Acme Group #2\n    reason: x"),
        More("settings:\n  omnireturns.company:\n    value: 'Acme Group #2'\n    reason: x #2"),
    ),
    (
        "odd-name",
        More("settings: {omnireturns.company: {value: \"Acme\u{a0}Group\", reason: x}}"),
        More("settings: {omnireturns.company: {value: Acme Group, reason: \"x\u{a0}y\"}}"),
    ),
    (
        "odd-name",
        More("settings: {omnireturns.name: {value: Foo &amp; Co, reason: x}}"),
        More("settings: {omnireturns.name: {value: Foo & Co, reason: '&amp;'}}"),
    ),
    (
        "comment-in-name",
        Whole("\"retailer\": Bee #9\njourney: existing\n"),
        Whole("\"retailer\": Bee\njourney: existing #9\n"),
    ),
    (
        "missing-key",
        More("hub_addresses: [{name: Sydney}]"),
        More("hub_addresses: [{name: Sydney, lines: [1 Quay, Sydney]}]"),
    ),
    (
        "comment-in-name",
        Whole("retailer: Orchid Shop #9\njourney: new\n"),
        Whole("retailer: Orchid Shop # the ninth\njourney: new # 9\n"),
    ),
    (
        "comment-in-name",
        Whole("retailer: Orchid Shop\t#9\njourney: new\n"),
        Whole("retailer: Orchid Shop\t# 9\njourney: new\n"),
    ),
    (
        "comment-in-name",
        Whole("journey: new\nretailer: Orchid Shop #9\n"),
        Whole("journey: new\nretailer: 'Orchid Shop #9'\nnotes: x #y\n"),
    ),
    (
        "comment-in-name",
        More("hub_addresses:\n  - name: Hub #2\n    lines:\n      - 1 Quay\n      - Sydney"),
        More("hub_addresses:\n  - name: Hub # 2\n    lines:\n      - 1 Quay\n      - Sydney #"),
    ),
    (
        "comment-in-name",
        More(
            "hub_addresses:\n  - name: Hub\n    lines:\n      - 12 High Street #4\n      - Sydney",
        ),
        More(
            "hub_addresses:\n  - name: Hub\n    lines:\n      - '12 High Street #4'\n      - Sydney",
        ),
    ),
    (
        "comment-in-name",
        More("hub_addresses: [{name: Hub, lines: [12 High Street #4\n  , Sydney]}]"),
        More("hub_addresses: [{name: Hub, lines: [12 High Street#4, Sydney]}] #4"),
    ),
    (
        "comment-in-name",
        More("account_manager: Dana #2"),
        More("account_manager: Dana # of team 2"),
    ),
    (
        "comment-in-name",
        More("milestones:\n  keys_requested:\n    on: 2026-10-01\n    by: Dana #2"),
        More("milestones:\n  keys_requested:\n    by: Dana\n    on: 2026-10-01 #2"),
    ),
    (
        "live-while-undecided",
        More(
            "milestones: {switched_to_loop: 2026-10-01, uploads_checked: 2026-10-02, live: \
             2026-10-02}",
        ),
        More(
            "omnireturns_access: required\nmilestones: {switched_to_loop: 2026-10-01, \
             uploads_checked: 2026-10-02, live: 2026-10-02}",
        ),
    ),
    (
        "name-not-sendable",
        Whole("retailer: Kid’s Bay\njourney: new\n"),
        Whole("retailer: Kid's Báy ÿ\njourney: new\n"),
    ),
    (
        "odd-name",
        Whole("retailer: \"Kid\u{a0}Bay\"\njourney: new\n"),
        Whole("retailer: Kid & Bay; Sons\njourney: new\n"),
    ),
    (
        "odd-name",
        Whole("retailer: Kid &amp; Bay\njourney: new\n"),
        Whole("retailer: 'Kid &  amp; Bay'\njourney: new\n"),
    ),
    (
        "odd-name",
        Whole("retailer: CafÃ© Bay\njourney: new\n"),
        Whole("retailer: Café Bay\njourney: new\n"),
    ),
    (
        "odd-name",
        Whole("retailer: Å¾ivot\njourney: new\n"),
        Whole("retailer: SÃO PAULO Åberg\njourney: new\n"),
    ),
    (
        "odd-name",
        Whole("retailer: ×©Ø§ Shop\njourney: new\n"),
        Whole("retailer: ×2 Ø Shop\njourney: new\n"),
    ),
    (
        "odd-name",
        Whole("retailer: \"Kid\u{ad}Bay\"\njourney: new\n"),
        Whole("retailer: Kid-Bay\njourney: new\n"),
    ),
    (
        "unknown-key",
        More("milestones: {test_label: {on: 2026-10-05, true: 2026-10-05}}"),
        More("milestones: {test_label: {on: 2026-10-05}}"),
    ),
    (
        "bad-date",
        More("milestones: {keys_requested: 1.10.2026}"),
        More("milestones: {keys_requested: 2026-10-01}"),
    ),
    (
        "bad-date",
        More("milestones: {keys_requested: {on: 2026-02-30}}"),
        More("milestones: {keys_requested: {on: 2026-02-28}}"),
    ),
    (
        "bad-slug",
        Several(&[("retailers/Acme_Apparel.yaml", super::CLEAN)]),
        Several(&[("retailers/acme-2.yaml", super::CLEAN)]),
    ),
    (
        "control-character",
        Whole("retailer: Ac\u{1b}[31mme\njourney: new\n"),
        Whole("retailer: Acme\njourney: new\t# a tab\r\n"),
    ),
    (
        "duplicate-id",
        Several(&[
            ("retailers/a.yaml", "retailer: A\njourney: existing\nids: {omnirps: 77}\n"),
            ("retailers/b.yaml", "retailer: B\njourney: existing\nids: {omnirps: \"77\"}\n"),
        ]),
        Several(&[
            ("retailers/a.yaml", "retailer: A\njourney: existing\nids: {omnirps: 77}\n"),
            ("retailers/b.yaml", "retailer: B\njourney: existing\nids: {omniparcel: 77}\n"),
        ]),
    ),
    ("duplicate-key", More("notes: a\nnotes: b"), More("notes: a")),
    (
        "duplicate-key",
        More("milestones:\n  keys_requested: 2026-10-01\n  keys_requested: 2026-10-02"),
        More("milestones:\n  keys_requested: 2026-10-01\n  keys_supplied: 2026-10-02"),
    ),
    (
        "duplicate-retailer",
        Several(&[("retailers/a.yaml", super::CLEAN), ("retailers/b.yaml", super::CLEAN)]),
        Several(&[
            ("retailers/a.yaml", super::CLEAN),
            ("retailers/b.yaml", "retailer: Acme Shoes\njourney: new\n"),
        ]),
    ),
    (
        "duplicate-slug",
        Several(&[
            ("retailers/au/a.yaml", super::CLEAN),
            ("retailers/nz/a.yml", "retailer: Other\njourney: new\n"),
        ]),
        Several(&[
            ("retailers/au/a.yaml", super::CLEAN),
            ("retailers/nz/b.yml", "retailer: Other\njourney: new\n"),
        ]),
    ),
    (
        "email-in-name",
        Whole("retailer: returns@acme.example\njourney: new\n"),
        Whole("retailer: Acme @ Home\njourney: new\n"),
    ),
    (
        "email-in-name",
        More("omnireturns: {name: Acme <returns@acme.example>}"),
        More("omnireturns: {name: Acme AU}\naccount_manager: dana@seko.example"),
    ),
    (
        "email-in-name",
        More("settings: {omnireturns.name: {value: a@acme.example, reason: why}}"),
        More("settings: {omnireturns.name: {value: Acme, reason: why}}"),
    ),
    (
        "odd-connote",
        More("milestones: {test_label: {on: 2026-10-05, connote: '7.01E+09'}}"),
        More("milestones: {test_label: {on: 2026-10-05, connote: 7010000000}}"),
    ),
    (
        "odd-connote",
        More("milestones: {test_label: {on: 2026-10-05, connote: 7.01E+09}}"),
        More("milestones: {test_label: {on: 2026-10-05, connote: 7010000000}}"),
    ),
    (
        "odd-connote",
        More("milestones: {test_label: {on: 2026-10-05, connote: 0x1F}}"),
        More("milestones: {test_label: {on: 2026-10-05, connote: TK-0034}}"),
    ),
    (
        "other-connote",
        MoreOfNew(
            "milestones:\n  test_return: {on: 2026-10-05, connote: TK10034}\n  \
             connote_processed: {on: 2026-10-06, connote: TK10035}",
        ),
        MoreOfNew(
            "milestones:\n  test_return: {on: 2026-10-05, connote: TK10034}\n  \
             connote_processed: {on: 2026-10-06, connote: TK10034}",
        ),
    ),
    (
        "odd-order",
        MoreOfNew("milestones: {test_label: 2026-10-05, test_return: 2026-10-04}"),
        MoreOfNew("milestones: {test_label: 2026-10-05, test_return: 2026-10-05}"),
    ),
    (
        "odd-order",
        MoreOfNew("milestones: {documents_completed: 2026-10-05, keys_supplied: 2026-10-04}"),
        MoreOfNew("milestones: {documents_completed: 2026-10-05, test_return: 2026-10-06}"),
    ),
    (
        "odd-date",
        More("milestones: {keys_requested: 0026-10-05}"),
        More("milestones: {keys_requested: 2026-10-05}"),
    ),
    (
        "reserved-file-name",
        Several(&[("retailers/com1.yaml", super::CLEAN)]),
        Several(&[("retailers/com10.yaml", super::CLEAN)]),
    ),
    ("empty-file", Whole("# nothing yet\n"), Whole(super::CLEAN)),
    ("empty-value", More("notes: \"  \""), More("notes:")),
    (
        "foreign-milestone",
        MoreOfNew("milestones: {switched_to_loop: 2026-10-01}"),
        More("milestones: {switched_to_loop: 2026-10-01}"),
    ),
    (
        "future-date",
        More("milestones: {keys_requested: 2026-11-25}"),
        More("milestones: {keys_requested: 2026-11-24}"),
    ),
    ("literal-key", More("notes: AGE-SECRET-KEY-1QQQQ"), More("notes: age-secret keys are Dana's")),
    (
        "literal-key",
        More("notes: x # age-secret-key-1qqqq"),
        More("notes: x # age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp"),
    ),
    (
        "literal-key",
        More("milestones: {keys_requested: {on: 2026-10-01, by: AGE-SECRET-KEY-1QQQQ}}"),
        More("milestones: {keys_requested: {on: 2026-10-01, by: Dana}}"),
    ),
    (
        "name-white-space",
        More("milestones: {test_label: {on: 2026-10-05, connote: 'TK100342334NZ '}}"),
        More("milestones: {test_label: {on: 2026-10-05, connote: 'TK100342334NZ'}}"),
    ),
    (
        "name-white-space",
        More("milestones: {test_label: {on: 2026-10-05, by: \"Dana\\nReyes\"}}"),
        More("milestones: {test_label: {on: 2026-10-05, by: \"Dana Reyes\", connote: 123456}}"),
    ),
    (
        "name-white-space",
        More("milestones: {test_label: {on: 2026-10-05, by: \"\\aDana\"}}"),
        More("milestones: {test_label: {on: 2026-10-05, by: 'Zoë: {Вега}'}}"),
    ),
    (
        "empty-value",
        More("milestones: {test_label: {on: 2026-10-05, connote: ''}}"),
        More("milestones: {test_label: {on: 2026-10-05, connote: }}"),
    ),
    ("literal-key", More("api_key: abc"), More("notes: its keys came by mail")),
    (
        "live-without-uploads-checked",
        More(
            "omnireturns_access: required\nmilestones: {switched_to_loop: 2026-10-01, live: \
             2026-10-02}",
        ),
        More(
            "omnireturns_access: required\nmilestones: {switched_to_loop: 2026-10-01, uploads_checked: 2026-10-02, live: \
             2026-10-02}",
        ),
    ),
    (
        "many-documents",
        Whole("retailer: A\njourney: new\n---\na: b\n"),
        Whole("---\nretailer: A\njourney: new\n...\n"),
    ),
    (
        "milestone-order",
        More("milestones: {switched_to_loop: 2026-10-02, uploads_checked: 2026-10-01}"),
        More("milestones: {switched_to_loop: 2026-10-02, uploads_checked: 2026-10-02}"),
    ),
    ("missing-key", Whole("retailer: Acme\n"), Whole("retailer: Acme\njourney: new\n")),
    (
        "missing-key",
        Whole("retailer:\njourney: new\n"),
        Whole("retailer: \"null\"\njourney: new\n"),
    ),
    (
        "missing-key",
        More("milestones: {test_label: {connote: TK10034}}"),
        More("milestones: {test_label: {on: 2026-10-01, connote: TK10034}}"),
    ),
    (
        "missing-milestone",
        More("milestones: {uploads_checked: 2026-10-01}"),
        More("milestones: {switched_to_loop: 2026-10-01, uploads_checked: 2026-10-01}"),
    ),
    (
        "missing-reason",
        More("settings: {omnireturns.portal: {value: published}}"),
        More("settings: {omnireturns.portal: {value: published, reason: why}}"),
    ),
    (
        "missing-reason",
        More("settings: {omnireturns.portal: {acknowledge: {until: 2026-12-31}}}"),
        More("settings: {omnireturns.portal: {acknowledge: {until: 2026-12-31, reason: why}}}"),
    ),
    (
        "missing-key",
        More("settings: {omnireturns.portal: {acknowledge: {reason: why}}}"),
        More("settings: {omnirps.tracking_webhook: {acknowledge: {until: 2026-12-31, reason: w}}}"),
    ),
    (
        "bad-date",
        More("settings: {omnireturns.portal: {acknowledge: {until: soon, reason: why}}}"),
        More("settings: {omnireturns.portal: {acknowledge: {until: 2026-12-31, reason: why}}}"),
    ),
    (
        "names-look-alike",
        Several(&[
            ("retailers/a.yaml", "retailer: Straße\njourney: existing\n"),
            ("retailers/b.yaml", "retailer: STRASSE\njourney: existing\n"),
        ]),
        Several(&[
            ("retailers/a.yaml", "retailer: Straße\njourney: existing\n"),
            ("retailers/b.yaml", "retailer: STRASE\njourney: existing\n"),
        ]),
    ),
    (
        "override-conflict",
        More(
            "settings: {omnireturns.portal: {value: published, reason: why, \
             acknowledge: {until: 2026-12-31, reason: why}}}",
        ),
        More("settings: {omnireturns.portal: {acknowledge: {until: 2026-12-31, reason: why}}}"),
    ),
    (
        "missing-reason",
        More("settings: {omnireturns.portal: {manage: false, reason: \" \"}}"),
        More("settings: {omnireturns.portal: {manage: false, reason: why}}"),
    ),
    (
        "name-white-space",
        Whole("retailer: \"Acme \"\njourney: new\n"),
        Whole("retailer: Acme  Apparel\njourney: new\n"),
    ),
    (
        "name-white-space",
        Whole("retailer: \"Acme\\nApparel\"\njourney: new\n"),
        Whole("retailer: Acme\n  Apparel\njourney: new\n"),
    ),
    (
        "name-white-space",
        Whole("retailer: \"Acme\\u202eApparel\"\njourney: new\n"),
        Whole("retailer: Ácme\njourney: new\n"),
    ),
    (
        "names-look-alike",
        Several(&[
            ("retailers/a.yaml", "retailer: Acme\njourney: existing\nids: {omnirps: 1}\n"),
            ("retailers/b.yaml", "retailer: ACME\njourney: existing\n"),
        ]),
        Several(&[
            ("retailers/a.yaml", "retailer: Acme\njourney: existing\nids: {omnirps: 1}\n"),
            ("retailers/b.yaml", "retailer: ACME\njourney: existing\nids: {omnirps: 2}\n"),
        ]),
    ),
    (
        "override-conflict",
        More("settings: {omnireturns.portal: {value: published, manage: false, reason: why}}"),
        More("settings: {omnireturns.portal: {manage: false, reason: why}}"),
    ),
    (
        "override-conflict",
        More("settings: {omnireturns.portal: {manage: true, reason: why}}"),
        More("settings: {omnireturns.portal: {value: published, reason: why}}"),
    ),
    (
        "override-conflict",
        More("settings: {omnireturns.portal: {reason: why}}"),
        More("settings: {omnireturns.hubs: {value: none, reason: why}}"),
    ),
    (
        "override-conflict",
        More(
            "settings:\n  omnirps.tracking_webhook: {manage: false, reason: why}\n  \
             omnirps.tracking_webhook.enabled: {value: false, reason: why}",
        ),
        More("settings:\n  omnirps.tracking_webhook: {manage: false, reason: why}"),
    ),
    (
        "suffix-in-name",
        More("omnireturns: {name: Acme - Loop}"),
        More("omnireturns: {name: Acme Loop}"),
    ),
    (
        "suffix-in-name",
        Whole("retailer: Acme - Loop\njourney: existing\n"),
        Whole("retailer: Acme - Loop\njourney: existing\nomnireturns: {name: Acme}\n"),
    ),
    (
        "suffix-in-name",
        More("omnireturns: {name: Froot - Loop}"),
        More("omnireturns: {name: Froot-Loop}"),
    ),
    (
        "suffix-in-name",
        More("omnireturns: {name: Beta- Loop}"),
        More("omnireturns: {name: Beta-Loop}"),
    ),
    (
        "suffix-in-name",
        Whole("retailer: Acme- Loop\njourney: existing\n"),
        Whole("retailer: Acme-Loop\njourney: existing\n"),
    ),
    (
        "suffix-in-name",
        Whole("retailer: \"- Loop\"\njourney: existing\n"),
        Whole("retailer: \"-Loop\"\njourney: existing\n"),
    ),
    ("unknown-key", More("acount_manager: Dana"), More("account_manager: Dana")),
    (
        "unknown-key",
        More("milestones: {switched: 2026-10-01}"),
        More("milestones: {switched_to_loop: 2026-10-01}"),
    ),
    (
        "unknown-setting",
        More("settings: {omnireturns.portl: {value: published, reason: why}}"),
        More("settings: {omnireturns.portal: {value: published, reason: why}}"),
    ),
    (
        "unknown-value",
        Whole("retailer: A\njourney: Existing\n"),
        Whole("retailer: A\njourney: 'existing'\n"),
    ),
    ("unknown-value", More("omnireturns_access: yes"), More("omnireturns_access: not_required")),
    (
        "webhook-not-https",
        More("settings: {omnirps.tracking_webhook.url: {value: http://a.example, reason: why}}"),
        More("settings: {omnirps.tracking_webhook.url: {value: https://a/b?c, reason: why}}"),
    ),
    (
        "literal-key",
        More(
            "settings: {omnirps.tracking_webhook.url: {value: 'https://a/b?token=x', reason: why}}",
        ),
        More(
            "settings: {omnirps.tracking_webhook.url: {value: 'https://a/b?shop=x', reason: why}}",
        ),
    ),
    (
        "wrong-type",
        Whole("retailer: 501\njourney: new\n"),
        Whole("retailer: \"501\"\njourney: new\n"),
    ),
    ("wrong-type", Whole("retailer: true\njourney: new\n"), Whole("retailer: no\njourney: new\n")),
    ("wrong-type", More("ids: [\"1\"]"), More("ids: {omnirps: 1}")),
    ("wrong-type", More("ids: {omnirps: -1}"), More("ids: {omnirps: \"-1\"}")),
    ("wrong-type", More("settings: {omnireturns.portal: published}"), More("settings: {}")),
    ("wrong-type", Whole("just a text\n"), Whole(super::CLEAN)),
    (
        "wrong-value",
        More("settings: {omnireturns.portal: {value: hidden, reason: why}}"),
        More("settings: {omnireturns.portal: {value: unpublished, reason: why}}"),
    ),
    (
        "wrong-value",
        More("settings: {omnirps.tracking_webhook.enabled: {value: \"true\", reason: why}}"),
        More("settings: {omnirps.tracking_webhook.enabled: {value: true, reason: why}}"),
    ),
    (
        "wrong-value",
        More("settings: {omnirps.tracking_webhook: {value: true, reason: why}}"),
        More("settings: {omnirps.tracking_webhook: {manage: false, reason: why}}"),
    ),
    (
        "wrong-type",
        More("settings: {omnireturns.omnirps_retailer_id: {value: [1], reason: why}}"),
        More("settings: {omnireturns.omnirps_retailer_id: {value: 1, reason: why}}"),
    ),
    ("yaml-alias", More("notes: &n text"), More("notes: H & M *and* more!")),
    ("yaml-alias", More("notes: &n text\naccount_manager: *n"), More("notes: '&n *n !n'")),
    ("yaml-alias", More("notes: !!str 5"), More("notes: '5'")),
    ("yaml-alias", More("<<: {notes: x}"), More("notes: <<")),
    ("yaml-syntax", More("notes: a: b"), More("notes: 'a: b'")),
    ("yaml-syntax", More("\tnotes: a"), More("notes: a")),
];
