//! `reconcile completions`: prints the completion script of a shell.

use crate::cli::CompletionsArgs;
use crate::completion;
use crate::exit::{Exit, Failure};

/// Prints the script of one shell.
pub(super) fn run(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let script = completion::script(args.shell)?;
    super::print_commands(|out| out.write_all(&script))?;
    Ok(Exit::Done)
}
