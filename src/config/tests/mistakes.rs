//! Mistakes that people often make have a message of their own.

use super::{CLEAN, checked, checked_one, codes, rendered};
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
      = hint: remove the quotes, or write straight ones, unless the name in OmniRPS has them: nothing can be renamed there later
    ");
    let inside = rendered(&checked_one("retailer: Zed’s Shop\njourney: new\n"));
    assert!(!inside.contains("the quotes"), "{inside}");
}

#[test]
fn what_to_do_about_a_name_depends_on_whether_it_is_in_omnirps() {
    let hint = |rest: &str| {
        let found = checked_one(&format!("retailer: Zed’s Shop\n{rest}"));
        let mut found = found.report.diagnostics.into_iter();
        found.find(|found| found.code == "name-not-sendable").unwrap().hint
    };
    assert_snapshot!(hint("journey: new\n"), @"enter the name in OmniRPS with plain letters, because Loop's uploads send it in a header and nothing can be renamed there later");
    assert_snapshot!(hint("journey: existing\n"), @"nothing can be renamed in OmniRPS: settle with the partner how its uploads send the name in the header");
    let supplied = hint("journey: new\nmilestones: {keys_supplied: 2026-10-01}\n");
    assert_eq!(supplied, hint("journey: existing\n"));
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
    let no_url = "is not a URL; write the full address, as in `https://host/path`";
    for (address, expected) in [
        ("'https://a.example/x '", "begins or ends with white space; remove it"),
        ("\"\\u00a0https://a.example\"", "begins or ends with white space; remove it"),
        ("'https://a.example/x y'", "contains white space; remove it, or write `%20` for a space"),
        ("'https:\\\\a.example'", "contains a backslash; write `/` instead"),
        ("'https://a.example\\x'", "contains a backslash; write `/` instead"),
        ("\"https://a.example/\\u0007\"", "contains a control character; remove it"),
        ("'https://a.example:99999'", no_url),
        ("'HTTPS:///a.example'", no_url),
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
      = hint: keep the right parts of both versions, and remove the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`
    ");
    assert_snapshot!(shown("retailer: Acme\r\njourney: new\r\n=======\r\n"), @"
    error[yaml-syntax]: this line marks a merge conflict
     --> retailers/acme-apparel.yaml:3:1
      |
    3 | =======
      | ^^^^^^^
      |
      = hint: keep the right parts of both versions, and remove the lines that begin with `<<<<<<<`, `=======` and `>>>>>>>`
    ");
    // In a valid file such lines are text.
    assert_snapshot!(shown("retailer: Acme\njourney: new\nnotes: |\n  =======\n  >>>>>>> b\n"), @"");
}

/// Returns each problem of a file as `line: message; hint`.
fn told(content: &str) -> String {
    let checked = checked_one(content);
    let report = &checked.report;
    let line = |found: &Diagnostic| {
        content[..found.primary.range.start.min(content.len())].matches('\n').count() + 1
    };
    let told = report.diagnostics.iter();
    let told = told.map(|found| format!("{}: {}; {}", line(found), found.message, found.hint));
    told.collect::<Vec<String>>().join("\n")
}

#[test]
fn a_line_without_its_colon_is_named() {
    assert_snapshot!(told("retailer Acme\njourney: new\n"), @"1: this line has no colon after its key; write `key: value`");
    assert_snapshot!(told("retailer:Test Shop\njourney: new\n"), @"1: a space is missing after the colon; write `key: value`, as in `journey: new`");
    assert_snapshot!(told("retailer: A\njourney: new\nmilestones:\n  introduced 2026-10-01\n\n  live: 2026-10-02\n"), @"4: this line has no colon after its key; write `key: value`");
    assert_snapshot!(told("retailer: A\njourney: new\nnotes: long\n  text\n  with: colon\n"), @"5: this line has a second colon, or its indentation is wrong; put a value that contains `: ` in quotes, or align the key with those beside it");
    assert_snapshot!(told("retailer: A\njourney: new\nmilestones:\n\tintroduced: 2026-10-01\n"), @"4: this line is indented with a tab; indent with spaces");
}

#[test]
fn a_colon_without_its_space_is_named_wherever_it_is() {
    let file = |rest: &str| told(&format!("retailer: Acme\njourney: new\n{rest}\n"));
    let missing = "a space is missing after the colon; write `key: value`, as in `journey: new`";
    let second = "milestones:\n  introduced: 2026-09-01\n  live:2026-09-01";
    assert_eq!(file(second), format!("5: {missing}"));
    assert_eq!(file(&format!("{second}\n\nnotes: x")), format!("5: {missing}"));
    let no_colon = "5: a key has no colon after it; write `key: value`";
    assert_eq!(file("notes: |\n  journey:new\nmilestones"), no_colon);
    assert_eq!(file("notes: meet\n  at:noon\nmilestones"), no_colon);
    assert_snapshot!(file("milestones:\n  introduced:2026-09-01"), @"4: `milestones` is text, but must be a mapping; write a space after the colon of each key, as in `key: value`");
    assert_snapshot!(file("milestones: {introduced:2026-09-01}"), @"3: `milestones.introduced:2026-09-01` is not a milestone; write a colon and a space after the key, as in `introduced: …`");
    assert_snapshot!(file("milestones: {introduced 2026-09-01}"), @"3: `milestones.introduced 2026-09-01` is not a milestone; write a colon and a space after the key, as in `introduced: …`");
    assert_snapshot!(file("settings: {omnirps.shopify_integration:enabled}"), @"3: `settings.omnirps.shopify_integration:enabled` is not a known setting; write a colon and a space after the key, as in `omnirps.shopify_integration: …`");
    // There it is a colon that is missing.
    assert_snapshot!(file("milestones:\n  introduced: 2026-09-01\n  live"), @"5: a key has no colon after it; write `key: value`");
    assert_snapshot!(file("settings: https://a.example"), @"3: `settings` is text, but must be a mapping; write its keys, as in `{NAME: …}`");
}

#[test]
fn a_letter_that_looks_like_another_is_named() {
    assert_snapshot!(told("retailer: Acme\nj\u{43e}urney: new\n"), @"2: unknown key `jоurney`; did you mean `journey`? the text here contains U+043E (`о`)");
    assert_snapshot!(told("retailer: Acme\njourney: n\u{435}w\n"), @"2: `journey` cannot be `nеw`; did you mean `new`? the text here contains U+0435 (`е`)");
    let file = |rest: &str| told(&format!("retailer: Acme\njourney: new\n{rest}\n"));
    assert_snapshot!(file("milestones: {liv\u{435}: 2026-10-01}"), @"3: `milestones.livе` is not a milestone; did you mean `live`? the text here contains U+0435 (`е`)");
}

#[test]
fn a_byte_order_mark_below_the_first_line_is_named() {
    let marked = |text: &str, line: usize| {
        let message = "this line begins with a byte order mark (U+FEFF), which is invisible";
        let hint = "delete it; only the start of a file may have one";
        assert_eq!(told(text), format!("{line}: {message}; {hint}"));
    };
    marked("retailer: Acme\n\u{feff}journey: new\n", 2);
    marked("\u{feff}\u{feff}retailer: Acme\njourney: new\n", 1);
}

#[test]
fn an_escape_that_only_json_has_is_named() {
    assert_snapshot!(told("retailer: \"a\\ud83d\\ude00\"\njourney: new\n"), @r#"1: an escape stands for no character; write the character itself; YAML does not know JSON's pairs of escapes, as in `\ud83d\ude00`"#);
}

#[test]
fn a_number_is_refused_for_what_is_wrong_with_it() {
    let number = |written: &str| {
        let project = format!("safety: {{from_retailers: {written}}}\n");
        let found = checked(&[("reconcile.yaml", &project)]).report.diagnostics.remove(0);
        format!("{}; {}", found.message, found.hint)
    };
    assert_snapshot!(number("010"), @"`safety.from_retailers` is text, but must be a whole number; write a whole number, without quotes or leading zeros");
    assert_snapshot!(number("5.0"), @"`safety.from_retailers` is not written as a whole number; write a whole number from 0 to 1000000");
    assert_eq!(number("1e1"), number("5.0"));
    assert_snapshot!(number("-5"), @"`safety.from_retailers` is out of range; write a whole number from 0 to 1000000");
    assert_eq!(number("12345678901234567890123"), number("-5"));
}

#[test]
fn the_id_of_a_setting_is_read_as_other_ids() {
    let id = |written: &str| {
        let setting = "omnireturns.omnirps_retailer_id";
        told(&format!("{CLEAN}settings: {{{setting}: {{value: {written}, reason: x}}}}\n"))
    };
    for written in ["77", "'77'", "1e3", "12345678901234567890123"] {
        assert_eq!(id(written), "", "{written}");
    }
    for written in ["1.5", "-7"] {
        assert!(id(written).contains("cannot be a number; write the id as"), "{}", id(written));
    }
}

#[test]
fn a_key_without_a_colon_or_in_the_wrong_place_is_one_mistake() {
    let file = |rest: &str| told(&format!("retailer: Acme\njourney: existing\n{rest}\n"));
    assert_snapshot!(file("milestones: {test_label: {on: 2026-10-01, connote TK100342334NZ}}"), @"3: unknown key `connote TK100342334NZ` in `milestones.test_label`; write a colon and a space after the key, as in `connote: …`");
    assert_snapshot!(file("milestones: {keys_supplied: {on; 2026-10-01}}"), @"3: unknown key `on; 2026-10-01` in `milestones.keys_supplied`; write a colon and a space after the key, as in `on: …`");
    assert_snapshot!(file("milestones:\nkeys_supplied: 2026-10-01"), @"4: unknown key `keys_supplied`; indent it if it belongs to `milestones`; the keys here are `retailer`, `journey`, `account_manager`, `omnireturns_access`, `omnireturns`, `ids`, `hub_addresses`, `milestones`, `settings` and `notes`");
    assert_snapshot!(file("milestones:\n  - keys_supplied: 2026-10-01"), @"3: `milestones` is a list, but must be a mapping; remove the `- ` before each key");
    assert_snapshot!(file("milestones: [keys_supplied]"), @"3: `milestones` is a list, but must be a mapping; write its keys on lines of their own below it, indented");
    assert_snapshot!(file("settings:\n  omnirps.shopify_integration: enabled"), @r#"4: `settings.omnirps.shopify_integration` is text, but must be a mapping with keys such as `value`, `manage` and `acknowledge`; write its keys, as in `{value: …, reason: "…"}`"#);
    assert_snapshot!(file("hub_addresses:\n  - name: NZ\n    lines: 1 Hub Road"), @"5: `hub_addresses.lines` is text, but must be a list; write a list, as in `[one, two]`");
    assert_snapshot!(told("Retailer: Acme\nJourney: new\n"), @"
    1: unknown key `Retailer`; did you mean `retailer`?
    2: unknown key `Journey`; did you mean `journey`?
    ");
    let project = checked(&[("reconcile.yaml", "partner: {recipients: age1}\n")]);
    assert_snapshot!(project.report.diagnostics[0].hint, @"write its keys, as in `{NAME: …}`");
}

#[test]
fn a_space_that_is_none_is_named_at_its_place() {
    let nbsp = "the space after this colon is U+00A0, which YAML does not know";
    for (file, line, message) in [
        ("retailer:\u{a0}Foo\njourney: new\n", 1, nbsp),
        ("retailer: Foo\njourney:\u{a0}new\n", 2, nbsp),
        ("retailer: Foo\njourney: new\nmilestones:\n  introduced:\u{a0}2026-10-01\n", 4, nbsp),
        ("retailer: Foo\njourney: new\nids: {omnirps:\u{a0}77}\n", 3, nbsp),
        (
            "retailer: Foo\njourney:\u{3000}new\n",
            2,
            "the space after this colon is U+3000, which YAML does not know",
        ),
        ("retailer： Foo\njourney: new\n", 1, "this colon is U+FF1A, which YAML does not know"),
    ] {
        let told = told(file);
        assert!(told.starts_with(&format!("{line}: {message}; write ")), "{told}");
        assert!(!told.contains('\n'), "{told}");
    }
    // Elsewhere it is a part of a text.
    let other = told("retailer: Foo\njourney: nwe\nnotes: \"see:\u{a0}there\"\n");
    assert!(!other.contains("U+00A0"), "{other}");
}

#[test]
fn a_space_that_is_none_in_an_indentation_is_named_at_its_place() {
    for (file, line, space) in [
        ("milestones:\n\u{a0}\u{a0}introduced: 2026-10-01\n", 4, "U+00A0"),
        ("milestones:\n \u{a0}introduced: 2026-10-01\n", 4, "U+00A0"),
        (
            "milestones:\n \u{a0}introduced: 2026-10-01\n  documents_completed: 2026-10-02\n",
            4,
            "U+00A0",
        ),
        (
            "milestones:\n  introduced: 2026-10-01\n\u{a0}\u{a0}documents_completed: 2026-10-02\n",
            5,
            "U+00A0",
        ),
        (
            "milestones:\n  introduced: 2026-10-01\n \u{a0}documents_completed: 2026-10-02\n",
            5,
            "U+00A0",
        ),
        ("milestones:\n\u{3000}introduced: 2026-10-01\n", 4, "U+3000"),
        ("\u{a0}notes: text\n", 3, "U+00A0"),
    ] {
        let told = told(&format!("retailer: Foo\njourney: new\n{file}"));
        let expected = format!("{line}: this line is indented with {space}, which YAML does not");
        assert!(told.starts_with(&expected), "{file:?}: {told}");
        assert!(!told.contains('\n'), "{told}");
    }
    // In a text it is a character like others.
    let other = told("retailer: Foo\njourney: nwe\nnotes: |\n  see:\n  \u{a0}there: x\n");
    assert!(!other.contains("U+00A0"), "{other}");
    // In a text it is no mistake, and hides none.
    let text = told("retailer: Foo\nnotes: |\n  a\n  \u{a0} b\naccount_manager: a: b\n");
    assert!(text.starts_with("5: ") && !text.contains("U+00A0"), "{text}");
}

#[test]
fn a_day_that_does_not_exist_is_not_called_misspelt() {
    let day = |day: &str| {
        told(&format!("retailer: Acme\njourney: new\nmilestones:\n  introduced: {day}\n"))
    };
    assert_snapshot!(day("2026-11-31"), @"4: `milestones.introduced` is `2026-11-31`, which is not a date; there is no such day; correct the month or the day");
    assert_snapshot!(day("2026-11-05,"), @"4: `milestones.introduced` is `2026-11-05,`, which is not a date; write the day alone, as in `2026-10-12`, with nothing before or after it");
    assert_snapshot!(day("2026\u{2011}10-01"), @"4: `milestones.introduced` is `2026‑10-01`, which is not a date: it contains U+2011 (non-breaking hyphen); write the day as YYYY-MM-DD, as in `2026-10-12`");
    assert_snapshot!(day("２026-10-01"), @"4: `milestones.introduced` is `２026-10-01`, which is not a date: it contains U+FF12 (`２`); write the day as YYYY-MM-DD, as in `2026-10-12`");
    assert_snapshot!(day("5 November"), @"4: `milestones.introduced` is `5 November`, which is not a date; write the day as YYYY-MM-DD, as in `2026-10-12`");
}

#[test]
fn a_connote_belongs_to_a_label_or_a_return() {
    let file = "retailer: Acme\njourney: new\nmilestones:\n  introduced: {on: 2026-11-05, \
                connote: TK100342334NZ}\n";
    assert_snapshot!(told(file), @"4: `introduced` is about no label, and has a connote; move the connote to the milestone of its label or return, or remove it");
}

#[test]
fn what_follows_the_switch_over_needs_it() {
    let missing = |milestones: &str| {
        let text = format!("{CLEAN}omnireturns_access: required\nmilestones:\n{milestones}");
        let found = checked_one(&text);
        codes(&found).into_iter().filter(|code| *code == "missing-milestone").count()
    };
    let switched = "  switched_to_loop: 2026-10-01\n";
    for milestone in ["  live: 2026-10-02\n", "  uploads_checked: 2026-10-02\n"] {
        assert_eq!(missing(milestone), 1, "{milestone}");
        assert_eq!(missing(&format!("{switched}{milestone}")), 0, "{milestone}");
    }
}
