//! A board of all retailers: one HTML file that needs no server and no network.
//!
//! # Design
//!
//! The lists are HTML, one per person, so that the board can be read, searched and printed
//! without JavaScript. The script filters them, groups the same retailers by stage, and fills
//! one side panel from a block of JSON when a retailer is opened: checklists, commands and
//! texts to send are most of the content, and are viewed one at a time. The block contains each
//! text once, regardless of the number of retailers. `cargo bench --bench board` measures the
//! cost.
//!
//! Nothing in the file can access the network: its policy allows only its own style and script,
//! by their hashes. The template escapes all texts, and the script only sets text content. A
//! link to a retailer's file is followed only by a click.
//!
//! The time and the commit are inputs, so the same input gives the same bytes.

mod data;
mod marks;
mod people;
mod view;

use crate::model::Roles;
use crate::render::inert::bracketed;
use crate::shell::CommandOptions;
use crate::status::Status;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::DateTime;
use minijinja::Environment;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{self, Write};

const TEMPLATE: &str = include_str!("board.html");
const CSS: &str =
    concat!(include_str!("page.css"), include_str!("panel.css"), include_str!("narrow.css"));
const JS: &str = concat!(
    include_str!("lists.js"),
    include_str!("stages.js"),
    include_str!("panel.js"),
    include_str!("board.js")
);

/// The input of a board.
pub(crate) struct BoardInput<'a> {
    pub status: &'a Status,
    pub roles: Roles<'a>,
    /// The options of the commands.
    pub options: &'a CommandOptions,
    /// When the status was computed, in UTC.
    pub at: DateTime,
    /// The commit of the files, if they are in Git.
    pub commit: Option<BoardCommit>,
    /// The text for a retailer's next step, by slug.
    pub messages: &'a BTreeMap<String, BoardMessage>,
}

/// A text to send.
pub(crate) struct BoardMessage {
    pub text: String,
    /// What makes it untrue or incomplete.
    pub warnings: Vec<String>,
}

/// The commit of the retailer files.
#[derive(Serialize)]
pub(crate) struct BoardCommit {
    /// The page shows ten digits, which is above Git's minimum abbreviation (core.abbrev in
    /// git-config(1)).
    pub id: String,
    /// Whether the files differ from it.
    pub dirty: bool,
    pub pages: Option<CommitPages>,
}

/// The web pages of a commit and its files.
#[derive(Serialize)]
pub(crate) struct CommitPages {
    pub commit: String,
    /// The URL prefixes of a file and of its history.
    #[serde(skip)]
    pub file: String,
    #[serde(skip)]
    pub history: String,
    /// The URL path of each retailer's file in the repository, by slug.
    #[serde(skip)]
    pub paths: BTreeMap<String, String>,
}

impl BoardInput<'_> {
    fn pages(&self) -> Option<&CommitPages> {
        self.commit.as_ref()?.pages.as_ref()
    }
}

/// Writes the board.
pub(crate) fn board(input: &BoardInput<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut environment = Environment::new();
    // The extension selects the escaping.
    environment.add_template("board.html", TEMPLATE).map_err(io::Error::other)?;
    let template = environment.get_template("board.html").map_err(io::Error::other)?;
    let page = template.render(view::view(input)?).map_err(io::Error::other)?;
    // A page may also be printed to the log of a CI run.
    out.write_all(bracketed(&page, "&#91;").as_bytes())
}

/// Returns the content security policy: only the page's own style and script.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        hash(JS),
        hash(CSS)
    )
}
