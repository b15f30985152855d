//! All exit codes of the tool, and the failure that ends a command.

use crate::model::Advice;
use std::fmt::Display;
use std::process::ExitCode;

/// The result of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Success; with `--detailed-exitcode`, and for `drift`: nothing to change.
    Done = 0,
    /// A system could not be read, a write failed, the plan is stale, or a safety limit or
    /// another check rejected the command.
    Failed = 1,
    /// Changes are pending or were applied (`--detailed-exitcode`), or drift was found.
    Changes = 2,
    /// The files are invalid; no system was read or written.
    Invalid = 3,
    /// Some actions succeeded, others did not.
    Partly = 4,
    /// Everything applicable was applied, and a blocked retailer needs a person.
    Blocked = 5,
    /// Invalid usage of the command line.
    Usage = 64,
}

impl Exit {
    /// All exit codes, in order.
    pub(crate) const ALL: [Exit; 7] = [
        Exit::Done,
        Exit::Failed,
        Exit::Changes,
        Exit::Invalid,
        Exit::Partly,
        Exit::Blocked,
        Exit::Usage,
    ];

    /// Returns the meaning, for --help, the manual page and the reference.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "done; with --detailed-exitcode: nothing to change",
            Exit::Failed => {
                "failed: a system could not be read, a write failed, or the run was refused"
            }
            Exit::Changes => {
                "with --detailed-exitcode: changes are pending or were applied; drift was found"
            }
            Exit::Invalid => "the files are invalid; nothing was written (only `status` reads)",
            Exit::Partly => "partly applied: some actions succeeded, others did not",
            Exit::Blocked => {
                "applied all that could be, but a retailer is blocked and needs a person"
            }
            Exit::Usage => "wrong usage of the command line",
        }
    }

    /// Returns the exit code of the process.
    pub(crate) fn code(self) -> u8 {
        self as u8
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Why a command cannot continue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub exit: Exit,
    /// What is wrong and how to fix it; `None` if already printed.
    pub(crate) advice: Option<Advice>,
}

impl Failure {
    /// Creates a failure of the command's work.
    pub fn failed(message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { exit: Exit::Failed, advice: Some(Advice::new(message, hint)) }
    }

    /// Returns a usage error about an unknown word, whose hint is the word that was probably meant.
    pub(crate) fn unknown(
        message: String,
        close: Option<impl Display>,
        otherwise: impl Into<String>,
    ) -> Failure {
        let meant = close.map(|close| format!("did you mean `{close}`?"));
        Failure::usage(message, meant.unwrap_or_else(|| otherwise.into()))
    }

    /// Creates a failure of the command line.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, advice: Some(Advice::new(message, hint)) }
    }

    /// Creates a failure that has already been printed.
    pub(crate) fn printed(exit: Exit) -> Failure {
        Failure { exit, advice: None }
    }

    /// Creates a failure from an error with its causes.
    pub(crate) fn because(error: &dyn std::error::Error, hint: impl Into<String>) -> Failure {
        Advice::because(error, hint).into()
    }
}

impl From<Advice> for Failure {
    fn from(advice: Advice) -> Failure {
        Failure { exit: Exit::Failed, advice: Some(advice) }
    }
}

/// Returns the first failure that is wrong usage, or else the first one.
pub(crate) fn usage_first(
    checks: impl IntoIterator<Item = Result<(), Failure>>,
) -> Result<(), Failure> {
    let mut first = Ok(());
    for checked in checks {
        match checked {
            Err(failure) if failure.exit == Exit::Usage => return Err(failure),
            checked => first = first.and(checked),
        }
    }
    first
}
