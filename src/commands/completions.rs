//! `reconcile completions`: prints the completion script of a shell.

use crate::cli::CompletionsArgs;
use crate::completion;
use crate::exit::{Exit, Failure};
use clap::ValueEnum;
use clap::builder::PossibleValue;

/// Prints the script of one shell.
pub(super) fn run(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let shell = args.shell.to_possible_value();
    let script = completion::script(shell.as_ref().map_or("", PossibleValue::get_name))?;
    super::print_commands(|out| out.write_all(&script))?;
    Ok(Exit::Done)
}
