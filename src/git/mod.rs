//! Reads from Git the files of a commit, as a checkout would contain them.
//!
//! Enters: a folder and the name of a commit. Leaves: bytes. Only this module runs `git`,
//! and the number of `git` commands does not depend on the number of files. It writes nothing,
//! not even the index.

mod checkout;
mod objects;
mod web;

pub(crate) use checkout::{Checkout, Content, FileSelection, Missing};

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Why the files of a commit could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    #[error("`git` cannot be run")]
    NoGit(#[source] std::io::Error),
    #[error("`{}` is not in a Git repository", .0.display())]
    NoRepository(PathBuf),
    #[error(
        "`{reference}` is not a commit in this repository{}",
        if *.shallow { ", in a shallow clone" } else { "" }
    )]
    NoCommit {
        reference: String,
        shallow: bool,
        /// The command that fetches the branch of a remote that the reference names.
        fetch: Option<String>,
    },
    #[error(
        "`{0}` is a submodule, so the retailer files in it at a commit are in another repository"
    )]
    Submodule(String),
    #[error("`git {command}` failed: {message}")]
    Failed { command: String, message: String },
}

impl GitError {
    /// Returns what to do about it.
    pub(crate) fn hint(&self) -> String {
        match self {
            GitError::NoGit(_) => "install git".into(),
            GitError::NoRepository(_) => "run this in the repository, or leave --base out".into(),
            GitError::NoCommit { fetch: Some(fetch), .. } => format!("fetch it: `{fetch}`"),
            GitError::NoCommit { shallow: true, .. } => {
                "fetch more of the history: `git fetch --unshallow`, or `fetch-depth: 0` for \
                 actions/checkout"
                    .into()
            }
            GitError::NoCommit { shallow: false, .. } => {
                "name a branch, a tag or a commit, such as origin/main".into()
            }
            GitError::Submodule(_) => {
                "move its files into this repository, or make the whole retailers folder a \
                 submodule"
                    .into()
            }
            GitError::Failed { .. } => "read git's message, and check the repository".into(),
        }
    }
}

/// The variables that make `git` use a different repository, index or set of attributes
/// than those of the folder. The first two together name a repository deliberately; hooks
/// and aliases set only some of them.
///
/// From `git rev-parse --local-env-vars` and git(1) 2.47, without `GIT_CONFIG*`.
const VARIABLES: [&str; 20] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_ATTR_SOURCE",
    "GIT_LITERAL_PATHSPECS",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
];

/// Returns the repository and the work tree that the environment names deliberately.
fn named_by_environment() -> Option<[(&'static str, PathBuf); 2]> {
    let named = |name| {
        let path = std::env::var_os(name).filter(|path| !path.is_empty())?;
        // `git` runs in a different folder than this process.
        Some((name, std::path::absolute(path).ok()?))
    };
    Some([named("GIT_DIR")?, named("GIT_WORK_TREE")?])
}

/// Returns a `git` command in a folder. It uses the repository that contains the folder.
pub(crate) fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    match named_by_environment() {
        Some(named) => {
            command.envs(named);
        }
        None => VARIABLES.iter().for_each(|name| {
            command.env_remove(name);
        }),
    }
    command
        // Messages are compared, so their language must not vary.
        .env("LC_ALL", "C")
        // Reading must not interfere with a commit in progress.
        .env("GIT_OPTIONAL_LOCKS", "0")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .stdin(Stdio::null());
    command
}

/// Returns the top of the work tree that contains a folder, without running `git`.
pub(crate) fn top(folder: &Path) -> Option<PathBuf> {
    let folder = std::fs::canonicalize(folder).ok()?;
    if let Some([_, (_, top)]) = named_by_environment() {
        let top = std::fs::canonicalize(top).ok()?;
        return folder.starts_with(&top).then_some(top);
    }
    folder.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned)
}

/// Returns whether `git add` would add a new file; `false` if there is no repository.
pub(crate) fn would_add(file: &Path) -> bool {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let Some(name) = file.file_name().and_then(|name| name.to_str()) else { return false };
    // 0 means ignored, 1 not ignored; other codes are failures, such as a missing
    // repository.
    output(folder, &["check-ignore", "--quiet", "--", name])
        .is_ok_and(|output| output.status.code() == Some(1))
}

/// The repository that contains a folder.
pub(crate) struct Repository {
    /// The top of the work tree, with links resolved.
    top: PathBuf,
}

impl Repository {
    /// Finds the repository that contains a folder.
    pub(crate) fn find(folder: &Path) -> Result<Repository, GitError> {
        let output = rev_parse(folder, &["--show-toplevel"])?;
        Ok(Repository::at(output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout)))
    }

    /// Finds the repository that contains a folder, and the commit that a reference names.
    pub(crate) fn with_commit(
        folder: &Path,
        reference: &str,
    ) -> Result<(Repository, String), GitError> {
        let name = format!("{reference}^{{commit}}");
        let verify = ["--show-toplevel", "--verify", "--quiet", "--end-of-options", &name];
        let output = rev_parse(folder, &verify)?;
        let lines = output.stdout.strip_suffix(b"\n").unwrap_or(&output.stdout);
        let (top, commit) = match lines.iter().rposition(|byte| *byte == b'\n') {
            Some(end) if output.status.success() => (&lines[..end], &lines[end + 1..]),
            _ => (lines, &b""[..]),
        };
        // `^main` means all other commits, and is printed with its `^`, as is the end of a range.
        if !commit.is_empty() && commit.iter().all(u8::is_ascii_hexdigit) {
            return Ok((Repository::at(top), String::from_utf8_lossy(commit).into_owned()));
        }
        let repository = Repository::find(folder)?;
        let shallow = repository.run(&["rev-parse", "--is-shallow-repository"])?;
        let shallow = shallow.starts_with(b"true");
        let fetch = repository.fetch_command(reference)?;
        Err(GitError::NoCommit { reference: reference.to_owned(), shallow, fetch })
    }

    /// Returns the command that fetches `REMOTE/BRANCH`, even in a clone of a single branch.
    fn fetch_command(&self, reference: &str) -> Result<Option<String>, GitError> {
        let remotes = self.run(&["remote"])?;
        let remotes = String::from_utf8_lossy(&remotes);
        let mut named = remotes.lines().filter_map(|remote| {
            Some((remote, reference.strip_prefix(remote)?.strip_prefix('/')?))
        });
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
        Ok(named.find(|(_, branch)| branch.chars().all(is_name)).map(|(remote, branch)| {
            let branch = format!("{branch}:refs/remotes/{reference}");
            format!("git fetch {} {branch}", crate::shell::word(remote))
        }))
    }

    fn at(top: &[u8]) -> Repository {
        let top = path(top);
        Repository { top: std::fs::canonicalize(&top).unwrap_or(top) }
    }

    /// Finds the last common ancestor of `HEAD` and another commit, or returns `None` if
    /// none is available.
    pub(crate) fn merge_base(&self, commit: &str) -> Result<Option<String>, GitError> {
        let output = output(&self.top, &["merge-base", commit, "HEAD"])?;
        let base = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok((output.status.success() && !base.is_empty()).then_some(base))
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = output(&self.top, arguments)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        // `-c` and its value come before the command's name.
        let name = arguments.iter().skip_while(|word| **word == "-c" || word.contains('='));
        Err(GitError::Failed {
            command: name.copied().next().unwrap_or_default().to_owned(),
            message: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }
}

/// Runs `git rev-parse` for the repository that contains a folder.
fn rev_parse(folder: &Path, arguments: &[&str]) -> Result<Output, GitError> {
    let output = match output(folder, &[&["rev-parse"], arguments].concat()) {
        // Without `git` a repository cannot be read; elsewhere it is not needed.
        Err(GitError::NoGit(_)) if top(folder).is_none() => {
            return Err(GitError::NoRepository(folder.to_owned()));
        }
        output => output?,
    };
    // Where the top is printed, there is a repository: at most the name is not known.
    if output.status.success() || !output.stdout.is_empty() {
        return Ok(output);
    }
    let message = String::from_utf8_lossy(&output.stderr);
    // Other failures, such as a repository with another owner, do not mean that there is no
    // repository.
    let none = ["not a git repository (or any", "must be run in a work tree"];
    if none.iter().any(|none| message.contains(none)) {
        return Err(GitError::NoRepository(folder.to_owned()));
    }
    Err(GitError::Failed { command: "rev-parse".into(), message: message.trim().to_owned() })
}

fn output(folder: &Path, arguments: &[&str]) -> Result<Output, GitError> {
    command(folder, arguments).output().map_err(GitError::NoGit)
}

/// Parses a path from the output of `git`.
fn path(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
