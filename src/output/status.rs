//! The status, in each format.

use super::board::{self, Evidence};
use super::files::write_file;
use crate::cli::StatusFormat;
use crate::console::{print_json, print_text};
use crate::exit::Failure;
use crate::render::{self, inert::Inert, wrap::ENDLESS};
use crate::session::Session;
use crate::status::{RetailerStatus, Status};
use std::io::{self, Write};
use std::path::Path;

/// The status, with the other inputs of its formats.
pub(crate) struct StatusOutput<'a> {
    pub session: &'a Session,
    pub status: &'a Status,
    /// For the texts to send.
    pub evidence: Evidence<'a>,
    /// The retailer whose checklist is requested.
    pub one: Option<&'a RetailerStatus>,
}

impl StatusOutput<'_> {
    /// Prints the status, or writes it to a file.
    pub(crate) fn publish(&self, format: StatusFormat, out: Option<&Path>) -> Result<(), Failure> {
        match out {
            None if format == StatusFormat::Json => {
                print_json(|out| self.write(format, ENDLESS, out))
            }
            None => print_text(format == StatusFormat::Text, |width, out| {
                self.write(format, width, out)
            }),
            // A step may print the file.
            Some(path) => write_file(path, "the status", "--out", |out| {
                let mut out = Inert::new(out);
                self.write(format, ENDLESS, &mut out).and_then(|()| out.flush())
            }),
        }
    }

    fn write(&self, format: StatusFormat, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let StatusOutput { session, status, evidence, one } = *self;
        let roles = session.project.roles();
        match (format, one) {
            (StatusFormat::Text, None) => render::status::table(status, roles, width, out),
            (StatusFormat::Text, Some(one)) => {
                render::status::checklist(status, one, roles, width, out)
            }
            (StatusFormat::Html, _) => board::write(session, status, evidence, out),
            (StatusFormat::Json, _) => {
                let (rest, retailers) = (status.without_retailers(), &status.retailers);
                render::json::write_with_items(&rest, "retailers", retailers, out)
            }
            (StatusFormat::Markdown, None) => render::markdown::status::table(status, roles, out),
            (StatusFormat::Markdown, Some(one)) => {
                render::markdown::status::checklist(status, one, roles, out)
            }
        }
    }
}
