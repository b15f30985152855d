//! One file per command: it reads the options, calls the stages and chooses the exit code.

mod apply;
mod attest;
mod completions;
mod doctor;
mod drift;
mod explain;
mod handoff;
mod history;
mod import;
mod manual;
mod message;
mod new;
mod plan;
mod rollback;
mod sandbox;
mod schema;
mod status;
mod unlock;
mod uploads;
mod validate;
mod verify;

use crate::cli::{Cli, Command};
use crate::exit::{Exit, Failure};

pub use crate::console::print_failure;
use crate::console::{
    output, print, print_commands, print_diagnostics, print_failed_reads, print_text, stderr,
    write_files,
};

/// Runs the command of a parsed command line.
pub async fn run(mut cli: Cli) -> Result<Exit, Failure> {
    cli.global.only.extend(cli.command.plain_retailers());
    match cli.command {
        Command::Validate(args) => validate::run(&cli.global, &args),
        Command::Plan(args) => plan::run(&cli.global, &args).await,
        Command::Apply(args) => apply::run(&cli.global, &args).await,
        Command::Doctor(args) => doctor::run(&cli.global, &args).await,
        Command::Drift(args) => drift::run(&cli.global, &args).await,
        Command::Import(args) => import::run(&cli.global, &args).await,
        Command::New(args) => new::run(&cli.global, &args).await,
        Command::Status(args) => status::run(&cli.global, &args).await,
        Command::Uploads(args) => uploads::run(&cli.global, &args).await,
        Command::Attest(args) => attest::attest(&cli.global, &args),
        Command::Decide(args) => attest::decide(&cli.global, &args),
        Command::Message(args) => message::run(&cli.global, &args).await,
        Command::Verify(args) => verify::run(&cli.global, &args).await,
        Command::Handoff(args) => handoff::run(&cli.global, &args).await,
        Command::Explain(args) => explain::run(&cli.global, &args).await,
        Command::History(args) => history::run(&cli.global, &args).await,
        Command::Unlock(args) => unlock::run(&cli.global, &args).await,
        Command::Rollback(args) => rollback::run(&cli.global, &args).await,
        Command::Sandbox(args) => sandbox::run(&cli.global, &args).await,
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => manual::man(&args),
    }
}
