//! Keys of project and contract files that clash with others, and how they are named.

use super::contract::{checked_contract, file};
use super::{checked, codes, rendered};
use insta::assert_snapshot;

#[test]
fn a_secret_header_of_the_project_file_is_not_used_for_something_else() {
    let contract =
        file("key_header: X-Own\nheaders: {X-Kind: '2'}\nlabel: {path: /l, key_header: X-Label}");
    let codes_of = |keys: &str| {
        let project = format!(
            "environments:\n  a: {{contract: contracts/a.yaml, omnireturns: {{url: https://a, key: \
             {{env: A}}, {keys}}}, omnirps: {{url: https://b, key: {{env: B}}, headers: {{X-Own: \
             {{env: C}}}}}}}}\n"
        );
        codes(&checked(&[("reconcile.yaml", &project), ("contracts/a.yaml", &contract)]))
    };
    for good in ["headers: {access_key: {env: C}}", "key_header: K, headers: {X-Own: {env: C}}"] {
        assert_eq!(codes_of(good), [""; 0], "{good}");
    }
    for bad in [
        "headers: {x-own: {env: C}}",
        "headers: {X-Kind: {env: C}}",
        "headers: {X-Label: {env: C}}",
        "headers: {idempotency-key: {env: C}}",
        "headers: {X-A: {env: C}, x-a: {env: D}}",
        "key_header: K, headers: {k: {env: C}}",
        "key_header: x-kind",
        "key_header: Idempotency-Key",
    ] {
        assert_eq!(codes_of(bad), ["wrong-value"], "{bad}");
    }
}

#[test]
fn two_meanings_of_one_place_are_named() {
    let shown = rendered(&checked_contract(&file(
        "list: {path: /r?p=2, items: /i, paging: {style: page, page: p, size: s, ask: 1}}\n\
         fields: {omnireturns.portal: {at: /name}, omnireturns.company: {at: /group}, \
         omnireturns.omnirps_retailer_id: {at: /group/id}}",
    )));
    insta::assert_snapshot!(shown, @"
    error[wrong-value]: `omnireturns.list.path` contains the parameter `p` of `paging`
     --> contracts/a.yaml:9:16
      |
    9 |   list: {path: /r?p=2, items: /i, paging: {style: page, page: p, size: s, ask: 1}}
      |                ^^^^^^
      |
      = hint: remove it from the path, or it is sent twice

    error[wrong-value]: `omnireturns.fields.omnireturns.portal.at` points to the place of `name`
      --> contracts/a.yaml:10:37
       |
    10 |   fields: {omnireturns.portal: {at: /name}, omnireturns.company: {at: /group}, omnireturns.omnirps_retailer_id: {at: /group/id}}
       |                                     ^^^^^
       |
       = hint: write the pointer to this setting alone

    error[wrong-value]: `omnireturns.fields.omnireturns.omnirps_retailer_id.at` overlaps the place of `fields.omnireturns.company.at`
      --> contracts/a.yaml:10:118
       |
    10 |   fields: {omnireturns.portal: {at: /name}, omnireturns.company: {at: /group}, omnireturns.omnirps_retailer_id: {at: /group/id}}
       |                                                                                                                      ^^^^^^^^^
       |
       = hint: write the pointer to this setting alone
    ");
}

#[test]
fn the_keys_of_a_project_file_fit_together() {
    let text = "default_environment: sandbx\nenvironments:\n  sandbox: {embedded: true}\n  b: {embedded: false}\n";
    assert_snapshot!(rendered(&checked(&[("reconcile.yaml", text)])), @"
    error[unknown-environment]: there is no environment `sandbx`
     --> reconcile.yaml:1:22
      |
    1 | default_environment: sandbx
      |                      ^^^^^^
      |
      = hint: did you mean `sandbox`?

    error[environment-conflict]: `b` is neither embedded nor has systems
     --> reconcile.yaml:4:3
      |
    4 |   b: {embedded: false}
      |   ^
      |
      = hint: add the systems with their `url` and `key`, or `embedded: true`
    ");
}

#[test]
fn recipients_are_distinct() {
    let files = checked(&[(
        "reconcile.yaml",
        "\
partner:
  recipients:
    Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp
    Loop's vault: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp
",
    )]);
    assert_snapshot!(rendered(&files), @"
    error[duplicate-recipient]: `Loop` and `Loop's vault` have the same public key
     --> reconcile.yaml:4:19
      |
    3 |     Loop: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp
      |           -------------------------------------------------------------- the same key
    4 |     Loop's vault: age1grsyt5s65ref6y8qx5pywvpq4hhase0w22uvnwnem8fdchak3adqmql7rp
      |                   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: remove one of the two, or ask the other recipient for its own key
    ");
}
