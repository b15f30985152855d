//! One file per command. They wire the stages together and decide nothing.

mod apply;
mod attest;
mod base;
mod doctor;
mod drift;
mod explain;
mod handoff;
mod history;
mod import;
mod interrupt;
mod manual;
mod notify;
mod output;
mod plan;
mod recorded;
mod rollback;
mod sandbox;
mod schema;
mod session;
mod status;
mod validate;
mod verify;

use crate::cli::{Cli, Command};
use crate::exit::{Exit, Failure};
use crate::files::{self, Readers};
use crate::identity::Fault;
use crate::plan::Plan;
use crate::render::inert::Inert;
use std::io::{self, Write};
use std::path::Path;

pub use session::tell;

/// Runs the command that the command line asks for.
pub async fn run(cli: Cli) -> Result<Exit, Failure> {
    match cli.command {
        Command::Validate(args) => validate::run(&cli.global, &args),
        Command::Plan(args) => plan::run(&cli.global, &args).await,
        Command::Apply(args) => apply::run(&cli.global, &args).await,
        Command::Doctor(args) => doctor::run(&cli.global, &args).await,
        Command::Drift(args) => drift::run(&cli.global, &args).await,
        Command::Import(args) => import::run(&cli.global, &args).await,
        Command::Status(args) => status::run(&cli.global, &args).await,
        Command::Attest(args) => attest::run(&cli.global, &args),
        Command::Verify(args) => verify::run(&cli.global, &args).await,
        Command::Handoff(args) => handoff::run(&cli.global, &args).await,
        Command::Explain(args) => explain::run(&cli.global, &args).await,
        Command::History(args) => history::run(&cli.global, &args),
        Command::Rollback(args) => rollback::run(&cli.global, &args).await,
        Command::Sandbox(args) => sandbox::run(&cli.global, &args).await,
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => manual::completions(&args),
        Command::Man(args) => manual::man(&args),
    }
}

/// Writes data to stdout, without what a CI runner would take for a command. A reader that
/// has gone away, such as `head`, is no failure.
fn print(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    print_commands(|out| {
        let mut out = Inert::new(out);
        render(&mut out).and_then(|()| out.flush())
    })
}

/// Writes data to stdout that holds workflow commands on purpose.
fn print_commands(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    match render(&mut stdout).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(output),
    }
}

/// Returns stderr, without what a CI runner would take for a command.
fn stderr() -> Inert<impl Write> {
    Inert::new(anstream::stderr())
}

fn output(error: io::Error) -> Failure {
    Failure::failed(format!("the output cannot be written: {error}"), "check where it goes")
}

fn read_text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::failed(format!("`{}` cannot be read: {error}", path.display()), "check the path")
    })
}

/// Writes files to a folder, which is made where there is none.
fn write_files(
    folder: &Path,
    files: impl Iterator<Item = (String, String)>,
) -> Result<(), Failure> {
    let cannot = |path: &Path, error: io::Error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        Failure::failed(message, "choose another folder with --out")
    };
    std::fs::create_dir_all(folder).map_err(|error| cannot(folder, error))?;
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| cannot(&path, error))?;
    }
    Ok(())
}

/// Refuses a journal that is not as it was written.
fn broken(path: &Path, broken: &crate::journal::Broken) -> Failure {
    Failure::failed(
        format!("`{}` is broken at line {}: {}", path.display(), broken.line, broken.why),
        "do not trust what it says from there on; look for another copy of the file",
    )
}

impl From<Fault> for Failure {
    fn from(Fault { message, hint }: Fault) -> Failure {
        Failure::failed(message, hint)
    }
}

fn sandbox_failure(error: crate::sandbox::SandboxError) -> Failure {
    Failure::because(&error, "`reconcile sandbox --reset` starts the sandbox afresh")
}

/// Tells on stderr which systems could not be read.
fn tell_unknown(live: &crate::model::Live) {
    for (system, unread) in live.failed() {
        let message = format!("{system} could not be read: {}", unread.why);
        tell(&Failure::failed(message, &unread.hint));
    }
}

/// Saves a plan so that a reader never sees half of it.
fn save(plan: &Plan, path: &Path) -> Result<(), Failure> {
    let mut json = Vec::new();
    let saved = crate::render::json::write(plan, &mut json)
        .and_then(|()| files::overwrite(path, &json, Readers::Owner));
    saved.map_err(|error| {
        Failure::failed(
            format!("the plan cannot be saved to `{}`: {}", path.display(), error.kind()),
            "choose another place with --out",
        )
    })
}
