//! Measures what a board of 5,000 retailers costs the browser.
//!
//! `cargo bench --bench board` prints the size of the file, and how long Chromium takes to open
//! and to filter it. The number of retailers can be given: `cargo bench --bench board --
//! 20000`. It needs Node.js, Chromium and the packages of `.ci/browser`.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "it prints, and fails by panicking")]

#[path = "../tests/browser/fleet.rs"]
mod fleet;

use std::path::Path;
use std::process::Command;

/// The default number of retailers.
const RETAILERS: usize = 5_000;

fn main() {
    let retailers = std::env::args().find_map(|argument| argument.parse().ok());
    let retailers = retailers.unwrap_or(RETAILERS);
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("retailers")).unwrap();
    fleet::write(folder.path(), retailers, |number| format!("Retailer {number}"));
    let made = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .args(["status", "--offline", "--format", "html", "--out", "board.html"])
        .current_dir(folder.path())
        .status();
    assert!(made.unwrap().success());
    let board = folder.path().join("board.html");
    let bytes = std::fs::metadata(&board).unwrap().len();
    println!("{retailers} retailers, {:.1} MB", bytes as f64 / 1e6);
    let measured = Command::new("node")
        .arg("measure.mjs")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser"))
        .env("CHROMIUM", std::env::var("CHROMIUM").unwrap_or_else(|_| "/usr/bin/chromium".into()))
        .env("BOARD", board)
        .status();
    assert!(measured.unwrap().success());
}
