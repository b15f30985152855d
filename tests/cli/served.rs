//! A sandbox served by another process.

use crate::support::{Project, Run};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A served sandbox, and a project that treats it as production.
pub(crate) struct Served {
    pub project: Project,
    server: Child,
    /// The environment variables of its keys.
    pub keys: Vec<(String, String)>,
}

impl Served {
    /// Starts a sandbox with the example fleet, and waits until it is ready.
    pub(crate) fn start() -> Served {
        Served::start_with("[]")
    }

    /// Starts a sandbox with these faults.
    pub(crate) fn start_with(faults: &str) -> Served {
        let home = Project::example().file("faults.yaml", faults);
        let mut server = Command::new(env!("CARGO_BIN_EXE_reconcile"))
            .args(["sandbox", "--sandbox-faults", "faults.yaml"])
            .current_dir(home.path("."))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines: Vec<String> = BufReader::new(server.stdout.take().unwrap())
            .lines()
            .map(Result::unwrap)
            .take_while(|line| !line.starts_with("Press"))
            .collect();
        let environment: String = lines
            .iter()
            .skip_while(|line| *line != "environments:")
            .take_while(|line| !line.is_empty())
            .map(|line| format!("{line}\n"))
            .collect();
        let keys = lines.iter().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        let keys = keys.map(|(name, key)| (name.to_owned(), key.to_owned())).collect();
        let project = home.file("reconcile.yaml", &environment);
        Served { project, server, keys }
    }

    /// Runs a command against it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let keys: Vec<(&str, &str)> =
            self.keys.iter().map(|(name, key)| (name.as_str(), key.as_str())).collect();
        self.project.run_with(&[arguments, &["-e", "local"]].concat(), &keys)
    }

    /// Stops the sandbox.
    pub(crate) fn stop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }

    /// Adds lines to the environment.
    pub(crate) fn with(self, lines: &str) -> Served {
        let path = self.project.path("reconcile.yaml");
        let text = std::fs::read_to_string(&path).unwrap();
        let (before, after) = text.split_once("  local:\n").unwrap();
        std::fs::write(path, format!("{before}  local:\n{lines}{after}")).unwrap();
        self
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop();
    }
}
