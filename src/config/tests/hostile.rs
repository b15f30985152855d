//! Hostile files, which must end in a diagnostic.

use super::{CLEAN, checked, checked_one, codes, rendered, source};
use crate::config::{Locations, Sources, check, read};

fn codes_of_bytes(bytes: &[u8]) -> Vec<&'static str> {
    let sources =
        Sources { retailers: vec![source("retailers/a.yaml", bytes)], ..Sources::default() };
    codes(&check(&sources, super::TODAY))
}

/// Fills 60 KiB, which is enough to detect superlinear growth.
fn filled(head: &str, line: impl Fn(usize) -> String) -> String {
    let mut text = head.to_owned();
    for number in 0.. {
        let line = line(number);
        if text.len() + line.len() > 60 * 1024 {
            break;
        }
        text.push_str(&line);
    }
    text
}

#[test]
fn hostile_files_end_in_a_diagnostic() {
    let bomb = {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..10 {
            let refs = vec![format!("*a{}", level - 1); 10].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{refs}]\n"));
        }
        text
    };
    let long = "x".repeat(60 * 1024);
    let files = [
        ("alias bomb", bomb),
        ("brackets", "[".repeat(20_000)),
        ("braces", "{a: ".repeat(15_000)),
        ("deep blocks", (0..600).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        ("deep list", "- ".repeat(20_000)),
        ("deep explicit keys", "? ".repeat(20_000)),
        (
            "deep under a valid head",
            format!("{CLEAN}notes: {}{}\n", "[".repeat(5000), "]".repeat(5000)),
        ),
        ("huge key", format!("{CLEAN}{long}: x\n")),
        ("huge quoted key", format!("{CLEAN}\"{long}\": x\n")),
        ("huge value of the wrong kind", format!("retailer: x\njourney: {long}\n")),
        (
            "one huge flow line",
            filled("{retailer: Acme, journey: new", |n| format!(", k{n}: {n}")) + "}",
        ),
        ("many unknown keys", filled(CLEAN, |n| format!("k{n}: x\n"))),
        ("many duplicates", filled(CLEAN, |_| "notes: x\n".to_owned())),
        ("many wrong facts", filled(&format!("{CLEAN}milestones:\n"), |n| format!("  k{n}: 1\n"))),
        (
            "many unknown settings",
            filled(&format!("{CLEAN}settings:\n"), |n| format!("  k{n}: {{value: 1}}\n")),
        ),
        ("many anchors", filled(CLEAN, |n| format!("k{n}: &a{n} x\n"))),
        ("many tags", filled(CLEAN, |n| format!("k{n}: !t x\n"))),
        ("many documents", "---\na: b\n".repeat(7_000)),
        ("many comments", filled("retailer: [\n", |_| "# a & b\n".to_owned())),
        ("many quotes", format!("{CLEAN}notes: \"{}", "\\\"".repeat(30_000))),
        ("many colons", ":".repeat(60_000)),
        ("many question marks", "?\n".repeat(30_000)),
        ("many dashes", "-\n".repeat(30_000)),
        ("many secrets", filled("retailer: [\n", |_| "key: x token: y\n".to_owned())),
        ("many addresses", format!("{CLEAN}x: {}\n", "x://".repeat(15_000))),
        ("many users", format!("{CLEAN}x: {}\n", "x://u@".repeat(10_000))),
        ("many queries", format!("{CLEAN}x: {}\n", "x:\\/\\/?".repeat(10_000))),
        ("many parameters", format!("{CLEAN}x: {}\n", "key=".repeat(15_000))),
        ("many fused keys", format!("{CLEAN}x: {}\n", "key:".repeat(15_000))),
        ("many secret keys", format!("{CLEAN}x: {}\n", "AGE-SECRET-KEY-".repeat(4_000))),
        (
            "a huge name",
            format!("retailer: \"{}\"\njourney: new\nnotes: 5\n", "Loop - ".repeat(9_000)),
        ),
    ];
    for (what, text) in &files {
        let found = checked_one(text);
        let shown = rendered(&found);
        assert!(found.report.has_errors(), "{what}");
        assert!(found.report.diagnostics.len() <= 101, "{what}");
        assert!(shown.len() < 101 * 2000, "{what}: {} bytes", shown.len());
    }
}

#[test]
fn problems_past_those_that_are_shown_are_counted() {
    for (keys, left_off) in [(100, 0), (101, 1), (103, 3)] {
        let text = (0..keys).fold(CLEAN.to_owned(), |text, n| text + &format!("k{n}: 1\n"));
        let found = checked_one(&text);
        let count = |code: &str| codes(&found).iter().filter(|found| **found == code).count();
        assert_eq!(count("unknown-key"), 100);
        let mut rest = found.report.diagnostics.iter().filter(|of| of.code != "unknown-key");
        let message = |left_off| format!("the file has at least {left_off} more problems");
        let told = rest.next().map(|of| (of.code, of.message.clone()));
        assert_eq!(told, (left_off > 0).then(|| ("too-many-problems", message(left_off))));
    }
}

#[test]
fn binary_files_are_refused() {
    assert_eq!(codes_of_bytes(b"retailer: Caf\xe9\njourney: new\n"), ["not-utf8"]);
    assert_eq!(codes_of_bytes(b"\xff\xfer\0e\0"), ["not-utf8"]);
    assert_eq!(codes_of_bytes(b"retailer: A\0\njourney: new\n"), ["control-character"]);
    assert_eq!(codes_of_bytes(&vec![b'a'; 300 * 1024]), ["file-too-large"]);
    assert_eq!(codes_of_bytes(&[0x7f; 100]).len(), 10);
}

#[test]
fn a_line_break_that_editors_do_not_show_is_refused() {
    for hidden in ['\u{85}', '\u{2028}', '\u{2029}'] {
        let file = format!("{CLEAN}# asked on Monday{hidden}milestones: {{live: 2026-11-02}}\n");
        assert_eq!(codes(&checked_one(&file)), ["control-character"], "{hidden:?}");
        let project = format!("# see ticket 12{hidden}default_environment: sandbox\n");
        assert_eq!(codes(&checked(&[("reconcile.yaml", &project)])), ["control-character"]);
    }
    // As an escape it hides nothing.
    let escaped = format!("{CLEAN}notes: \"one\\u2028two\"\n");
    assert_eq!(codes(&checked_one(&escaped)), [""; 0]);
}

#[test]
fn files_of_other_systems_are_taken_and_counted_alike() {
    let text = "retailer: Acme\njourney: new\nmilestones:\n  introduced: 2026-10-01\nnotes: 5\n";
    for text in [text.to_owned(), format!("\u{feff}{text}"), text.replace('\n', "\r\n")] {
        let found = checked_one(&text);
        assert_eq!(codes(&found), ["wrong-type"]);
        let primary = &found.report.diagnostics[0].primary;
        assert_eq!(found.report.line_column(primary), (5, 8));
        assert!(rendered(&found).contains("retailers/acme-apparel.yaml:5:8\n"));
        assert_eq!(checked_one(&text.replace("5", "x")).retailers.len(), 1);
    }
}

#[test]
fn columns_are_counted_in_characters_and_shown_alike() {
    for text in [
        "{retailer: \"Ácmé 服装 👕\", journey: nw}\n",
        "{retailer: \"\u{202e}Acme\", journey: nw}\n",
        "retailer: Acme\njourney: \tnw\n",
    ] {
        let found = checked_one(text);
        let shown = rendered(&found);
        for diagnostic in &found.report.diagnostics {
            let (line, column) = found.report.line_column(&diagnostic.primary);
            let place = format!("--> retailers/acme-apparel.yaml:{line}:{column}\n");
            assert!(shown.contains(&place), "{place}{shown}");
        }
        assert!(!shown.contains('\u{202e}'));
    }
    let padding = format!("{{notes: \"{}\", retailer: A, journey: nw}}", "é".repeat(3000));
    let found = checked_one(&padding);
    let shown = rendered(&found);
    assert!(shown.contains("retailers/acme-apparel.yaml:1:3035\n"), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() < 250), "{shown}");
}

#[test]
fn terminals_get_no_control_characters() {
    let found = checked(&[
        ("retailers/\u{1b}[31mred.yaml", "retailer: \"\u{1b}]0;x\u{7}\"\n\u{9b}31m: x\n"),
        (
            "retailers/b.yaml",
            "retailer: \"a\\e[31m\\u009b\"\njourney: \"\\e[1m\"\n\"\\e[2m\": x\nmilestones: {\"\\e[3m\": \"\\e[4m\"}\n",
        ),
    ]);
    let shown = rendered(&found);
    assert!(!shown.chars().any(|c| c.is_control() && c != '\n'), "{shown:?}");
}

#[test]
fn a_label_file_is_decoded_as_every_file_is() {
    const PROJECT: &str =
        "environments: {sandbox: {embedded: true, verify: {label: labels/a.yaml}}}\n";
    let whole = include_str!("../../sandbox/label.yaml");
    let padded = |length: usize| whole.to_owned() + &"#".repeat(length - whole.len());
    let of =
        |label: &str| codes(&checked(&[("reconcile.yaml", PROJECT), ("labels/a.yaml", label)]));
    assert_eq!(of(&padded(64 * 1024)), [""; 0]);
    assert_eq!(of(&format!("\u{feff}{whole}")), [""; 0]);
    assert_eq!(of(&padded(64 * 1024 + 1)), ["file-too-large"]);
    assert_eq!(of(&format!("a: {}", "[".repeat(60_000))), ["yaml-syntax"]);
    assert_eq!(of(&format!("{whole}Carriers: [[a], [b]]\n")), [""; 0]);
}

#[test]
fn a_project_file_of_brackets_is_read_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("reconcile.yaml"), "a: ".to_owned() + &"[".repeat(60_000))
        .unwrap();
    let project_file = Some(folder.path().join("reconcile.yaml"));
    let sources = read(&Locations { project_file, ..Locations::default() }).unwrap();
    assert_eq!(codes(&check(&sources, super::TODAY)), ["yaml-syntax"]);
}
