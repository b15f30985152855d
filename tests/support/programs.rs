//! Programs of the machine that tests start.
//!
//! A test that needs one which not every development machine has is ignored, with the program as the
//! reason; CI installs them (`.ci/packages`) and runs these tests, too.

#![allow(dead_code, reason = "not every test binary uses all of it")]

use std::path::PathBuf;

/// Returns the path of the first of these programs that exists.
pub(crate) fn find(programs: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    // Where Debian installs servers that are not in the path, newest first.
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    versions.sort();
    folders.extend(versions.into_iter().rev());
    folders.push("/usr/sbin".into());
    let mut places = programs.iter().flat_map(|name| folders.iter().map(move |in_| in_.join(name)));
    let found = places.find(|path| path.exists());
    let found = found.unwrap_or_else(|| {
        panic!("this test needs `{}`, which is not installed", programs.join("` or `"))
    });
    // PostgreSQL finds its other files relative to its real path.
    found.canonicalize().unwrap()
}
