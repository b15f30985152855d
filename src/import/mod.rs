//! Drafts retailer files from live records that no file declares.
//!
//! Enters: the files and the state of the systems. Leaves: the text of each new file, and
//! the retailers without one, each with the reason. Pure: the command writes the files.
//!
//! ```text
//! Live ─ group ─► groups ─ census (less what files declare) ─ draft ─► texts ─ trial ─► Import
//! ```
//!
//! # Design
//!
//! Import guarantees that right after it the files are valid and a plan has only held
//! entries. `trial` ensures this by testing: it validates the drafts together with the
//! files, plans them against live, and withdraws every draft that fails. So no rule of the
//! files or of matching is duplicated here.

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

use crate::config::{self, Sources};
use crate::model::{Capabilities, Live, Partner, Retailer, System};
use crate::plan::{self, Plan, PlanInput};
use jiff::civil::Date;

/// The input of an import.
pub struct ImportInput<'a> {
    pub sources: &'a Sources,
    /// The retailers that the sources declare.
    pub fleet: &'a [Retailer],
    pub partner: &'a Partner,
    /// OmniRPS must be known: a record that was not read would be considered absent.
    pub live: &'a Live,
    pub today: Date,
}

impl ImportInput<'_> {
    /// Returns the path of a new file as messages show it.
    pub(crate) fn path(&self, slug: &str) -> String {
        config::display(&self.sources.folder.join(format!("{slug}.yaml")))
    }

    /// Plans some retailers of a fleet against live. What blocks or holds an entry does not depend
    /// on who makes the change.
    pub(crate) fn plan(
        &self,
        fleet: &[Retailer],
        in_scope: &(dyn Fn(&Retailer) -> bool + Sync),
    ) -> Plan {
        plan::plan(&PlanInput {
            environment: "",
            partner: self.partner,
            fleet: fleet.iter().collect(),
            in_scope,
            live: self.live,
            capabilities: &Capabilities::default(),
            is_whole: false,
        })
    }
}

/// New files, and the retailers without one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Import {
    pub drafts: Vec<Draft>,
    pub left_out: Vec<LeftOut>,
}

/// Why no file is drafted for a retailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub name: String,
    /// Where the retailer was found, as in `omnirps 77`.
    pub records: String,
    pub reason: String,
    pub hint: String,
}

/// Drafts a file for each live retailer that no file declares, or for the named ones.
///
/// A drafted retailer counts as declared, and the others are examined again until nothing
/// is added. So another import finds nothing more to write.
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

/// Formats ids for messages, as in `omnirps 77, omnireturns 1042`.
fn ids<'a>(ids: impl Iterator<Item = (System, &'a str)>) -> String {
    let mut ids: Vec<(System, &str)> = ids.collect();
    // The anchor first.
    ids.sort_by_key(|(system, id)| (*system != System::Omnirps, *system, *id));
    let ids: Vec<String> =
        ids.iter().map(|(system, id)| format!("{} {id}", system.key())).collect();
    ids.join(", ")
}

/// Formats pinned ids for messages.
pub(crate) fn shown_ids<'a>(pinned: impl Iterator<Item = (&'a System, &'a String)>) -> String {
    ids(pinned.map(|(system, id)| (*system, id.as_str())))
}
