//! Programs of the machine that tests start. If one is missing, its tests are skipped, or
//! fail with `RECONCILE_REQUIRE_PROGRAMS=1`.

#![allow(dead_code, reason = "not every test binary uses all of it")]

use std::io::Write;
use std::path::PathBuf;

/// Returns the path of the first of these programs that exists; otherwise reports that
/// tests are skipped.
pub(crate) fn find(what: &str, programs: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Where Debian installs servers that are not in the path, newest first.
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders.push("/usr/sbin".into());
    let places = programs.iter().flat_map(|name| folders.iter().map(move |in_| in_.join(name)));
    let found = places.into_iter().find(|path| path.exists());
    if found.is_none() {
        go_without(what, &format!("there is no `{}`", programs.join("` or `")));
    }
    // PostgreSQL finds its other files relative to its real path.
    found.map(|path| path.canonicalize().unwrap())
}

/// Reports which tests are skipped, and why.
pub(crate) fn go_without(what: &str, why: &str) {
    let required = std::env::var("RECONCILE_REQUIRE_PROGRAMS").is_ok_and(|value| value == "1");
    assert!(!required, "{why}, and RECONCILE_REQUIRE_PROGRAMS is set");
    // Unlike `println!`, this is not captured.
    let _ = writeln!(std::io::stderr(), "not tested with {what}: {why}");
}
