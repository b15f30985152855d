//! The wording of the most important problems.

use super::{checked, checked_one, codes, rendered};
use insta::assert_snapshot;

fn one(content: &str) -> String {
    rendered(&checked_one(content))
}

#[test]
fn every_problem_of_a_file_is_reported() {
    assert_snapshot!(one("\
retailer: 501
journey: exsting
acount_manager: Dana
omnireturns: Acme
ids: {omnirps: [1]}
milestones:
  keys_requested: 2026-13-01
  live: 2026-10-02
settings:
  omnirps.shopify_integration: enabled
  omnireturns.portal: {value: hidden}
  colour: {value: red, reason: why}
notes: \"\"
"), @r#"
    error[wrong-type]: `retailer` is a number, but must be text
     --> retailers/acme-apparel.yaml:1:11
      |
    1 | retailer: 501
      |           ^^^
      |
      = hint: put the value in quotes

    error[unknown-value]: `journey` cannot be `exsting`
     --> retailers/acme-apparel.yaml:2:10
      |
    2 | journey: exsting
      |          ^^^^^^^
      |
      = hint: did you mean `existing`?

    error[unknown-key]: unknown key `acount_manager`
     --> retailers/acme-apparel.yaml:3:1
      |
    3 | acount_manager: Dana
      | ^^^^^^^^^^^^^^
      |
      = hint: did you mean `account_manager`?

    error[wrong-type]: `omnireturns` is text, but must be a mapping with `name`
     --> retailers/acme-apparel.yaml:4:14
      |
    4 | omnireturns: Acme
      |              ^^^^
      |
      = hint: write its keys, as in `{name: …}`

    error[wrong-type]: `ids.omnirps` is a list, but must be an id: text or a whole number
     --> retailers/acme-apparel.yaml:5:7
      |
    5 | ids: {omnirps: [1]}
      |       ^^^^^^^
      |
      = hint: write a single value

    error[bad-date]: `milestones.keys_requested` is `2026-13-01`, which is not a date
     --> retailers/acme-apparel.yaml:7:19
      |
    7 |   keys_requested: 2026-13-01
      |                   ^^^^^^^^^^
      |
      = hint: there is no such day; correct the month or the day

    error[wrong-type]: `settings.omnirps.shopify_integration` is text, but must be a mapping with keys such as `value`, `manage` and `acknowledge`
      --> retailers/acme-apparel.yaml:10:32
       |
    10 |   omnirps.shopify_integration: enabled
       |                                ^^^^^^^
       |
       = hint: write its keys, as in `{value: …, reason: "…"}`

    error[missing-reason]: the override of `omnireturns.portal` has no reason
      --> retailers/acme-apparel.yaml:11:3
       |
    11 |   omnireturns.portal: {value: hidden}
       |   ^^^^^^^^^^^^^^^^^^
       |
       = hint: add `reason:` with why this retailer differs from the process

    error[wrong-value]: `settings.omnireturns.portal.value` cannot be `hidden`
      --> retailers/acme-apparel.yaml:11:31
       |
    11 |   omnireturns.portal: {value: hidden}
       |                               ^^^^^^
       |
       = hint: write `published` or `unpublished`

    error[unknown-setting]: `settings.colour` is not a known setting
      --> retailers/acme-apparel.yaml:12:3
       |
    12 |   colour: {value: red, reason: why}
       |   ^^^^^^
       |
       = hint: choose one of `omniparcel.account`, `omnirps.retailer`, `omnirps.tracking_webhook.url`, `omnirps.tracking_webhook.enabled`, `omnirps.shopify_integration`, `omnirps.track_and_trace_emails`, `omnireturns.retailer`, `omnireturns.name`, `omnireturns.company`, `omnireturns.portal`, `omnireturns.omnirps_retailer_id`, `omnireturns.emails`, `omnireturns.hubs` and `omnirps.tracking_webhook`

    error[empty-value]: `notes` is empty, but must be text
      --> retailers/acme-apparel.yaml:13:8
       |
    13 | notes: ""
       |        ^^
       |
       = hint: write the value, or remove the line
    "#);
}

#[test]
fn milestones_are_named_with_their_steps() {
    assert_snapshot!(one("\
retailer: Acme
journey: new
milestones:
  introduced: 2026-10-01
  test_label: {on: 2026-10-05, connote: TK100342334NZ}
  confirmed_by_seko: 2026-10-04
  switched_to_loop: 2026-10-12
  live: 2027-01-01
"), @"
    error[missing-milestone]: `confirmed_by_seko` (step N9) needs `test_return` (step N7) and `connote_processed` (step N8)
     --> retailers/acme-apparel.yaml:6:3
      |
    6 |   confirmed_by_seko: 2026-10-04
      |   ^^^^^^^^^^^^^^^^^
      |
      = hint: state what it needs, with the dates, or take `confirmed_by_seko` out

    error[milestone-order]: `confirmed_by_seko` (step N9) is dated 2026-10-04, before `test_label`, which it needs
     --> retailers/acme-apparel.yaml:6:22
      |
    5 |   test_label: {on: 2026-10-05, connote: TK100342334NZ}
      |                    ---------- `test_label` is dated 2026-10-05
    6 |   confirmed_by_seko: 2026-10-04
      |                      ^^^^^^^^^^
      |
      = hint: correct the date that is wrong

    error[foreign-milestone]: `switched_to_loop` belongs to journey `existing` (step E4), and this retailer's journey is `new`
     --> retailers/acme-apparel.yaml:7:3
      |
    2 | journey: new
      |          --- the journey
    ...
    7 |   switched_to_loop: 2026-10-12
      |   ^^^^^^^^^^^^^^^^
      |
      = hint: take the milestone out, or write `journey: existing`

    error[missing-milestone]: `live` (step N10) needs `confirmed_by_loop` (step N9)
     --> retailers/acme-apparel.yaml:8:3
      |
    8 |   live: 2027-01-01
      |   ^^^^
      |
      = hint: state what it needs, with the dates, or take `live` out

    error[future-date]: 2027-01-01 is in the future; today is 2026-11-23 (UTC)
     --> retailers/acme-apparel.yaml:8:9
      |
    8 |   live: 2027-01-01
      |         ^^^^^^^^^^
      |
      = hint: state only what has happened; if the file has the day already, edit its line
    ");
}

#[test]
fn a_live_retailer_without_checked_uploads_is_a_warning() {
    assert_snapshot!(one("\
retailer: Acme
journey: existing
milestones: {switched_to_loop: 2026-10-12, live: 2026-10-13}
"), @"
    warning[live-while-undecided]: the retailer is live, and its access to OmniReturns is not decided (E5)
     --> retailers/acme-apparel.yaml:3:44
      |
    3 | milestones: {switched_to_loop: 2026-10-12, live: 2026-10-13}
      |                                            ^^^^
      |
      = hint: add `omnireturns_access: required` or `omnireturns_access: not_required`

    warning[live-without-uploads-checked]: the retailer is live, and nobody has stated that returns arrive in OmniRPS (E8)
     --> retailers/acme-apparel.yaml:3:44
      |
    3 | milestones: {switched_to_loop: 2026-10-12, live: 2026-10-13}
      |                                            ^^^^
      |
      = hint: check the uploads, then add the milestone `uploads_checked`
    ");
}

#[test]
fn an_invalid_override_lists_what_is_allowed() {
    assert_snapshot!(one("\
retailer: Acme
journey: existing
settings:
  omnirps.tracking_webhook.url: {value: \"http://hooks.example.org\", reason: own middleware}
  omnirps.tracking_webhook: {manage: false, reason: own middleware}
  omnirps.track_and_trace_emails: {value: off, reason: why}
  omnireturns.hubs: {reason: why}
"), @r#"
    error[override-conflict]: `omnirps.tracking_webhook.url` is part of `omnirps.tracking_webhook`, which is overridden too
     --> retailers/acme-apparel.yaml:4:3
      |
    4 |   omnirps.tracking_webhook.url: {value: "http://hooks.example.org", reason: own middleware}
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    5 |   omnirps.tracking_webhook: {manage: false, reason: own middleware}
      |   ------------------------ the whole webhook
      |
      = hint: keep one of the two overrides

    error[webhook-not-https]: `settings.omnirps.tracking_webhook.url.value` is not an https URL
     --> retailers/acme-apparel.yaml:4:41
      |
    4 |   omnirps.tracking_webhook.url: {value: "http://hooks.example.org", reason: own middleware}
      |                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: write an address that begins with `https://`

    error[wrong-value]: `settings.omnirps.track_and_trace_emails.value` cannot be `off`
     --> retailers/acme-apparel.yaml:6:43
      |
    6 |   omnirps.track_and_trace_emails: {value: off, reason: why}
      |                                           ^^^
      |
      = hint: write `enabled` or `disabled`

    error[override-conflict]: `omnireturns.hubs` has neither `value` nor `manage: false` nor `acknowledge`
     --> retailers/acme-apparel.yaml:7:3
      |
    7 |   omnireturns.hubs: {reason: why}
      |   ^^^^^^^^^^^^^^^^
      |
      = hint: add `value:` to set it, or `manage: false` to leave it as it is
    "#);
}

#[test]
fn two_files_that_clash_are_both_shown() {
    let files = checked(&[
        (
            "retailers/acme-apparel.yaml",
            "retailer: Acme Apparel\njourney: existing\nids: {omnirps: 77}\n",
        ),
        (
            "retailers/acme.yaml",
            "retailer: ACME  Apparel\njourney: existing\nids:\n  omnirps: \"77\"\n",
        ),
        ("retailers/dune.yaml", "retailer: Dune\njourney: new\n"),
        ("retailers/dune-nz.yaml", "retailer: Dune\njourney: new\n"),
        ("retailers/nz/Dune.yaml", "retailer: Dune NZ\njourney: new\n"),
    ]);
    assert_snapshot!(rendered(&files), @r#"
error[duplicate-id]: two files claim the OmniRPS record `77`
 --> retailers/acme.yaml:4:12
  |
4 |   omnirps: "77"
  |            ^^^^
  |
 --> retailers/acme-apparel.yaml:3:16
  |
3 | ids: {omnirps: 77}
  |                -- claimed here first
  |
  = hint: correct the id in one of the two files

error[duplicate-retailer]: two files declare the retailer `Dune`
 --> retailers/dune-nz.yaml:1:11
  |
1 | retailer: Dune
  |           ^^^^
  |
 --> retailers/dune.yaml:1:11
  |
1 | retailer: Dune
  |           ---- declared here first
  |
  = hint: keep one of the two files, or correct the name in one of them

error[bad-slug]: the file name `Dune` is not lower-case kebab-case
 --> retailers/nz/Dune.yaml:1:1
  |
1 | retailer: Dune NZ
  | ^
  |
  = hint: rename it to lower-case letters and digits joined by `-`, as in `acme-apparel.yaml`
"#);
    let names: Vec<&str> = files.retailers.iter().map(|retailer| retailer.name.as_str()).collect();
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn both_places_of_a_duplicate_key_are_shown() {
    assert_snapshot!(one("retailer: Acme\njourney: new\nnotes: one\nretailer: Other\n"), @"
    error[duplicate-key]: the key `retailer` occurs twice
     --> retailers/acme-apparel.yaml:4:1
      |
    1 | retailer: Acme
      | -------- here first
    ...
    4 | retailer: Other
      | ^^^^^^^^
      |
      = hint: keep one of the two; if both have keys below them, move all below one
    ");
}

#[test]
fn broken_syntax_is_explained() {
    assert_snapshot!(one("retailer: Acme: Apparel\njourney: new\n"), @r#"
error[yaml-syntax]: this line has a second colon, or its indentation is wrong
 --> retailers/acme-apparel.yaml:1:15
  |
1 | retailer: Acme: Apparel
  |               ^
  |
  = hint: put a value that contains `: ` in quotes, or align the key with those beside it
"#);
    assert_snapshot!(one("retailer: Acme\n\tjourney: new\n"), @r#"
error[yaml-syntax]: this line is indented with a tab
 --> retailers/acme-apparel.yaml:2:1
  |
2 |     journey: new
  | ^
  |
  = hint: indent with spaces
"#);
    assert_snapshot!(one("retailer: \"Acme\njourney: new\n"), @r#"
error[yaml-syntax]: a quoted text does not end
 --> retailers/acme-apparel.yaml:2:13
  |
2 | journey: new
  |             ^
  |
  = hint: add the closing quote; the text may have begun further up
"#);
    assert_snapshot!(one("retailer: Acme\n  journey: new\n"), @r#"
error[yaml-syntax]: this line has a second colon, or its indentation is wrong
 --> retailers/acme-apparel.yaml:2:10
  |
2 |   journey: new
  |          ^
  |
  = hint: put a value that contains `: ` in quotes, or align the key with those beside it
"#);
    assert_snapshot!(one("retailer: [Acme\njourney: new\n"), @r#"
error[yaml-syntax]: a bracket is not closed, or a comma is missing
 --> retailers/acme-apparel.yaml:2:8
  |
2 | journey: new
  |        ^
  |
  = hint: close the bracket, perhaps further up, or put a value that contains brackets or commas in quotes
"#);
    assert_snapshot!(one("retailer: @acme\njourney: new\n"), @r#"
error[yaml-syntax]: a value cannot begin with this character
 --> retailers/acme-apparel.yaml:1:11
  |
1 | retailer: @acme
  |           ^
  |
  = hint: put the value in quotes
"#);
    assert_snapshot!(one("retailer: &n Acme\njourney: new\nnotes: *n\n"), @"
    error[yaml-alias]: the file uses an anchor (`&name`)
     --> retailers/acme-apparel.yaml:1:11
      |
    1 | retailer: &n Acme
      |           ^^
      |
      = hint: remove it; text that begins with `&` needs quotes

    error[yaml-alias]: the file uses an alias (`*name`)
     --> retailers/acme-apparel.yaml:3:8
      |
    3 | notes: *n
      |        ^^
      |
      = hint: write the value out; text that begins with `*` needs quotes
    ");
    assert_snapshot!(one(""), @r#"
error[empty-file]: the file is empty
--> retailers/acme-apparel.yaml:1:1
 = hint: write `retailer` and `journey`, or delete the file
"#);
}

#[test]
fn invalid_names_are_explained() {
    assert_snapshot!(one("\
retailer: \"Acme\u{a0}\"
journey: existing
omnireturns: {name: returns@acme.example - Loop}
"), @r#"
    error[name-white-space]: `retailer` begins or ends with white space
     --> retailers/acme-apparel.yaml:1:11
      |
    1 | retailer: "Acme "
      |           ^^^^^^^
      |
      = hint: delete the white space before or after it

    error[email-in-name]: `omnireturns.name` is `returns@acme.example - Loop`, which is or contains an e-mail address
     --> retailers/acme-apparel.yaml:3:21
      |
    3 | omnireturns: {name: returns@acme.example - Loop}
      |                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: write the name alone; in OmniReturns an address would create a user account
    "#);
}

#[test]
fn the_project_file_is_checked_alike() {
    let files = checked(&[(
        "reconcile.yaml",
        "\
environments:
  production:
    omniparcel: {url: \"http://op.example.org\", key: {env: OMNIPARCEL_ADMIN_KEY}}
    omnireturns: {url: \"https://or.example.org\", key: sk_live_51Hx}
    omnirps: {url: \"https://rps.example.org/?v=2\", key: {env: A, file: b}}
    limits: {concurrency: 0, retries: many}
",
    )]);
    assert_snapshot!(rendered(&files), @r#"
    error[url-not-https]: `environments.production.omniparcel.url` is not https, and its key would be sent unencrypted
     --> reconcile.yaml:3:23
      |
    3 |     omniparcel: {url: "http://op.example.org", key: {env: OMNIPARCEL_ADMIN_KEY}}
      |                       ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: write `https://`; plain http is for hosts on this machine

    error[literal-key]: `environments.production.omnireturns.key` is a key in plain text, which a file in Git must not contain
     --> reconcile.yaml:4:55
      |
    4 |     omnireturns: {url: "https://or.example.org", key: ************}
      |                                                       ^^^^^^^^^^^^
      |
      = hint: write `key: {env: NAME}` or `key: {file: PATH}`, and have a new key issued

    error[url-not-https]: `environments.production.omnirps.url` has a query or fragment, and paths are added to it
     --> reconcile.yaml:5:20
      |
    5 |     omnirps: {url: "https://rps.example.org/?***", key: {env: A, file: b}}
      |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: remove what follows `?` or `#`

    error[wrong-value]: `environments.production.omnirps.key` must name exactly one place where the key is kept
     --> reconcile.yaml:5:52
      |
    5 |     omnirps: {url: "https://rps.example.org/?***", key: {env: A, file: b}}
      |                                                    ^^^
      |
      = hint: write either `{env: NAME}` or `{file: PATH}`

    error[bad-limit]: `environments.production.limits.concurrency` is out of range
     --> reconcile.yaml:6:27
      |
    6 |     limits: {concurrency: 0, retries: many}
      |                           ^
      |
      = hint: write a whole number from 1 to 256

    error[wrong-type]: `environments.production.limits.retries` is text, but must be a whole number
     --> reconcile.yaml:6:39
      |
    6 |     limits: {concurrency: 0, retries: many}
      |                                       ^^^^
      |
      = hint: write a whole number, without quotes or leading zeros
    "#);
}

#[test]
fn each_wrong_recipient_is_named() {
    let files = checked(&[(
        "reconcile.yaml",
        "\
partner:
  recipients:
    Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp
    Dana: AGE-SECRET-KEY-1GQQQ
    Tom: ssh-ed25519 AAAA
    \"\": age18vural94rrehly7x9aje2xkfzsezke5uw8hangkhzn3cgjs3zqqqmycyr4
",
    )]);
    assert_snapshot!(rendered(&files), @r#"
    error[literal-key]: `partner.recipients.Dana` is a secret key, which a file in Git must not contain
     --> reconcile.yaml:4:11
      |
    4 |     Dana: ********************
      |           ^^^^^^^^^^^^^^^^^^^^
      |
      = hint: have a new pair made, because Git keeps this one, and write its public key, which begins with `age1`

    error[bad-recipient]: `partner.recipients.Tom` is not an age X25519 public key
     --> reconcile.yaml:5:10
      |
    5 |     Tom: ssh-ed25519 AAAA
      |          ^^^^^^^^^^^^^^^^
      |
      = hint: write the line that `age-keygen` prints as the public key; it begins with `age1`

    error[empty-value]: `partner.recipients.` has no name before the colon
     --> reconcile.yaml:6:5
      |
    6 |     "": age18vural94rrehly7x9aje2xkfzsezke5uw8hangkhzn3cgjs3zqqqmycyr4
      |     ^^
      |
      = hint: write the name, or remove the line
    "#);
    let files = checked(&[("reconcile.yaml", "partner: {recipients: [age1grsyt5s65ref]}\n")]);
    assert_snapshot!(rendered(&files), @"
    error[wrong-type]: `partner.recipients` is a list, but must be a mapping
     --> reconcile.yaml:1:11
      |
    1 | partner: {recipients: [age1grsyt5s65ref]}
      |           ^^^^^^^^^^
      |
      = hint: write its keys on lines of their own below it, indented
    ");
}

#[test]
fn an_id_is_read_as_written() {
    for written in ["77", "'77'", "0x1F", "0o17", "+77", "007", "18446744073709551616"] {
        let checked = checked_one(&format!(
            "retailer: Acme\njourney: existing\nids: {{omnirps: {written}}}\n"
        ));
        assert_eq!(codes(&checked), [""; 0], "{written}");
        let id = checked.retailers[0].ids.values().next().unwrap();
        assert_eq!(id, written.trim_matches('\''));
    }
}

#[test]
fn a_hub_is_shown_at_its_place_in_the_list() {
    let content = "retailer: Acme\njourney: new\nhub_addresses:\n  - name: A\n    lines: [x]\n  \
                   - name: B\n";
    assert_snapshot!(one(content), @"
    error[missing-key]: `hub_addresses` has no `lines`
     --> retailers/acme-apparel.yaml:6:5
      |
    6 |   - name: B
      |     ^^^^^^^
      |
      = hint: add `lines:` (the lines of its address, as written on a label)
    ");
    // Items and lines that cannot be read neither move it nor add to it.
    let content = "retailer: Acme\njourney: new\nhub_addresses:\n- foo\n- name: B\n\
                   - {name: C, lines: [12]}\n";
    assert_snapshot!(one(content), @"
    error[wrong-type]: `hub_addresses` is text, but must be a mapping with `name` and `lines`
     --> retailers/acme-apparel.yaml:4:3
      |
    4 | - foo
      |   ^^^
      |
      = hint: write its keys, as in `{name: …}`

    error[missing-key]: `hub_addresses` has no `lines`
     --> retailers/acme-apparel.yaml:5:3
      |
    5 | - name: B
      |   ^^^^^^^
      |
      = hint: add `lines:` (the lines of its address, as written on a label)

    error[wrong-type]: `hub_addresses.lines` is a number, but must be text
     --> retailers/acme-apparel.yaml:6:21
      |
    6 | - {name: C, lines: [12]}
      |                     ^^
      |
      = hint: put the value in quotes
    ");
}
