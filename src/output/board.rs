//! The additional input of the status board: time, commit and texts to send.

use crate::console::warn;
use crate::git::Repository;
use crate::message::{ExactNames, Recipient};
use crate::model::Live;
use crate::render::board::{BoardCommit, BoardInput, BoardMessage, CommitPages, board};
use crate::runs::journal::origin;
use crate::session::Session;
use crate::status::{HandedOver, Status};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

/// What shows whether a text is true.
#[derive(Clone, Copy)]
pub(crate) struct Evidence<'a> {
    /// What was read of the systems.
    pub live: Option<&'a Live>,
    /// The recorded handoffs, by slug.
    pub handoffs: &'a BTreeMap<String, HandedOver>,
}

/// Writes the board.
pub(super) fn write(
    session: &Session,
    status: &Status,
    evidence: Evidence<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let messages = messages(session, status, evidence);
    board(
        &BoardInput {
            status,
            roles: session.project.roles(),
            options: &session.command_options(),
            at: jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).datetime(),
            commit: commit(session, status),
            messages: &messages,
        },
        out,
    )
}

/// Returns the texts for next steps, by slug, with a warning about each unusable template. As
/// `message` prints them, except one that is too early and one with a wrong name.
fn messages(
    session: &Session,
    status: &Status,
    Evidence { live, handoffs }: Evidence<'_>,
) -> BTreeMap<String, BoardMessage> {
    let partner = &session.project.partner;
    let capabilities = session.capabilities(&status.environment);
    let names = ExactNames::new(&session.fleet, partner, live);
    let mut templates: BTreeMap<&str, Option<String>> = BTreeMap::new();
    let mut messages = BTreeMap::new();
    let by_slug: BTreeMap<&str, _> =
        session.fleet.iter().map(|retailer| (retailer.slug.as_str(), retailer)).collect();
    for of in &status.retailers {
        let slug = of.slug.as_str();
        let Some(&retailer) = by_slug.get(slug) else { continue };
        let recipient = Recipient { retailer, status: of, handoff: handoffs.get(slug) };
        let next = recipient.next().filter(|kind| recipient.too_early(*kind).is_none());
        let Some(kind) = next else { continue };
        let mut warnings = recipient.warnings(kind, partner, &capabilities);
        if kind.states_exact_name() {
            // The panel says what is wrong with a name.
            let Ok(warning) = names.check(retailer) else { continue };
            warnings.extend(warning);
        }
        let template = templates.entry(kind.template().0).or_insert_with(|| {
            let template = session.template(kind);
            template.inspect_err(|failure| left_out(session, failure)).ok()
        });
        let Some(text) = template else { continue };
        match session.message(recipient, kind, text) {
            Ok(text) => {
                messages.insert(slug.to_owned(), BoardMessage { text, warnings });
            }
            Err(failure) => {
                left_out(session, &failure);
                *template = None;
            }
        }
    }
    messages
}

fn left_out(session: &Session, failure: &crate::exit::Failure) {
    let why = failure.advice.as_ref().map_or("", |advice| advice.message.as_str());
    warn(&session.global, &format!("texts to send are left out: {why}"));
}

/// Returns the commit of the files, and its web pages.
fn commit(session: &Session, status: &Status) -> Option<BoardCommit> {
    let root: &Path = &session.project.root;
    let commit = origin::commit(root)?;
    let pages = Repository::find(root).ok().and_then(|repository| {
        let forge = repository.forge()?;
        let path = |file: &str| repository.address_of(Path::new(file));
        let paths =
            status.retailers.iter().filter_map(|of| Some((of.slug.clone(), path(&of.file)?)));
        Some(CommitPages {
            commit: forge.commit(&commit.id),
            file: forge.file(&commit.id),
            history: forge.history(&commit.id),
            paths: paths.collect(),
        })
    });
    Some(BoardCommit { id: commit.id, dirty: commit.dirty, pages })
}
