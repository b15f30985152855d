//! The texts for next steps, from the project's templates or the built-in ones.

use super::Session;
use crate::config;
use crate::exit::{Exit, Failure};
use crate::files::input;
use crate::message::{MessageKind, Recipient, message};
use std::io::ErrorKind;
use std::path::PathBuf;

impl Session {
    /// Renders a message from its template.
    pub(crate) fn message(
        &self,
        recipient: Recipient<'_>,
        kind: MessageKind,
        template: &str,
    ) -> Result<String, Failure> {
        message(template, recipient, &self.project).map_err(|bad| {
            let path = self.template_path(kind);
            let message = format!(
                "{}:{}:1: the template cannot be used: {}",
                config::display(&path),
                bad.line,
                bad.why
            );
            let hint = "correct it, or delete it to use the built-in text";
            Failure { exit: Exit::Invalid, ..Failure::failed(message, hint) }
        })
    }

    /// Returns the template of a message: the project's, or the built-in one.
    pub(crate) fn template(&self, kind: MessageKind) -> Result<String, Failure> {
        let path = self.template_path(kind);
        match input::read_text(&path, input::MOST_KEY) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(kind.template().1.to_owned()),
            read => read.map_err(|error| Failure {
                exit: Exit::Invalid,
                ..Failure::failed(
                    format!("`{}` cannot be read: {error}", config::display(&path)),
                    "make it a text file, or delete it to use the built-in text",
                )
            }),
        }
    }

    fn template_path(&self, kind: MessageKind) -> PathBuf {
        self.project.root.join("templates").join(kind.template().0)
    }
}
