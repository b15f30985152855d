//! `reconcile message`: prints the text for a retailer's next step.

use crate::cli::{Global, MessageArgs};
use crate::exit::{Exit, Failure};
use crate::files;
use crate::message::{MessageKind, message};
use crate::model::Retailer;
use crate::session::Session;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Prints a message; sends nothing.
pub(super) fn run(global: &Global, args: &MessageArgs) -> Result<Exit, Failure> {
    let (session, report) = Session::read(global)?;
    if session.sources.retailers.is_empty() || !session.is_project_valid(&report) {
        super::tell_report(global, &report)?;
        return Err(Failure::printed(Exit::Invalid));
    }
    session.check_environment()?;
    let retailer = session.find_valid(&report, &args.retailer)?;
    session.check_in_scope(retailer)?;
    let Some(kind) = args.kind.or_else(|| MessageKind::next(retailer)) else {
        return Err(Failure::failed(
            format!("the next step of {} needs no message", retailer.name),
            "choose one with --kind; `reconcile status` shows what comes next",
        ));
    };
    let text = text(&session, retailer, kind, &template(&session, kind)?)?;
    super::print(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Done)
}

/// Renders a message from its template.
pub(super) fn text(
    session: &Session,
    retailer: &Retailer,
    kind: MessageKind,
    template: &str,
) -> Result<String, Failure> {
    message(template, retailer, &session.project).map_err(|bad| {
        let path = own_path(session, kind);
        let place = format!("{}:{}:1", crate::config::display(&path), bad.line);
        let message = format!("{place}: the template cannot be used: {}", bad.why);
        let hint = "correct it, or delete it to have the built-in text";
        Failure { exit: Exit::Invalid, ..Failure::failed(message, hint) }
    })
}

/// Returns the template of a message: the project's, or the built-in one.
pub(super) fn template(session: &Session, kind: MessageKind) -> Result<String, Failure> {
    let own = own_template(&own_path(session, kind))?;
    Ok(own.unwrap_or_else(|| kind.template().1.to_owned()))
}

fn own_path(session: &Session, kind: MessageKind) -> PathBuf {
    session.project.root.join("templates").join(kind.template().0)
}

/// Reads the project's template, if it has one.
fn own_template(path: &Path) -> Result<Option<String>, Failure> {
    match files::input::read_text(path, files::input::MOST_KEY) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure {
            exit: Exit::Invalid,
            ..Failure::failed(
                format!("`{}` cannot be read: {error}", crate::config::display(path)),
                "make it a text file, or delete it to have the built-in text",
            )
        }),
    }
}
