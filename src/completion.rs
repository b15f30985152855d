//! Completes command lines in a shell. The script of the shell runs this program, so retailers,
//! environments and people are completed too.

use crate::cli::Cli;
use crate::config::{self, Checked};
use crate::console::output;
use crate::exit::Failure;
use crate::model::{Milestone, Role};
use crate::session;
use clap::{Arg, Command, CommandFactory};
use clap_complete::env::{CompleteEnv, Shells};
use clap_complete::{ArgValueCandidates, CompletionCandidate, Shell};
use std::collections::BTreeSet;

/// The variable in which the script passes its shell. The program then prints candidates.
const VARIABLE: &str = "RECONCILE_COMPLETE";

/// Quotes the candidates in bash, which inserts them as they are: a name of two words would be two
/// words of the command line, and `$(…)` in it a command.
const QUOTED_IN_BASH: &str = r#"
_reconcile_quoted() {
    _clap_complete_reconcile "$@"
    local at word space
    for at in "${!COMPREPLY[@]}"; do
        word=${COMPREPLY[at]% } space=${COMPREPLY[at]##*[^ ]}
        printf -v "COMPREPLY[$at]" '%q%s' "$word" "$space"
    done
}
complete -o nospace -o bashdefault -F _reconcile_quoted reconcile
"#;

/// Returns the script of a shell.
pub(crate) fn script(shell: Shell) -> Result<Vec<u8>, Failure> {
    let shells = Shells::builtins();
    let completer = shells.completer(&shell.to_string()).expect("each shell has a completer");
    let mut script = Vec::new();
    completer
        .write_registration(VARIABLE, "reconcile", "reconcile", "reconcile", &mut script)
        .map_err(output)?;
    if shell == Shell::Bash {
        script.extend(QUOTED_IN_BASH.as_bytes());
    }
    Ok(script)
}

/// Prints candidates and exits if a shell requests them. Does nothing otherwise.
pub fn complete() {
    CompleteEnv::with_factory(command).var(VARIABLE).complete();
}

/// Returns the command line with candidates for the values that the project defines.
fn command() -> Command {
    fn with_candidates(arg: Arg) -> Arg {
        let names = arg.get_value_names().unwrap_or_default();
        let candidates: fn() -> Vec<CompletionCandidate> = match names.first().map(|n| n.as_str()) {
            Some("RETAILER") if names.len() > 1 && names[1] == "MILESTONE" => statements,
            Some("RETAILER" | "RETAILER|SLUG" | "RETAILER|CODE") => retailers,
            Some("ROLE") => roles,
            Some("NAME") if arg.get_id() == "environment" => environments,
            Some("NAME") if arg.get_id() == "mine" => people,
            _ => return arg,
        };
        arg.add(ArgValueCandidates::new(candidates))
    }
    fn walk(command: Command) -> Command {
        let is_import = command.get_name() == "import";
        let with_candidates = |arg: Arg| match is_import && arg.is_positional() {
            true => arg.add(ArgValueCandidates::new(pinned)),
            false => with_candidates(arg),
        };
        command.mut_args(with_candidates).mut_subcommands(walk)
    }
    walk(Cli::command())
}

/// Reads the files of the project in the shell's folder. A completion shows no errors, so
/// unreadable files yield no candidates.
fn checked() -> Option<Checked> {
    let sources = config::read(&config::Locations::default()).ok()?;
    Some(config::check(&sources, session::today()))
}

/// Returns the slugs with the retailers' names.
fn retailers() -> Vec<CompletionCandidate> {
    let fleet = checked().map(|checked| checked.retailers).unwrap_or_default();
    let candidate =
        |slug: &str, name: String| CompletionCandidate::new(slug).help(Some(name.into()));
    fleet.iter().map(|it| candidate(&it.slug, it.name.to_string())).collect()
}

/// Returns the retailers whose files `import --pin` can name. Without it, `import` takes only
/// retailers that no file declares.
fn pinned() -> Vec<CompletionCandidate> {
    if std::env::args_os().any(|word| word == "--pin") { retailers() } else { Vec::new() }
}

/// Returns the retailers, and the milestones that `attest` can state.
fn statements() -> Vec<CompletionCandidate> {
    let milestones = Milestone::ALL.map(|milestone| CompletionCandidate::new(milestone.key()));
    retailers().into_iter().chain(milestones).collect()
}

fn environments() -> Vec<CompletionCandidate> {
    let names = checked().map(|checked| checked.project.environments).unwrap_or_default();
    names.keys().map(CompletionCandidate::new).collect()
}

fn roles() -> Vec<CompletionCandidate> {
    Role::ALL.map(|role| CompletionCandidate::new(role.words())).into()
}

/// Returns the people who have a role in the project or manage a retailer's account.
fn people() -> Vec<CompletionCandidate> {
    let Some(Checked { project, retailers, .. }) = checked() else { return Vec::new() };
    let roles = project.roles();
    let of_project = Role::ALL.iter().filter_map(|role| roles.person(*role));
    let managers = retailers.iter().filter_map(|retailer| retailer.account_manager.as_deref());
    let names: BTreeSet<&str> = of_project.chain(managers).collect();
    names.into_iter().map(CompletionCandidate::new).collect()
}
