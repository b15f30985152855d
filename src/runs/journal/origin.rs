//! Who runs an apply, and from which commit. Both are for people to read later; without
//! them a run goes on all the same.

use super::event::Commit;
use std::path::Path;
use std::process::{Command, Stdio};

/// Where a name is looked for: a CI system knows better than the account it runs in.
const VARIABLES: [&str; 5] = ["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "USER", "LOGNAME", "USERNAME"];

/// The longest name that is written down: longer than any login.
const LONGEST_NAME: usize = 100;

/// Returns the name of whoever runs this, never an e-mail address.
pub(crate) fn who(folder: &Path) -> Option<String> {
    VARIABLES
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find_map(|name| presentable(&name))
        .or_else(|| presentable(&git(folder, &["config", "user.name"])?))
}

fn presentable(name: &str) -> Option<String> {
    let name = name.trim();
    let usable = !name.is_empty() && !name.contains('@') && name.chars().count() <= LONGEST_NAME;
    usable.then(|| name.to_owned())
}

/// Returns the commit that the files stand on, where they are in Git.
pub(crate) fn commit(folder: &Path) -> Option<Commit> {
    let id = git(folder, &["rev-parse", "--verify", "--quiet", "HEAD"])?.trim().to_owned();
    // The tool's own folder is no change to the files.
    let changes = git(folder, &["status", "--porcelain", "--", ".", ":(exclude).reconcile"])?;
    Some(Commit { id, dirty: !changes.trim().is_empty() })
}

fn git(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git")
        // Reading is not to get in the way of somebody's commit.
        .env("GIT_OPTIONAL_LOCKS", "0")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::presentable;

    #[test]
    fn a_name_is_kept_and_an_address_is_not() {
        assert_eq!(presentable(" Dana Reyes\n").as_deref(), Some("Dana Reyes"));
        assert_eq!(presentable("dana@example.com"), None);
        assert_eq!(presentable("  "), None);
    }
}
