//! Mistakes that people often make have a message of their own.

use super::{CLEAN, checked, checked_one, rendered};
use crate::diagnostic::Diagnostic;
use insta::assert_snapshot;

fn shown(content: &str) -> String {
    rendered(&checked_one(content))
}

#[test]
fn curly_quotes_around_a_name_are_pointed_out() {
    assert_snapshot!(shown("retailer: “Zed Shop”\njourney: new\n"), @"
    warning[name-not-sendable]: the quotes of `“Zed Shop”` are part of the name, and `“` (U+201C) cannot be sent in a header
     --> retailers/acme-apparel.yaml:1:11
      |
    1 | retailer: “Zed Shop”
      |           ^^^^^^^^^^
      |
      = hint: remove the quotes, or write straight ones, unless OmniRPS has these: nothing can be renamed there later
    ");
    let inside = rendered(&checked_one("retailer: Zed’s Shop\njourney: new\n"));
    assert!(!inside.contains("the quotes"), "{inside}");
}

#[test]
fn a_blank_in_an_address_is_named() {
    let flaw = |address: &str| {
        let setting = "settings: {omnirps.tracking_webhook.url: {reason: own, value: ADDRESS}}";
        let file = format!("{CLEAN}{}\n", setting.replace("ADDRESS", address));
        let found = checked_one(&file).report.diagnostics.pop().unwrap();
        assert_eq!(found.code, "webhook-not-https");
        let project =
            format!("environments: {{a: {{omnirps: {{key: {{env: A}}, url: {address}}}}}}}");
        let project = checked(&[("reconcile.yaml", &project)]).report.diagnostics.pop().unwrap();
        assert_eq!(project.code, "url-not-https");
        for found in [&found, &project] {
            assert!(!found.hint.contains("begins with"), "{found:?}");
        }
        let last = |found: &Diagnostic| {
            let (_, message) = found.message.split_once("` ").unwrap();
            format!("{message}; {}", found.hint)
        };
        assert_eq!(last(&found), last(&project));
        last(&found)
    };
    for (address, expected) in [
        ("'https://a.example/x '", "begins or ends with white space; remove it"),
        ("\"\\u00a0https://a.example\"", "begins or ends with white space; remove it"),
        ("'https://a.example/x y'", "contains white space; remove it, or write `%20` for a space"),
        ("'https:\\\\a.example'", "contains a backslash; write `/` instead"),
        ("'https://a.example\\x'", "contains a backslash; write `/` instead"),
        ("\"https://a.example/\\u0007\"", "contains a control character; remove it"),
    ] {
        assert_eq!(flaw(address), expected, "{address}");
    }
}

#[test]
fn a_merge_conflict_is_named() {
    let file =
        "retailer: Acme\n<<<<<<< HEAD\njourney: new\n=======\njourney: existing\n>>>>>>> b\n";
    assert_snapshot!(shown(file), @"
    error[yaml-syntax]: this line marks a merge conflict
     --> retailers/acme-apparel.yaml:2:1
      |
    2 | <<<<<<< HEAD
      | ^^^^^^^^^^^^
      |
      = hint: keep what is right of the two versions, and remove the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`
    ");
    assert_snapshot!(shown("retailer: Acme\r\njourney: new\r\n=======\r\n"), @"
    error[yaml-syntax]: this line marks a merge conflict
     --> retailers/acme-apparel.yaml:3:1
      |
    3 | =======
      | ^^^^^^^
      |
      = hint: keep what is right of the two versions, and remove the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`
    ");
    // In a valid file such lines are text.
    assert_snapshot!(shown("retailer: Acme\njourney: new\nnotes: |\n  =======\n  >>>>>>> b\n"), @"");
}
