//! Validates drafts together with the files, and withdraws those that fail.

use super::census::left_out;
use super::draft::{Draft, draft};
use super::group::Group;
use super::slug::{slug, unique};
use super::{ImportInput, LeftOut};
use crate::config::{Checked, Source, Sources, check};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Advice, BlockerCode, Record, Retailer, System};
use std::collections::{BTreeMap, BTreeSet};

/// The result of a trial.
pub(super) struct Trial {
    pub drafts: Vec<Draft>,
    pub withdrawn: Vec<LeftOut>,
    /// All files, including the drafts.
    pub sources: Sources,
    pub fleet: Vec<Retailer>,
}

/// Why a draft is withdrawn.
struct Withdrawal {
    why: Advice,
    /// Whether the draft pins the record concerned. A draft that does not is withdrawn
    /// before one that does.
    is_pinned: bool,
}

impl Withdrawal {
    fn by_hand(why: &str) -> Withdrawal {
        Withdrawal { why: Advice::new(why, "write the file by hand"), is_pinned: false }
    }
}

/// Drafts a file for each group, and withdraws drafts until the rest is valid and plans no
/// change.
pub(super) fn trial(input: &ImportInput, mut groups: Vec<&Group>) -> Trial {
    let mut withdrawn = Vec::new();
    loop {
        let drafts = drafts(input, &groups);
        let sources = input.sources.with(drafts.iter().map(|draft| {
            Source::new(draft.retailer.file.clone(), draft.text.clone().into_bytes())
        }));
        let checked = check(&sources, input.today);
        let mut wrong = invalid(&checked, &drafts);
        if wrong.is_empty() {
            wrong = planned(input, &checked, &drafts);
        }
        if wrong.is_empty() {
            return Trial { drafts, withdrawn, sources, fleet: checked.retailers };
        }
        if wrong.values().any(|wrong| !wrong.is_pinned) {
            wrong.retain(|_, wrong| !wrong.is_pinned);
        }
        let mut left = Vec::new();
        for (at, group) in groups.into_iter().enumerate() {
            match wrong.remove(&at) {
                Some(Withdrawal { why, is_pinned: _ }) => withdrawn.push(left_out(group, why)),
                None => left.push(group),
            }
        }
        groups = left;
    }
}

fn drafts(input: &ImportInput, groups: &[&Group]) -> Vec<Draft> {
    let slugs = input.sources.retailers.iter().map(|source| crate::config::slug(&source.path));
    let mut taken: BTreeSet<String> = slugs.map(str::to_lowercase).collect();
    groups
        .iter()
        .map(|group| {
            let slug = unique(slug(&group.name, &fallback(group)), &mut taken);
            draft(group, input, slug)
        })
        .collect()
}

/// Returns the slug of a file whose retailer's name is not Latin.
fn fallback(group: &Group) -> String {
    let id = |record: &Record| record.id.to_string();
    match group.one(System::Omnirps) {
        Some(record) => format!("retailer-{}", id(record)),
        None => group.all().next().map_or_else(String::new, |(system, record)| {
            format!("retailer-{}-{}", system.key(), id(record))
        }),
    }
}

/// Returns the place of each draft by its file.
fn by_file(drafts: &[Draft]) -> BTreeMap<&str, usize> {
    drafts.iter().enumerate().map(|(at, draft)| (draft.retailer.file.as_str(), at)).collect()
}

/// Finds drafts that are invalid, or that do not parse to what was intended.
fn invalid(checked: &Checked, drafts: &[Draft]) -> BTreeMap<usize, Withdrawal> {
    let mut wrong = BTreeMap::new();
    let by_file = by_file(drafts);
    let errors = |found: &&Diagnostic| found.severity == Severity::Error;
    for found in checked.report.diagnostics.iter().filter(errors) {
        let spans = found.places();
        let files: BTreeSet<&str> =
            spans.map(|span| checked.report.sources[span.file].path.as_str()).collect();
        for at in files.iter().filter_map(|file| by_file.get(file)) {
            wrong.entry(*at).or_insert_with(|| Withdrawal {
                why: Advice::new(
                    format!("its file would be invalid [{}]: {}", found.code, found.message),
                    "have the name corrected in the system, or write the file by hand with the \
                     right name and `ids`",
                ),
                is_pinned: drafts[*at].retailer.ids.contains_key(&System::Omnirps),
            });
        }
    }
    if checked.report.has_errors() {
        // The valid drafts are checked in the next round.
        return wrong;
    }
    let read: BTreeMap<&str, _> =
        checked.retailers.iter().map(|retailer| (retailer.file.as_str(), retailer)).collect();
    let differs = |draft: &Draft| read.get(draft.retailer.file.as_str()) != Some(&&draft.retailer);
    for (at, _) in drafts.iter().enumerate().filter(|(_, draft)| differs(draft)) {
        let why = "its file would not parse back to the intended content";
        wrong.insert(at, Withdrawal::by_hand(why));
    }
    wrong
}

/// Finds drafts for which a plan has anything but held entries and what an unread system blocks.
fn planned(
    input: &ImportInput,
    checked: &Checked,
    drafts: &[Draft],
) -> BTreeMap<usize, Withdrawal> {
    let by_file = by_file(drafts);
    let is_draft = |retailer: &Retailer| by_file.contains_key(retailer.file.as_str());
    let plan = input.plan(&checked.retailers, &is_draft);
    let mut wrong = BTreeMap::new();
    for planned in &plan.retailers {
        let Some(&at) = by_file.get(planned.file.as_str()) else { continue };
        // What was not read blocks nothing that was.
        let mut blocked = planned.blocked.iter();
        let problem = blocked.find(|problem| problem.code != BlockerCode::SystemUnknown);
        let entry = if let Some(problem) = problem {
            Withdrawal {
                // The plan's own hints refer to a file that does not exist.
                why: Advice::new(
                    &problem.message,
                    "write the file by hand, with the right names and `ids`",
                ),
                is_pinned: drafts[at].retailer.ids.contains_key(&problem.system),
            }
        } else if !planned.actions.is_empty() || !planned.manual.is_empty() {
            Withdrawal::by_hand("its file would immediately cause a change")
        } else {
            continue;
        };
        wrong.insert(at, entry);
    }
    wrong
}
