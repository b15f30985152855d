//! The invariants that `src/lib.rs` states, checked over the source text.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "support/circles.rs"]
mod circles;

use circles::circles;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Past this a file is split, so that none becomes a dump.
const LONGEST_FILE: usize = 600;

/// All commands together are shorter: they only wire.
const MOST_OF_COMMANDS: usize = 2_000;

/// The source files with their text, by path below `src`.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push((name(&root, &path), std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn name(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/")
}

/// The code without unit tests and comments.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Fails when code in these places says one of these words. A place is a file, or a folder with
/// all that is below it; there has to be one of that name.
fn forbid_in(places: &[&str], words: &[&str], why: &str) {
    let sources = sources();
    for place in places {
        let is_there = sources.iter().any(|(name, _)| name.starts_with(place));
        assert!(is_there, "there is no src/{place}, for which a rule is: {why}");
    }
    forbid(|name| places.iter().any(|place| name.starts_with(place)), words, why);
}

/// Fails when code in these places says one of these words.
fn forbid(places: impl Fn(&str) -> bool, words: &[&str], why: &str) {
    let mut checked = 0;
    for (name, text) in sources() {
        if !places(&name) || name.ends_with("tests.rs") || name.contains("tests/") {
            continue;
        }
        checked += 1;
        let code = code(&text);
        for word in words {
            assert!(!code.contains(word), "src/{name} says `{word}`: {why}");
        }
    }
    assert!(checked > 0, "no file was checked for: {why}");
}

/// Stages that take values and return values.
const PURE: [&str; 27] = [
    "process/",
    "plan/",
    "render/",
    "model/",
    "diagnostic.rs",
    "diff.rs",
    "locate.rs",
    "matching.rs",
    "matching/",
    "explain.rs",
    "identity.rs",
    "status/",
    "rollback.rs",
    "import/",
    "handoff/document.rs",
    "handoff/fingerprint.rs",
    "verify/",
    "scope.rs",
    "shell.rs",
    "authoring.rs",
    "message/",
    "uploads.rs",
    "codes.rs",
    "config/edit/",
    "config/yaml.rs",
    "runs/journal/chain.rs",
    "runs/journal/recovery.rs",
];

#[test]
fn pure_stages_touch_nothing() {
    let words = [
        "reqwest",
        "tokio",
        "rusqlite",
        "axum",
        "std::fs",
        "std::env",
        "std::net",
        "std::process",
        "SystemTime",
        "Instant",
        "Timestamp",
        "HashMap",
        "HashSet",
        "thread",
    ];
    forbid_in(&PURE, &words, "pure stages take values and return values, in a stable order");
}

/// The rooms of `docs/maintaining.md`, each with those that it uses, from the bottom up.
fn rooms() -> Vec<(String, Vec<String>)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/maintaining.md");
    let page = std::fs::read_to_string(page).unwrap();
    let table = page.split("| room | holds | uses |\n|---|---|---|\n").nth(1).unwrap();
    let mut rooms: Vec<(String, Vec<String>)> = Vec::new();
    for row in table.lines().take_while(|line| line.starts_with('|')) {
        let cells: Vec<&str> = row.split('|').collect();
        let names = |cell: &str| -> Vec<String> {
            cell.split('`').skip(1).step_by(2).map(str::to_owned).collect()
        };
        let used = match cells[3].trim() {
            "all of the above" => rooms.iter().map(|(room, _)| room.clone()).collect(),
            _ => names(cells[3]),
        };
        rooms.push((names(cells[1])[0].clone(), used));
    }
    rooms
}

/// The rooms that a source text names.
fn used_rooms(code: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
    };
    let mut used = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(group) => {
                let group = group.split(';').next().unwrap_or_default();
                used.extend(group.split([',', '\n']).map(|name| word(name.trim())));
            }
            None => {
                used.insert(word(after));
            }
        }
    }
    used
}

#[test]
fn a_room_uses_those_below_it_that_the_table_names() {
    let rooms = rooms();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (name, text) in sources() {
        let room = name.split(['/', '.']).next().unwrap().to_owned();
        let is_test = name.contains("tests") || room == "testing";
        if !is_test && !["main", "lib"].contains(&&*room) {
            found.entry(room).or_default().extend(used_rooms(&code(&text)));
        }
    }
    let names: Vec<&String> = rooms.iter().map(|(room, _)| room).collect();
    for room in found.keys() {
        assert!(names.contains(&room), "src/{room} is not in the table of docs/maintaining.md");
    }
    for (at, (room, uses)) in rooms.iter().enumerate() {
        let used = found.get(room).unwrap_or_else(|| panic!("there is no src/{room}"));
        for other in names.iter().filter(|other| **other != room && used.contains(**other)) {
            assert!(uses.contains(other), "{room} uses {other}, which its row does not name");
        }
        for other in uses {
            assert!(names[..at].contains(&other), "{room} uses {other}, which is not above it");
            let is_stale = room != "commands" && !used.contains(other);
            assert!(!is_stale, "{room} does not use {other} any more");
        }
    }
}

#[test]
fn the_rooms_that_a_text_names_are_found() {
    let code =
        "use crate::a;\nuse crate::b::{c, d};\nuse crate::{e::f, g};\nlet _ = crate::h::i();";
    let rooms: Vec<String> = used_rooms(code).into_iter().collect();
    assert_eq!(rooms, ["a", "b", "e", "g", "h"]);
}

#[test]
fn no_files_of_a_room_use_each_other_in_a_circle() {
    let is_test = |name: &str| name.contains("tests");
    let files = sources().into_iter().filter(|(name, _)| !is_test(name));
    let files: Vec<(String, String)> = files.map(|(name, text)| (name, code(&text))).collect();
    let found = circles(&files);
    assert!(found.is_empty(), "move what both use to a third file: {found:#?}");
}

#[test]
fn a_circle_of_files_is_found_through_re_exports() {
    let circle = |of_b: &str| {
        let files = [
            ("room/mod.rs", "mod a;\nmod b;\nmod c;\npub(crate) use a::{A, Other};\nuse b::B;"),
            ("room/a.rs", "use super::b::{\n    B,\n};\nuse super::Room;"),
            ("room/b.rs", of_b),
            ("room/c.rs", "use crate::room::{A, b::B};"),
            ("other/mod.rs", "use crate::room::A;"),
        ];
        circles(&files.map(|(path, code)| (path.to_owned(), code.to_owned())))
    };
    assert_eq!(circle("use crate::other::Thing;\nuse super::Room;"), Vec::<String>::new());
    let found = ["room/a uses room/b", "room/b uses room/a"];
    assert_eq!(circle("use crate::room::A;"), found);
    assert_eq!(circle("fn f() -> crate::room::A {}"), found);
}

#[test]
fn planning_never_holds_a_writer() {
    let planning = [
        "commands/plan.rs",
        "commands/drift.rs",
        "commands/explain.rs",
        "commands/status.rs",
        "commands/uploads.rs",
        "commands/validate.rs",
        "commands/message.rs",
        "commands/history.rs",
        "commands/rollback.rs",
        "commands/import.rs",
        "commands/attest.rs",
        "commands/handoff.rs",
        "session/base.rs",
        "session/files.rs",
        "session/choice.rs",
        "session/planning.rs",
        "driver/fleet.rs",
    ];
    let words = ["Writer", "Prober", "dry_run"];
    forbid_in(&[&PURE[..], &planning].concat(), &words, "a plan that holds no writer cannot write");
    forbid(|_| true, &["dry_run"], "there is no mode that almost writes");
}

#[test]
fn a_look_has_no_way_to_send() {
    forbid_in(
        &["driver/read_only.rs"],
        &["Reader", "Prober", "Client", "Driver"],
        "a whole fleet is verified without a connection, so that no label is made by accident",
    );
}

#[test]
fn an_attestation_asks_no_system() {
    forbid_in(
        &["commands/attest.rs", "attest/"],
        &["async", "systems::", "Reader"],
        "what people confirm is written, whatever live says",
    );
}

#[test]
fn a_reader_sends_only_reads() {
    forbid_in(
        &["systems/http/read.rs", "systems/http/pages.rs"],
        &["Method::Post", "Method::Put", "Method::Patch", "create", "update", ".send("],
        "reading goes through `ask`, with the contract's calls that read",
    );
}

#[test]
fn only_a_handoff_and_a_verification_fetch_keys() {
    let allowed = ["systems/http/keys.rs", "systems/keys.rs"];
    let commands = ["handoff/issued.rs", "driver/verify.rs"];
    let others = |name: &str| {
        // The sandbox makes up the keys that it gives.
        !allowed.contains(&name) && !commands.contains(&name) && !name.starts_with("sandbox/")
    };
    forbid(others, &["retailer_key"], "a key that is not fetched cannot leak");
}

#[test]
fn only_systems_know_wire_names() {
    let wire = [
        "RetailerName",
        "CompanyName",
        "PortalPublished",
        "TrackingWebhook\"",
        "AccountName",
        "ShopifyIntegrationEnabled",
        "access_key\"",
        "PageSize",
    ];
    let others = |name: &str| {
        !["systems/", "sandbox/", "config/"].iter().any(|place| name.starts_with(place))
            && name != "testing.rs"
            // The names of an AWS credentials file.
            && name != "runs/open.rs"
    };
    forbid(others, &wire, "wire names stay in `systems` and in the sandbox that plays them");
}

#[test]
fn only_render_knows_colours() {
    let others = |name: &str| !name.starts_with("render/");
    forbid(others, &["anstyle", "AnsiColor"], "colours are chosen in `render`");
}

#[test]
fn only_the_process_knows_steps() {
    let is_step = |text: &&str| {
        let digits = text.strip_prefix(['N', 'E']).unwrap_or_default();
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
    };
    let files = sources();
    let process = files.iter().filter(|(name, _)| name.starts_with("process/"));
    let steps: BTreeSet<String> = process
        .flat_map(|(_, text)| text.split('"').filter(is_step))
        .map(|step| format!("\"{step}\""))
        .collect();
    assert!(steps.len() >= 25, "the steps of both journeys: {steps:?}");
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    forbid(
        |name| !name.starts_with("process/") && !name.starts_with("config/"),
        &steps,
        "steps are decided in `process`",
    );
}

#[test]
fn no_file_is_a_dump() {
    for (name, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST_FILE, "src/{name} has {lines} lines; split it by stage");
    }
    let sources = sources();
    let commands = sources.iter().filter(|(name, _)| name.starts_with("commands/"));
    let lines: usize = commands.map(|(_, text)| text.lines().count()).sum();
    assert!(lines < MOST_OF_COMMANDS, "src/commands has {lines} lines; its rooms below decide");
}

#[test]
fn every_module_says_what_it_is() {
    for (name, text) in sources() {
        assert!(text.starts_with("//!"), "src/{name} does not start with what it is");
    }
}

#[test]
fn the_help_tells_every_exit_code() {
    let exits = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/exit.rs"));
    let exits = exits.unwrap();
    let codes: Vec<&str> = exits
        .lines()
        .filter_map(|line| Some(line.trim().strip_suffix(',')?.split_once(" = ")?.1))
        .filter(|code| code.parse::<u8>().is_ok())
        .collect();
    assert_eq!(codes.len(), 7, "{codes:?}");
    let help =
        std::process::Command::new(env!("CARGO_BIN_EXE_reconcile")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for code in codes {
        assert!(help.contains(&format!("\n  {code} ")), "--help does not tell exit code {code}");
    }
}
