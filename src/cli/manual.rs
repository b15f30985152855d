//! The manual pages of the command line, generated from the definition that also parses it.

use super::Cli;
use crate::exit::Exit;
use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use std::io;

/// Returns the pages with their file names, the main page first.
pub(crate) fn pages() -> io::Result<Vec<(String, String)>> {
    // The pages have more details than `help`.
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut pages = vec![("reconcile.1".to_owned(), page(&command)?)];
    for command in command.get_subcommands() {
        pages.push((format!("reconcile-{}.1", command.get_name()), page(command)?));
    }
    Ok(pages)
}

fn page(command: &Command) -> io::Result<String> {
    let man = Man::new(command.clone()).source(concat!("reconcile ", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    exit_status().to_writer(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Returns the exit codes of --help as a separate section, as is usual in manual pages.
fn exit_status() -> Roff {
    let mut section = Roff::new();
    section.control("SH", ["EXIT STATUS"]);
    for exit in Exit::ALL {
        section.control("TP", []);
        section.text([bold(exit.code().to_string())]);
        section.text([roman(exit.meaning())]);
    }
    section
}
