//! A board of all retailers: one HTML file that needs no server and no network.
//!
//! # Design
//!
//! Cards are HTML, so that the board can be read and printed without JavaScript; only the
//! checklists, most of the text, are drawn from a block of JSON when a card is opened. The
//! browser leaves out what is not in view (`content-visibility`). With 5,000 retailers the
//! file has 4.7 MB, of which Chromium on two cores makes a page in 1.0 s and filters it in
//! 0.15 s; with every checklist as HTML it would have 18 MB. A column that shows only its
//! first cards was not needed, and would keep the rest from the browser's own search.
//!
//! Nothing in the file can reach out: its policy allows the one style and the one script
//! that it holds, by their hashes, and nothing else. The template escapes every text, and
//! the script only ever sets text.

mod checklists;
mod view;

use crate::model::Roles;
use crate::render::inert::bracketed;
use crate::status::Status;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::Environment;
use minijinja::value::Serde;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

const TEMPLATE: &str = include_str!("board.html");
const CSS: &str = include_str!("board.css");
const JS: &str = include_str!("board.js");

/// Writes the board.
pub(crate) fn board(status: &Status, roles: Roles<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut environment = Environment::new();
    // The ending chooses the escaping.
    environment.add_template("board.html", TEMPLATE).map_err(io::Error::other)?;
    let template = environment.get_template("board.html").map_err(io::Error::other)?;
    let page = template.render(Serde(view::view(status, roles)?)).map_err(io::Error::other)?;
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
