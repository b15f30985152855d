//! Every exit code of the tool, and how a command that cannot go on says why.

use crate::model::Advice;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done; with `--detailed-exitcode`, and for `drift`: nothing to change.
    Done,
    /// A system could not be read, a write failed, the plan is stale, or a safety limit
    /// or another refusal stood in the way.
    Failed,
    /// Changes are pending or were applied (`--detailed-exitcode`), or drift was found.
    Changes,
    /// The files are invalid; nothing was read from or written to any system.
    Invalid,
    /// Some actions succeeded, others did not.
    Partly,
    /// All that could be applied was, and a retailer is blocked and needs a person.
    Blocked,
    /// Wrong usage of the command line.
    Usage,
}

impl Exit {
    /// Every exit code, in order.
    pub(crate) const ALL: [Exit; 7] = [
        Exit::Done,
        Exit::Failed,
        Exit::Changes,
        Exit::Invalid,
        Exit::Partly,
        Exit::Blocked,
        Exit::Usage,
    ];

    /// What it means, in the words of --help, the manual page and the reference.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Exit::Done => "done; with --detailed-exitcode: nothing to change",
            Exit::Failed => {
                "failed: a system could not be read, a write failed, or the run was refused"
            }
            Exit::Changes => {
                "with --detailed-exitcode: changes are pending or were applied; drift was found"
            }
            Exit::Invalid => "the files are invalid; no system was touched",
            Exit::Partly => "partly applied: some actions succeeded, others did not",
            Exit::Blocked => {
                "applied all that could be, but a retailer is blocked and needs a person"
            }
            Exit::Usage => "wrong usage of the command line",
        }
    }

    /// The number that the process ends with.
    pub(crate) fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Changes => 2,
            Exit::Invalid => 3,
            Exit::Partly => 4,
            Exit::Blocked => 5,
            Exit::Usage => 64,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

/// Why a command cannot go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub exit: Exit,
    /// What is wrong and what to do; `None` where it has been printed already.
    pub(crate) advice: Option<Advice>,
}

impl Failure {
    /// Returns a failure of the command's work.
    pub fn failed(message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { exit: Exit::Failed, advice: Some(Advice::new(message, hint)) }
    }

    /// Returns a failure of the command line.
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Failure {
        Failure { exit: Exit::Usage, advice: Some(Advice::new(message, hint)) }
    }

    /// Returns a failure that has been printed already.
    pub(crate) fn printed(exit: Exit) -> Failure {
        Failure { exit, advice: None }
    }

    /// Returns a failure for an error with its causes.
    pub(crate) fn because(error: &dyn std::error::Error, hint: impl Into<String>) -> Failure {
        Advice::because(error, hint).into()
    }
}

impl From<Advice> for Failure {
    fn from(advice: Advice) -> Failure {
        Failure { exit: Exit::Failed, advice: Some(advice) }
    }
}
