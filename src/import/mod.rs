//! Retailer files from live records that no file declares.
//!
//! Enters: the files, and what the systems hold. Leaves: the text of each new file, and
//! the retailers that none is made for, each with the reason. Pure: the command writes.
//!
//! ```text
//! Live ─ group ─► groups ─ census (less what files declare) ─ draft ─► texts ─ trial ─► Import
//! ```
//!
//! # Design
//!
//! Import promises that right after it the files are valid and nothing is planned but
//! held entries. `trial` keeps that promise by trying: it checks the drafts together
//! with the files, plans them against live, and withdraws every draft that breaks it. So
//! no rule of the files or of the matching is written down a second time here.

mod census;
mod draft;
mod exact;
mod group;
pub mod pin;
mod slug;
#[cfg(test)]
mod tests;
mod trial;

pub(crate) use census::{Census, NotFound, census};
pub(crate) use draft::Draft;
pub(crate) use exact::{exact, free_slug};
pub(crate) use slug::share_a_slug;

use crate::config::Sources;
use crate::model::{Live, Partner, Retailer, System};
use jiff::civil::Date;

/// What files are made from.
pub struct ImportInput<'a> {
    pub sources: &'a Sources,
    /// The retailers that the sources declare.
    pub fleet: &'a [Retailer],
    pub partner: &'a Partner,
    /// Every system has to be known: a record that was not read would be taken for one
    /// that is not there.
    pub live: &'a Live,
    /// What stands before the name of a new file, as in `retailers/`.
    pub folder: &'a str,
    pub today: Date,
}

/// New files, and retailers without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    pub drafts: Vec<Draft>,
    pub left_out: Vec<LeftOut>,
}

/// Why no file is made for a retailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub name: String,
    /// Where the retailer was seen, as in `omnirps 77`.
    pub records: String,
    pub reason: String,
    pub hint: String,
}

/// Makes a file for every live retailer that no file declares, or for those named.
///
/// What is drafted counts as declared from then on, and the rest is looked at again until
/// nothing is added: so another import finds nothing more to write.
pub fn import(input: &ImportInput, names: &[&str]) -> Import {
    let mut drafts = Vec::new();
    let mut sources = input.sources.clone();
    let mut fleet = input.fleet.to_vec();
    loop {
        let input = ImportInput { sources: &sources, fleet: &fleet, ..*input };
        let census = census(&input);
        let mut left_out = Vec::new();
        let mut groups = Vec::new();
        for member in census.select(names) {
            match &member.left_out {
                Some(reason) => left_out.push(reason.clone()),
                None => groups.push(&member.group),
            }
        }
        let trial::Trial { drafts: more, withdrawn, sources: with, fleet: of } =
            trial::trial(&input, groups);
        left_out.extend(withdrawn);
        if more.is_empty() {
            drafts.sort_by(|a: &Draft, b| {
                (&a.retailer.name, &a.retailer.slug).cmp(&(&b.retailer.name, &b.retailer.slug))
            });
            left_out.sort_by(|a, b| (&a.name, &a.records).cmp(&(&b.name, &b.records)));
            return Import { drafts, left_out };
        }
        drafts.extend(more);
        (sources, fleet) = (with, of);
    }
}

/// Returns ids as messages show them, as in `omnirps 77, omnireturns 1042`.
fn ids<'a>(ids: impl Iterator<Item = (System, &'a str)>) -> String {
    let mut ids: Vec<(System, &str)> = ids.collect();
    // The anchor first.
    ids.sort_by_key(|(system, id)| (*system != System::Omnirps, *system, *id));
    let ids: Vec<String> =
        ids.iter().map(|(system, id)| format!("{} {id}", system.key())).collect();
    ids.join(", ")
}

/// Returns pinned ids as messages show them.
pub(crate) fn shown_ids<'a>(pinned: impl Iterator<Item = (&'a System, &'a String)>) -> String {
    ids(pinned.map(|(system, id)| (*system, id.as_str())))
}
