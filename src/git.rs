//! Files as of a Git commit, read through the `git` program without touching the work
//! tree.

use crate::config::{Source, Sources, display, is_retailer_file};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Why files as of a commit could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    #[error("`git` cannot be run")]
    NoGit(#[source] std::io::Error),
    #[error("`{}` is not in a Git repository", .0.display())]
    NoRepository(PathBuf),
    #[error("`{reference}` is no commit here{}", if *.shallow { ", in a shallow clone" } else { "" })]
    NoCommit { reference: String, shallow: bool },
    #[error("`git {command}` failed: {said}")]
    Failed { command: String, said: String },
}

impl GitError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> String {
        match self {
            GitError::NoGit(_) => "install git".into(),
            GitError::NoRepository(_) => "run this in the repository, or leave --base out".into(),
            GitError::NoCommit { shallow: true, .. } => {
                "fetch more of the history: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout".into()
            }
            GitError::NoCommit { shallow: false, .. } => {
                "name a branch, a tag or a commit, such as origin/main".into()
            }
            GitError::Failed { .. } => "see what git says, and check the repository".into(),
        }
    }
}

/// A repository and the folders in it that hold the files.
pub(crate) struct Repository {
    /// Where the commands run: a folder inside the work tree.
    folder: PathBuf,
}

impl Repository {
    /// Finds the repository that a folder lies in.
    pub(crate) fn find(folder: &Path) -> Result<Repository, GitError> {
        let repository = Repository { folder: folder.to_owned() };
        let output = repository.output(&["rev-parse", "--is-inside-work-tree"])?;
        if output.status.success() && output.stdout.starts_with(b"true") {
            return Ok(repository);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        // Anything else, such as a repository of another owner, is not for guessing.
        if output.status.success() || said.contains("not a git repository") {
            return Err(GitError::NoRepository(folder.to_owned()));
        }
        Err(GitError::Failed { command: "rev-parse".into(), said: said.trim().to_owned() })
    }

    /// Finds the commit that a reference names.
    pub(crate) fn commit(&self, reference: &str) -> Result<String, GitError> {
        let name = format!("{reference}^{{commit}}");
        let output =
            self.output(&["rev-parse", "--verify", "--quiet", "--end-of-options", &name])?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        let shallow = self.output(&["rev-parse", "--is-shallow-repository"])?;
        let shallow = shallow.stdout.starts_with(b"true");
        Err(GitError::NoCommit { reference: reference.to_owned(), shallow })
    }

    /// Reads the files of a project as they were in a commit.
    pub(crate) fn sources_at(&self, commit: &str, now: &Sources) -> Result<Sources, GitError> {
        let folder = self.relative(&now.folder)?;
        let project_file = self.relative(&now.project_file)?;
        let listed = self.run(&[
            "ls-tree",
            "-r",
            "-z",
            "--full-tree",
            "--name-only",
            commit,
            "--",
            &folder,
            &project_file,
        ])?;
        let below =
            |path: &str| Some(path.strip_prefix(&folder)?.trim_start_matches('/').to_owned());
        let paths: Vec<String> = listed
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
            .map(|path| String::from_utf8_lossy(path).into_owned())
            // A request to `cat-file` is a line.
            .filter(|path| !path.contains('\n'))
            .filter(|path| {
                *path == project_file
                    || below(path).is_some_and(|below| is_retailer_file(Path::new(&below)))
            })
            .collect();
        let contents = self.contents(commit, &paths)?;
        let mut then = Sources {
            project: None,
            retailers: Vec::new(),
            unread: BTreeMap::new(),
            ..now.clone()
        };
        for (path, bytes) in paths.iter().zip(contents) {
            if *path == project_file {
                then.project = Some(Source { path: display(&now.project_file), bytes });
            } else {
                let place = now.folder.join(below(path).unwrap_or_default());
                then.retailers.push(Source { path: display(&place), bytes });
            }
        }
        then.retailers.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(then)
    }

    /// Reads many files of a commit with one run of `git cat-file`.
    fn contents(&self, commit: &str, paths: &[String]) -> Result<Vec<Vec<u8>>, GitError> {
        let mut child = self
            .command(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(GitError::NoGit)?;
        let names: String = paths.iter().map(|path| format!("{commit}:{path}\n")).collect();
        let mut stdin = child.stdin.take();
        let writer = std::thread::spawn(move || {
            stdin.as_mut().map(|stdin| stdin.write_all(names.as_bytes()))
        });
        let output = child.wait_with_output().map_err(GitError::NoGit)?;
        // A git that has gone away is told by what it answered.
        let _ = writer.join();
        let failed = || GitError::Failed {
            command: "cat-file".into(),
            said: "an answer that cannot be read".into(),
        };
        let mut rest = output.stdout.as_slice();
        let mut contents = Vec::with_capacity(paths.len());
        for _ in paths {
            // `<object> <type> <size> LF <contents> LF`
            let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(failed)?;
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            let size = head.rsplit(' ').next().and_then(|size| size.parse().ok());
            let size: usize = size.ok_or_else(failed)?;
            let body = rest.get(end + 1..end + 1 + size).ok_or_else(failed)?;
            contents.push(body.to_vec());
            rest = rest.get(end + 1 + size + 1..).ok_or_else(failed)?;
        }
        Ok(contents)
    }

    /// Returns a path below the top of the work tree, as `git` writes it.
    fn relative(&self, path: &Path) -> Result<String, GitError> {
        let (folder, name) = if path.is_dir() {
            (path, None)
        } else {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            (parent.unwrap_or(Path::new(".")), path.file_name())
        };
        let output =
            Repository { folder: folder.to_owned() }.run(&["rev-parse", "--show-prefix"])?;
        let prefix = String::from_utf8_lossy(&output).trim_end_matches('\n').to_owned();
        Ok(match name {
            Some(name) => format!("{prefix}{}", name.to_string_lossy()),
            None => prefix.trim_end_matches('/').to_owned(),
        })
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        let output = self.output(arguments)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(GitError::Failed {
            command: arguments.first().copied().unwrap_or_default().to_owned(),
            said: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        })
    }

    fn output(&self, arguments: &[&str]) -> Result<Output, GitError> {
        self.command(arguments).output().map_err(GitError::NoGit)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        // Messages are read here, so they have to be in one language.
        command.env("LC_ALL", "C").arg("-C").arg(&self.folder).args(arguments);
        command
    }
}
