//! `reconcile man`: prints or writes the manual pages.

use crate::cli::{ManArgs, manual};
use crate::exit::{Exit, Failure};

/// Prints the main page, or writes one page per command to a folder.
pub(super) fn man(args: &ManArgs) -> Result<Exit, Failure> {
    let pages = manual::pages().map_err(super::output)?;
    match &args.out {
        None => super::print_commands(|out| out.write_all(pages[0].1.as_bytes()))?,
        Some(folder) => super::write_files(folder, pages.into_iter())?,
    }
    Ok(Exit::Done)
}
