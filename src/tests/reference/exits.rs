//! The page of exit codes.

use super::{Page, sentence};
use crate::exit::Exit;

pub(super) fn page() -> Page {
    let mut page = Page::new(
        "exit-codes.md",
        "Exit codes",
        "If several apply, the first of 64, 3, 1 (4 from an `apply` that wrote something), 5, 2 \
         and 0 is used. Codes 1, 3, 4, 5 and 64 come with their reason on stderr, even with \
         `--quiet`. Held changes and manual steps do not affect the exit code. Data goes to \
         stdout; progress, warnings and errors go to stderr.",
    );
    for exit in Exit::ALL {
        page.section(&format!("Exit code {}", exit.code()));
        page.paragraph(&sentence(exit.meaning()));
        page.paragraph(more(exit));
    }
    page
}

/// Returns what a pipeline must know in addition to the meaning.
fn more(exit: Exit) -> &'static str {
    match exit {
        Exit::Done => {
            "Without `--detailed-exitcode`, `plan` exits with 0 whether there are changes or not. \
             `drift` exits with 0 only if everything that the environment reads was read and is as \
             declared; what it deliberately does not read is counted as not checked. Blocked entries \
             leave the exit code of `plan` at 0; `--fail-on blocked` makes it 2."
        }
        Exit::Failed => {
            "A system that could not be read is unknown: `plan` and `drift` print what they know \
             and exit with 1. A saved plan that is stale or was edited, a safety limit, another \
             run that holds the lease, and `apply` without `--yes` if there is no terminal are \
             refusals. `handoff --check` exits with 1 when a key, the name or a hub address has \
             changed, and `verify` when something is not proven or still waits."
        }
        Exit::Changes => {
            "For `plan --detailed-exitcode` only what `apply` would do counts; for `drift` blocked \
             entries count, too. `plan`, `status` and `uploads` exit with 2 if anything that \
             their `--fail-on` names was found. The output itself names the retailers."
        }
        Exit::Invalid => {
            "Every problem of every file is printed with its place and its \
             [code](codes.md#problems-in-files). No system is asked, except by `status`, which \
             shows the valid retailers first. A folder without retailer files is invalid, too."
        }
        Exit::Partly => {
            "A failure does not stop independent actions. Run the same command again: it looks up \
             what is in doubt and does the rest."
        }
        Exit::Blocked => {
            "Everything else was applied, which may be nothing. \
             [What blocks a retailer](codes.md#what-blocks-a-retailer) says what to do; a pipeline \
             may turn 5 into a warning."
        }
        Exit::Usage => {
            "An unknown option, environment, retailer or Git commit. Nothing was read or written."
        }
    }
}
