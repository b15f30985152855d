//! A board of all retailers: one HTML file that needs no server and no network.
//!
//! # Design
//!
//! The lists are HTML, one for each person, so that the board can be read, searched by the
//! browser and printed without JavaScript. The script filters them, shows the same retailers
//! by stage, and fills one panel beside the lists from a block of JSON when a retailer is
//! opened: checklists, commands and texts to send are most of the text, and are looked at one
//! at a time. In that block every text is held once, whatever the number of retailers.
//! `cargo bench --bench board` measures what that costs.
//!
//! Nothing in the file can reach out: its policy allows the one style and the one script
//! that it holds, by their hashes, and nothing else. The template escapes every text, and
//! the script only ever sets text. A link to a retailer's file is followed when somebody
//! clicks on it.
//!
//! The time and the commit are given, so the same input gives the same bytes.

mod data;
mod marks;
mod people;
mod view;

use crate::model::Roles;
use crate::render::inert::bracketed;
use crate::status::Status;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::DateTime;
use minijinja::Environment;
use minijinja::value::Serde;
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

/// What a board is made from.
pub(crate) struct BoardInput<'a> {
    pub status: &'a Status,
    pub roles: Roles<'a>,
    /// What a command needs to work on the environment; empty for the default one.
    pub option: &'a str,
    /// When the status was put together, in UTC.
    pub at: DateTime,
    /// The commit that the files are from, where they are in Git.
    pub commit: Option<BoardCommit>,
    /// The text that a retailer's next step needs, by slug.
    pub messages: &'a BTreeMap<String, String>,
}

/// The commit that the retailers' files are from.
pub(crate) struct BoardCommit {
    pub id: String,
    /// Whether the files differ from it.
    pub dirty: bool,
    pub pages: Option<CommitPages>,
}

/// Where a browser shows a commit and its files.
pub(crate) struct CommitPages {
    pub commit: String,
    /// What comes before a file's path in the address of the file, and in that of its history.
    pub file: String,
    pub history: String,
    /// The path of each retailer's file in the repository, as a part of an address, by slug.
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
    // The ending chooses the escaping.
    environment.add_template("board.html", TEMPLATE).map_err(io::Error::other)?;
    let template = environment.get_template("board.html").map_err(io::Error::other)?;
    let page = template.render(Serde(view::view(input)?)).map_err(io::Error::other)?;
    // A page may go to the log of a CI run, too.
    out.write_all(bracketed(&page, "&#91;").as_bytes())
}

/// What the page may do: use its own style and script, and nothing else.
fn policy() -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'",
        hash(JS),
        hash(CSS)
    )
}
