//! The page of commands, from the definition that also parses the command line.

use super::{Page, code_list, sentence};
use crate::cli::Cli;
use clap::{Arg, Command, CommandFactory};

pub(super) fn page() -> Page {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let mut page = Page::new(
        "commands.md",
        "Commands",
        "What `--help` shows. Every command also has `--help`, and \
         `reconcile man` is the manual page. The [exit codes](exit-codes.md) are on their own page.",
    );
    page.section("Global options");
    page.paragraph("Before or after the name of any command.");
    let is_global = |argument: &&Arg| argument.is_global_set();
    page.list(command.get_arguments().filter(is_global).map(option));
    for command in command.get_subcommands() {
        page.section(&format!("reconcile {}", command.get_name()));
        of(command, &mut page);
    }
    page
}

fn of(command: &Command, page: &mut Page) {
    let about = command.get_long_about().or(command.get_about());
    page.paragraph(&sentence(&about.map(ToString::to_string).unwrap_or_default()));
    let usage = command.clone().render_usage().to_string();
    page.paragraph(&format!("```text\n{}\n```", usage.trim_start_matches("Usage: ")));
    let own = |argument: &&Arg| {
        !argument.is_global_set()
            && !argument.is_hide_set()
            && !["help", "version"].contains(&argument.get_id().as_str())
    };
    page.list(command.get_arguments().filter(own).map(option));
    if let Some(after) = command.get_after_help() {
        page.paragraph(&format!("```text\n{after}\n```"));
    }
}

/// Describes an argument or an option with its values.
fn option(argument: &Arg) -> String {
    let names: Vec<&str> =
        argument.get_value_names().into_iter().flatten().map(|name| name.as_str()).collect();
    let takes = argument.get_action().takes_values();
    let value = if takes { names.join(" ") } else { String::new() };
    let shown = match (argument.get_short(), argument.get_long()) {
        (None, None) => value,
        (short, long) => {
            let short = short.map(|short| format!("-{short}"));
            let long = long.map(|long| format!("--{long}"));
            let aliases = argument.get_visible_aliases().unwrap_or_default();
            let aliases = aliases.into_iter().map(|alias| format!("--{alias}"));
            let all: Vec<String> = short.into_iter().chain(long).chain(aliases).collect();
            format!("{} {value}", all.join(", "))
        }
    };
    let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
    let mut text = format!("`{}`: {}", shown.trim(), sentence(&help));
    if takes {
        let values = argument.get_possible_values();
        let described = |value: &clap::builder::PossibleValue| match value.get_help() {
            Some(help) => format!("`{}` ({help})", value.get_name()),
            None => format!("`{}`", value.get_name()),
        };
        if !values.is_empty() {
            let values: Vec<String> = values.iter().map(described).collect();
            text.push_str(&format!(" One of {}.", values.join(", ")));
        }
        let defaults = argument.get_default_values().iter().filter_map(|value| value.to_str());
        let defaults = code_list(defaults);
        if !defaults.is_empty() {
            text.push_str(&format!(" Default: {defaults}."));
        }
    }
    if let Some(variable) = argument.get_env().and_then(|name| name.to_str()) {
        text.push_str(&format!(" Environment: `{variable}`."));
    }
    text
}
