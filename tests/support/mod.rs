//! A project in a temporary folder, and the real binary run in it.

#![allow(dead_code, reason = "not every test binary uses all of it")]

use reconcile::sandbox::{Seed, Storage, Store};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A folder with a project file and retailer files.
pub(crate) struct Project {
    folder: TempDir,
}

/// The output and exit code of a command.
pub(crate) struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Project {
    /// Returns a folder that contains only an empty `retailers`.
    pub(crate) fn empty() -> Project {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("retailers")).unwrap();
        Project { folder }
    }

    /// Returns an empty folder.
    pub(crate) fn bare() -> Project {
        Project { folder: tempfile::tempdir().unwrap() }
    }

    /// Returns a copy of the example fleet.
    pub(crate) fn example() -> Project {
        let project = Project::empty();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(root.join("retailers")).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_dir() {
                continue;
            }
            let to = project.path("retailers").join(entry.file_name());
            std::fs::copy(entry.path(), to).unwrap();
        }
        std::fs::copy(root.join("reconcile.yaml"), project.path("reconcile.yaml")).unwrap();
        project
    }

    /// Writes a file.
    pub(crate) fn file(self, path: &str, text: &str) -> Project {
        std::fs::write(self.path(path), text).unwrap();
        self
    }

    /// Returns the path of a file in the project.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Adds a file that can be read and not be written, also by the superuser: its path is so long
    /// that no temporary file fits beside it.
    #[cfg(target_os = "linux")]
    pub(crate) fn unwritable(self, name: &str, text: &str) -> Project {
        // PATH_MAX, less the NUL byte and the slash before the name.
        let longest = 4096 - 2 - name.len();
        let mut folder = std::fs::canonicalize(self.path("retailers")).unwrap();
        while folder.as_os_str().len() < longest {
            let left = longest - folder.as_os_str().len() - 1;
            folder.push("x".repeat(if left > 250 { 200 } else { left }));
        }
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), text).unwrap();
        self
    }

    /// Runs a command in the project, with an empty environment.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// Runs a command in the project with only these environment variables.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        self.run_at("", arguments, variables)
    }

    /// Runs a command in a folder of the project.
    pub(crate) fn run_in(&self, folder: &str, arguments: &[&str]) -> Run {
        self.run_at(folder, arguments, &[])
    }

    fn run_at(&self, folder: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_reconcile"))
            .args(arguments)
            .current_dir(self.path(folder))
            .env_clear()
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let run = Run {
            code: output.status.code().unwrap_or(-1),
            stdout: self.readable(&output.stdout),
            stderr: self.readable(&output.stderr),
        };
        // Where the code alone is not the answer, stderr has the reason.
        assert!(matches!(run.code, 0 | 2) || !run.stderr.is_empty(), "{arguments:?}: {run}");
        run
    }

    /// Returns the methods of all requests that the embedded sandbox has served.
    pub(crate) fn methods(&self) -> Vec<String> {
        let run = self.run(&["sandbox", "--requests"]);
        assert_eq!(run.code, 0, "{run}");
        run.stdout.lines().map(|line| line.split(' ').nth(1).unwrap().to_owned()).collect()
    }

    /// Runs `git` in the project, independently of the user's configuration.
    pub(crate) fn git(&self, arguments: &[&str]) {
        self.git_output(arguments);
    }

    /// The same; returns what it printed.
    pub(crate) fn git_output(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Dana", "-c", "user.email=dana@example.com"])
            .args(arguments)
            .current_dir(self.folder.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap_or_else(|error| panic!("this test needs `git`: {error}"));
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits all files except the tool's own.
    pub(crate) fn commit(&self, message: &str) {
        std::fs::write(self.path(".gitignore"), ".reconcile\nplan.json\n").unwrap();
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message", message]);
    }

    /// Opens the embedded sandbox's state, to change it as another person would.
    pub(crate) fn store(&self) -> Store {
        Store::open(&Storage::File(self.path(".reconcile/sandbox.db")), &Seed::empty()).unwrap()
    }

    fn readable(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        text.replace(&*self.folder.path().to_string_lossy(), "[project]")
    }
}

/// Returns all files below a folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "exit {}\n--- stdout\n{}--- stderr\n{}", self.code, self.stdout, self.stderr)
    }
}
