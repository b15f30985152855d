//! Each code is reported where it applies and nowhere else.

use super::cases::{self, Case, Files};
use super::{checked, codes, project_cases};
use crate::codes::in_files;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Codes whose cases are too large for the table; they are in `hostile.rs` and `files.rs`.
const ELSEWHERE: [&str; 6] = [
    "link-leads-out",
    "file-too-large",
    "no-retailers",
    "not-utf8",
    "too-many-problems",
    "unread-file",
];

fn codes_of(files: &Files) -> Vec<&'static str> {
    const FILE: &str = "retailers/acme-apparel.yaml";
    use Files::{More, MoreOfNew, Project, Several, Whole};
    let found = match files {
        More(lines) => checked(&[(FILE, &format!("{}{lines}\n", super::CLEAN))]),
        MoreOfNew(lines) => checked(&[(FILE, &format!("retailer: Acme\njourney: new\n{lines}\n"))]),
        Whole(content) => checked(&[(FILE, content)]),
        Project(content) => checked(&[("reconcile.yaml", content), (FILE, super::CLEAN)]),
        Several(files) => checked(files),
    };
    codes(&found)
}

fn cases() -> impl Iterator<Item = &'static Case> {
    cases::CASES.iter().chain(project_cases::CASES)
}

#[test]
fn each_code_is_reported_alone_where_it_belongs_and_not_elsewhere() {
    let mut wrong = Vec::new();
    for (index, (code, bad, good)) in cases().enumerate() {
        let found = codes_of(bad);
        if found.is_empty() || found.iter().any(|other| other != code) {
            wrong.push(format!("case {index}: {code} gives {found:?}"));
        }
        let found = codes_of(good);
        if !found.is_empty() {
            wrong.push(format!("case {index}: beside {code} there is {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_code_has_a_case() {
    let tested: BTreeSet<&str> = cases().map(|(code, _, _)| *code).chain(ELSEWHERE).collect();
    let known: BTreeSet<&str> = in_files().map(|known| known.code).collect();
    assert_eq!(tested, known);
}

/// Collects the quoted words after the functions that take a code.
fn codes_in(source: &str, found: &mut BTreeSet<String>) {
    let is_code = |word: &str| {
        word.contains('-') && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'8')
    };
    found.extend(source.split('"').filter(|word| is_code(word)).map(str::to_owned));
}

#[test]
fn the_sources_use_exactly_the_known_codes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut used = BTreeSet::new();
    for folder in ["config", "config/checks", "model/types", "model/contract", "model/project"] {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                codes_in(&fs::read_to_string(path).unwrap(), &mut used);
            }
        }
    }
    let known: BTreeSet<String> = in_files().map(|known| known.code.to_owned()).collect();
    assert_eq!(used, known);
}
