//! Tests of the edits to the lines of a file.

use super::*;
use insta::assert_snapshot;
use jiff::civil::date;

const EXISTING: Journey = Journey::Existing { omnireturns_access: None };

fn on() -> Fact {
    Fact { on: date(2026, 10, 5), by: None, connote: None }
}

fn told() -> Fact {
    Fact { by: Some("loop".into()), connote: Some("TK1".into()), ..on() }
}

/// States `test_label`, which comes between `keys_supplied` and `switched_to_loop`.
fn labelled(text: &str, fact: &Fact) -> String {
    match state(text.as_bytes(), EXISTING, Milestone::TestLabel, fact) {
        Ok(edited) => edited,
        Err(NotEditable { key, to_do }) => format!("(by hand {key}) {to_do}"),
    }
}

#[test]
fn a_milestone_is_inserted_in_order() {
    let text = "\
retailer: Acme # a
milestones: # b
    # c
    keys_supplied:   2026-10-01   # d

    # e
    switched_to_loop: 2026-10-12
    # f
# g
journey: existing
";
    assert_snapshot!(labelled(text, &on()), @"
    retailer: Acme # a
    milestones: # b
        # c
        keys_supplied:   2026-10-01   # d
        test_label: 2026-10-05

        # e
        switched_to_loop: 2026-10-12
        # f
    # g
    journey: existing
    ");
    let text = "milestones:\n  # c\n  # d\n  live: 2026-10-01\nretailer: Acme\n";
    assert_snapshot!(labelled(text, &on()), @"
    milestones:
      test_label: 2026-10-05
      # c
      # d
      live: 2026-10-01
    retailer: Acme
    ");
    let text = "milestones:\n  live: 2026-10-01\n  keys_supplied: 2026-10-01\nretailer: Acme\n";
    assert_snapshot!(labelled(text, &told()), @"
    milestones:
      live: 2026-10-01
      keys_supplied: 2026-10-01
      test_label: {on: 2026-10-05, by: loop, connote: TK1}
    retailer: Acme
    ");
    let text = "milestones:\n  keys_requested: {on: 2026-10-01,\n    by: x}\n  # last\n\n...\n";
    assert_snapshot!(labelled(text, &told()), @"
    milestones:
      keys_requested: {on: 2026-10-01,
        by: x}
      test_label: {on: 2026-10-05, by: loop, connote: TK1}
      # last

    ...
    ");
}

#[test]
fn flow_style_is_preserved() {
    let text = "milestones: {keys_supplied: 2026-10-01, live: 2026-10-09,} # c\n";
    assert_snapshot!(labelled(text, &told()), @"milestones: {keys_supplied: 2026-10-01, test_label: {on: 2026-10-05, by: loop, connote: TK1}, live: 2026-10-09,} # c");
    let text = "{\"milestones\": {\n  \"live\": \"2026-10-09\" # c\n}, \"retailer\": \"Acme\"}\n";
    assert_snapshot!(labelled(text, &on()), @r#"
    {"milestones": {
      test_label: 2026-10-05, "live": "2026-10-09" # c
    }, "retailer": "Acme"}
    "#);
    let text = "{retailer: Acme, journey: existing, settings: {}} # c\n";
    assert_snapshot!(labelled(text, &told()), @"{retailer: Acme, journey: existing, milestones: {test_label: {on: 2026-10-05, by: loop, connote: TK1}}, settings: {}} # c");
    for (empty, filled) in [
        ("{milestones: {}}", "{milestones: {test_label: 2026-10-05}}"),
        ("{milestones: ~, x: 1}", "{milestones: {test_label: 2026-10-05}, x: 1}"),
        ("{milestones: , x: 1}", "{milestones: {test_label: 2026-10-05} , x: 1}"),
        ("{milestones}", "{milestones: {test_label: 2026-10-05}}"),
        ("milestones:\n  {} # c\n", "milestones:\n  {test_label: 2026-10-05} # c\n"),
        ("milestones: { # c\n  }\n", "milestones: {test_label: 2026-10-05 # c\n  }\n"),
    ] {
        assert_eq!(labelled(empty, &on()), filled, "{empty}");
    }
}

#[test]
fn a_section_without_milestones_gets_its_first() {
    for (empty, filled) in [
        ("milestones:\n", "milestones:\n  test_label: 2026-10-05\n"),
        ("milestones: # c\n", "milestones: # c\n  test_label: 2026-10-05\n"),
        ("milestones: ~ # c\n", "milestones: # c\n  test_label: 2026-10-05\n"),
        ("'milestones' : null\n", "'milestones' :\n  test_label: 2026-10-05\n"),
        ("milestones: { }\nx: 1\n", "milestones:\n  test_label: 2026-10-05\nx: 1\n"),
        ("milestones:", "milestones:\n  test_label: 2026-10-05\n"),
        (
            "milestones:\n\n   # c\n\n# d\nx:\n   y: 1\n",
            "milestones:\n\n   # c\n   test_label: 2026-10-05\n\n# d\nx:\n   y: 1\n",
        ),
    ] {
        assert_eq!(labelled(empty, &on()), filled, "{empty}");
    }
}

#[test]
fn a_section_that_is_missing_is_added_where_it_belongs() {
    let text = "# a\nretailer: Acme\njourney: existing # b\n\n# c\nnotes: x\n";
    assert_snapshot!(labelled(text, &on()), @"
    # a
    retailer: Acme
    journey: existing # b
    milestones:
      test_label: 2026-10-05

    # c
    notes: x
    ");
    let text = "\
retailer: Acme
ids:
    omnirps: \"1\"
    # omniparcel is yet to come
# c
account_manager: |+
    Dana

# d
notes: x
";
    assert_snapshot!(labelled(text, &on()), @r#"
    retailer: Acme
    ids:
        omnirps: "1"
        # omniparcel is yet to come
    # c
    account_manager: |+
        Dana

    milestones:
        test_label: 2026-10-05
    # d
    notes: x
    "#);
    let text = "---\n  retailer: Acme\n  journey: existing\n...\n";
    assert_snapshot!(labelled(text, &on()), @"
    ---
      retailer: Acme
      journey: existing
      milestones:
        test_label: 2026-10-05
    ...
    ");
    assert_snapshot!(labelled("# a\nnotes: x\n", &on()), @"
    milestones:
      test_label: 2026-10-05
    # a
    notes: x
    ");
}

#[test]
fn a_different_statement_is_changed_in_place() {
    for (before, after) in [
        ("test_label: 2026-10-01   # c", "test_label: 2026-10-05   # c"),
        ("\"test_label\": '2026-10-01'", "\"test_label\": 2026-10-05"),
        ("test_label: {on: 2026-10-01, connote: X} # c", "test_label: 2026-10-05 # c"),
        ("test_label:\n    2026-10-01", "test_label:\n    2026-10-05"),
        ("test_label:\n    on: 2026-10-01 # c", "test_label:\n    on: 2026-10-05 # c"),
        (
            "test_label:\n    # c\n    connote: X\n    on: 2026-10-01 # d",
            "test_label:\n    # c\n    on: 2026-10-05 # d",
        ),
        ("test_label: # c", "test_label: 2026-10-05 # c"),
    ] {
        let file = |milestone: &str| format!("milestones:\n  {milestone}\n  live: 2026-10-09\n");
        assert_eq!(labelled(&file(before), &on()), file(after));
    }
    let text = "milestones:\n  test_label: # a\n    on: 2026-10-01 # b\n    # c\nnotes: x\n";
    assert_snapshot!(labelled(text, &told()), @"
    milestones:
      test_label: # a
        on: 2026-10-05 # b
        by: loop
        connote: TK1
        # c
    notes: x
    ");
    let text = "milestones:\n  test_label: {\n    on: 2026-10-01, # b\n    by: x # c\n  }\n";
    assert_snapshot!(labelled(text, &told()), @"
    milestones:
      test_label: {
        on: 2026-10-05, # b
        by: loop, connote: TK1 # c
      }
    ");
}

#[test]
fn an_equal_statement_is_left_unchanged() {
    for text in [
        "milestones: {test_label: {\"connote\": 'TK1', by: loop, on: 2026-10-05}}\n",
        "milestones:\n  test_label:\n    by: 'loop'\n    connote: \"TK1\"\n    on: 2026-10-05\n",
    ] {
        assert_eq!(labelled(text, &told()), text);
    }
}

#[test]
fn line_ends_and_byte_order_marks_are_preserved() {
    let text = "\u{feff}retailer: Acme\r\njourney: existing\r\nnotes: x\r\n";
    assert_eq!(
        labelled(text, &on()),
        "\u{feff}retailer: Acme\r\njourney: existing\r\nmilestones:\r\n  test_label: 2026-10-05\r\nnotes: x\r\n"
    );
    assert_eq!(
        labelled("retailer: Acme\r\nmilestones:", &on()),
        "retailer: Acme\r\nmilestones:\r\n  test_label: 2026-10-05\r\n"
    );
    assert_eq!(
        labelled("milestones:\n  keys_supplied: 2026-10-01", &on()),
        "milestones:\n  keys_supplied: 2026-10-01\n  test_label: 2026-10-05\n"
    );
}

#[test]
fn unusual_texts_round_trip() {
    for odd in [
        "a: b",
        "#x",
        "say \"hi\"",
        " lead",
        "trail ",
        "it's",
        "123",
        "007",
        "yes",
        "on",
        "null",
        "~",
        "1e5",
        "a, b",
        "}",
        "[",
        "&a",
        "*a",
        "!t",
        "- x",
        "? x",
        "Zoë",
        "Вега",
        "🙂",
        "tab\there",
        "new\nline",
        "\u{85}\u{2028}\u{feff}",
        "\u{fffe}\u{ffff}",
        "\\",
        "%",
        "`",
        "@x",
        "2026-10-05",
        "\u{a0}x",
        "e\u{301}",
        "\u{7f}\u{9f}\u{0}",
    ] {
        let fact = Fact { by: Some(odd.into()), connote: Some(odd.into()), ..on() };
        for text in
            ["retailer: Acme\n", "{retailer: Acme}", "milestones:\n  test_label:\n    on: x\n"]
        {
            let edited = labelled(text, &fact);
            let said: serde_yaml::Value = serde_yaml::from_str(&edited).unwrap();
            let said = &said["milestones"]["test_label"];
            assert_eq!(said["by"].as_str(), Some(odd), "{edited}");
            assert_eq!(said["connote"].as_str(), Some(odd), "{edited}");
        }
    }
}

#[test]
fn unsafe_edits_are_left_to_people() {
    for text in [
        "",
        "[]",
        "milestones: []",
        "milestones: x",
        "a: 1\na: 2\n",
        "a: [",
        "milestones:\n  test_label: >-\n    2026-10-01\n",
        "milestones: &a\n  live: 2026-10-01\nother: *a\n",
        "milestones:\n  test_label:\n    on: 2026-10-01\n    by: x # why\n",
    ] {
        let edited = labelled(text, &on());
        assert_eq!(
            edited,
            "(by hand test_label) write it by hand, below `milestones:`, as `test_label: 2026-10-05`",
            "{text}"
        );
    }
    let error = state(b"[]", EXISTING, Milestone::TestLabel, &told()).unwrap_err();
    assert_snapshot!(error, @"`test_label` cannot be changed without touching other lines of the file");
    assert_snapshot!(error.to_do, @"write it by hand, below `milestones:`, as `test_label: {on: 2026-10-05, by: loop, connote: TK1}`");
}
