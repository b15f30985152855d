//! The texts for next steps, from the project's templates or the built-in ones.

use super::Session;
use crate::config;
use crate::console::warn;
use crate::exit::{Exit, Failure};
use crate::files::input;
use crate::message::{MessageKind, Recipient, message};
use clap::ValueEnum;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the project's templates.
const FOLDER: &str = "templates";

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
        let (name, built_in) = kind.template();
        let path = match config::own_path(&self.sources, &Path::new(FOLDER).join(name)) {
            Ok(None) => return Ok(built_in.to_owned()),
            Ok(Some(path)) => path,
            Err(unread) => {
                let why = format!("{} [{}]", unread.why, unread.code);
                return Err(self.unreadable(kind, &why, unread.hint));
            }
        };
        match input::read_text(&path, input::MAX_KEY_BYTES) {
            // Some editors begin a file with a byte order mark, which hides the subject.
            Ok(text) if text.starts_with('\u{feff}') => Ok(text.replacen('\u{feff}', "", 1)),
            read => read.map_err(|error| {
                let hint = "make it a text file, or delete it to use the built-in text";
                self.unreadable(kind, &error.to_string(), hint)
            }),
        }
    }

    fn unreadable(&self, kind: MessageKind, why: &str, hint: &str) -> Failure {
        let path = config::display(&self.template_path(kind));
        let failure = Failure::failed(format!("`{path}` cannot be read: {why}"), hint);
        Failure { exit: Exit::Invalid, ..failure }
    }

    /// Warns about texts in the folder of the templates that replace none.
    pub(crate) fn warn_of_unused_templates(&self) {
        let folder = config::own_path(&self.sources, Path::new(FOLDER));
        let Some(Ok(entries)) = folder.ok().flatten().map(fs::read_dir) else { return };
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

    /// Returns whether a canonical path is that of one of the project's templates.
    pub(super) fn is_template(&self, place: &Path) -> bool {
        let mut paths = MessageKind::value_variants().iter().map(|kind| self.template_path(*kind));
        paths.any(|path| fs::canonicalize(path).is_ok_and(|path| path == place))
    }

    fn template_path(&self, kind: MessageKind) -> PathBuf {
        self.project.root.join(FOLDER).join(kind.template().0)
    }
}
