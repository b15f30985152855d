//! Programs of the machine that tests start. Where one is missing, its tests are left out,
//! unless `RECONCILE_REQUIRE_PROGRAMS=1` says that this is a failure.

#![allow(dead_code, reason = "not every test binary uses all of it")]

use std::io::Write;
use std::path::PathBuf;

/// Returns the place of the first of these programs that is there, or says that tests go
/// without this.
pub(crate) fn find(what: &str, programs: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Where Debian puts servers that are no commands, the newest first.
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
    // PostgreSQL finds its other files from where it really is.
    found.map(|path| path.canonicalize().unwrap())
}

/// Says that tests go without something, and why.
pub(crate) fn go_without(what: &str, why: &str) {
    let required = std::env::var("RECONCILE_REQUIRE_PROGRAMS").is_ok_and(|value| value == "1");
    assert!(!required, "{why}, and RECONCILE_REQUIRE_PROGRAMS is set");
    // Not captured, unlike `println!`.
    let _ = writeln!(std::io::stderr(), "not tested with {what}: {why}");
}
