//! `reconcile message`: the text that a retailer's next step needs.

use super::session::Session;
use crate::cli::{Global, MessageArgs};
use crate::exit::{Exit, Failure};
use crate::files;
use crate::message::{MessageKind, message};
use std::io::ErrorKind;
use std::path::Path;

/// Prints a message; sends nothing.
pub(super) fn run(global: &Global, args: &MessageArgs) -> Result<Exit, Failure> {
    let session = Session::load(global)?;
    let retailer = session.find(&args.retailer)?;
    let Some(kind) = args.kind.or_else(|| MessageKind::next(retailer)) else {
        return Err(Failure::failed(
            format!("the next step of {} needs no message", retailer.name),
            "choose one with --kind; `reconcile status` shows what comes next",
        ));
    };
    let (name, built_in) = kind.template();
    let path = session.project.root.join("templates").join(name);
    let own = own_template(&path)?;
    let text = message(own.as_deref().unwrap_or(built_in), retailer, &session.project);
    let text = text.map_err(|bad| {
        let place = format!("{}:{}:1", crate::config::display(&path), bad.line);
        let message = format!("{place}: the template cannot be used: {}", bad.why);
        let hint = "correct it, or delete it to have the built-in text";
        Failure { exit: Exit::Invalid, ..Failure::failed(message, hint) }
    })?;
    super::print(|out| out.write_all(text.as_bytes()))?;
    Ok(Exit::Done)
}

/// Reads the project's own template, if it has one.
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
