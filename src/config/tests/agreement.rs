//! The two ways of reading a file take the same and refuse the same.

use crate::config::de;
use crate::config::scalar::Section;
use crate::config::schema::RetailerFile;
use crate::config::tree::Node;
use proptest::prelude::*;
use serde::de::DeserializeOwned;

/// Reads a text both ways, and asserts that the results are equal.
fn agree<T: DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) {
    let fast = serde_yaml::from_str::<T>(text).ok();
    let mut tree = Node::parse(text).unwrap();
    // A key that occurs twice is an error of the first way and taken out by the second.
    let is_readable = tree.take_unreadable().is_empty();
    let slow = de::from_node::<T>(&tree).ok().filter(|_| is_readable);
    assert_eq!(fast, slow, "{text}");
}

const SCALARS: [&str; 48] = [
    "null",
    "~",
    "Null",
    "NULL",
    "nUll",
    "",
    "true",
    "True",
    "TRUE",
    "tRue",
    "false",
    "False",
    "yes",
    "no",
    "on",
    "off",
    "0",
    "1",
    "-1",
    "+1",
    "007",
    "0x1F",
    "0o17",
    "0b11",
    "1.5",
    "1e3",
    ".5",
    ".inf",
    "-.inf",
    ".nan",
    "1_000",
    "18446744073709551615",
    "18446744073709551616",
    "2026-10-01",
    "12:30:00",
    "Acme",
    "A: b",
    "'x'",
    "\"x\\ty\"",
    "\"\"",
    "''",
    "[]",
    "{}",
    "[1, a]",
    "{a: 1}",
    "|\n        a\n        b",
    ">-\n        a\n        b",
    "a # b",
];

#[test]
fn scalars_of_all_kinds_are_taken_alike() {
    for scalar in SCALARS.iter().filter(|scalar| **scalar != "A: b") {
        for lines in [
            format!("retailer: {scalar}\n"),
            format!("journey: {scalar}\n"),
            format!("ids:\n  omnirps: {scalar}\n"),
            format!("ids: {scalar}\n"),
            format!("milestones:\n  live: {scalar}\n"),
            format!("milestones:\n  live:\n    on: {scalar}\n"),
            format!("settings:\n  a:\n    value: {scalar}\n"),
            format!("settings:\n  a:\n    manage: {scalar}\n"),
            format!("settings:\n  a:\n    reason: {scalar}\n"),
            format!("settings:\n  a: {scalar}\n"),
            format!("notes: {scalar}\nnotes: x\n"),
            format!("\"notes\": {scalar}\n"),
            format!("unknown: {scalar}\n"),
        ] {
            agree::<Section<RetailerFile>>(&lines);
        }
    }
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::sample::select(&SCALARS[..44])
            .prop_filter("plain", |s| !s.contains("A: b"))
            .prop_map(str::to_owned),
        "[a-zA-Z0-9.+-]{1,6}",
        "\"[a-z0-9 #:,]{0,6}\"",
        "'[a-z0-9 #:,]{0,6}'",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn files_are_taken_alike(
        entries in proptest::collection::vec(
            (
                proptest::sample::select(vec![
                    "retailer", "journey", "account_manager", "omnireturns_access", "omnireturns",
                    "ids", "milestones", "settings", "notes", "other",
                ]),
                proptest::option::of(proptest::sample::select(vec![
                    "name", "omnirps", "live", "omnireturns.portal", "other",
                ])),
                value(),
            ),
            1..6,
        )
    ) {
        let mut text = String::new();
        for (key, inner, value) in entries {
            match inner {
                Some(inner) => text.push_str(&format!("{key}:\n  {inner}: {value}\n")),
                None => text.push_str(&format!("{key}: {value}\n")),
            }
        }
        agree::<Section<RetailerFile>>(&text);
    }
}
