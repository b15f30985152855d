//! The texts for next steps, from the project's templates or the built-in ones.

use super::Session;
use crate::config;
use crate::console::warn;
use crate::exit::{Exit, Failure};
use crate::files::input;
use crate::message::{MessageKind, Recipient, message};
use clap::ValueEnum;
use std::fs;
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
            // Some editors begin a file with a byte order mark, which hides the subject.
            Ok(text) if text.starts_with('\u{feff}') => Ok(text.replacen('\u{feff}', "", 1)),
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

    /// Warns about texts in the folder of the templates that replace none.
    pub(crate) fn warn_of_unused_templates(&self) {
        let Ok(entries) = fs::read_dir(self.project.root.join("templates")) else { return };
        let kinds = MessageKind::value_variants().iter().map(|kind| kind.template().0);
        let kinds: Vec<&str> = kinds.collect();
        let mut unused: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|end| end == "txt"))
            .filter(|path| !kinds.iter().any(|kind| path.ends_with(kind)))
            .collect();
        unused.sort();
        for path in unused {
            let path = config::display(&path);
            let kinds = kinds.join(", ");
            warn(&self.global, &format!("{path} replaces no text; the names are {kinds}"));
        }
    }

    fn template_path(&self, kind: MessageKind) -> PathBuf {
        self.project.root.join("templates").join(kind.template().0)
    }
}
