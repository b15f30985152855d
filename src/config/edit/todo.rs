//! The `TODO` notes that `import` and `new` write for what only people know, and their removal
//! once the file states it.

use crate::model::{Journey, Milestone};
use crate::process::milestones::milestone_rules;
use serde_yaml::Value;

pub(crate) const ACCOUNT_MANAGER: &str =
    "# TODO account_manager: who looks after the retailer at SEKO";
pub(crate) const ACCESS: &str = "# TODO omnireturns_access: required or not_required, once the \
                                 retailer has said whether it still needs OmniReturns";
pub(crate) const SWITCHED: &str = "# TODO milestones.switched_to_loop: the day of the switch-over \
                                   and who did it, as in {on: 2026-10-12, by: loop}; nothing is \
                                   changed before that day";
const MILESTONES: &str = "# TODO milestones: the day of each that has been reached: ";

/// Returns the note that asks for the milestones that an existing retailer may have reached
/// already.
pub(crate) fn milestones() -> String {
    let asked = milestone_rules(Journey::EXISTING).iter().map(|rule| rule.milestone);
    // It has its own note.
    let asked = asked.filter(|milestone| *milestone != Milestone::SwitchedToLoop);
    let asked: Vec<&str> = asked.map(Milestone::key).collect();
    format!("{MILESTONES}{}", asked.join(", "))
}

/// Returns the milestones that a note still asks for; `None` if it stays as it is, because all are
/// open or people wrote something else on it.
fn open(note: &str, is_stated: impl Fn(&str) -> bool) -> Option<Vec<&str>> {
    let asked: Vec<&str> = note.strip_prefix(MILESTONES)?.split(',').map(str::trim).collect();
    let is_milestone = |key: &&str| Milestone::ALL.iter().any(|known| known.key() == *key);
    // A live retailer has nothing left to state, whatever was skipped.
    let is_open = |key: &&str| !is_stated(key) && !is_stated(Milestone::Live.key());
    let open: Vec<&str> = asked.iter().copied().filter(is_open).collect();
    (asked.iter().all(is_milestone) && open.len() < asked.len()).then_some(open)
}

/// Removes the notes that the facts in the text settle.
pub(super) fn settle(text: String) -> String {
    let Ok(declared) = serde_yaml::from_str::<Value>(&text) else { return text };
    let is_stated = |milestone: &str| !declared["milestones"][milestone].is_null();
    let mut settled = String::new();
    for line in text.split_inclusive('\n') {
        let note = line.trim_end();
        let is_settled = match note {
            ACCOUNT_MANAGER => !declared["account_manager"].is_null(),
            ACCESS => !declared["omnireturns_access"].is_null(),
            SWITCHED => is_stated(Milestone::SwitchedToLoop.key()),
            _ => false,
        };
        match open(note, is_stated) {
            _ if is_settled => {}
            None => settled.push_str(line),
            Some(open) if open.is_empty() => {}
            Some(open) => {
                let end = &line[note.len()..];
                settled.push_str(&format!("{MILESTONES}{}{end}", open.join(", ")));
            }
        }
    }
    // Such a line may be part of a scalar.
    let is_same = serde_yaml::from_str::<Value>(&settled).is_ok_and(|read| read == declared);
    if is_same { settled } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_removed_with_its_fact() {
        let notes = format!("{ACCOUNT_MANAGER}\n{ACCESS}\n{SWITCHED}\n# Ask Kim.\n");
        assert_eq!(settle(format!("{notes}retailer: A\n")), format!("{notes}retailer: A\n"));
        let facts = "account_manager: Kim\nomnireturns_access: required\n\
                     milestones: {switched_to_loop: 2026-10-01}\n";
        assert_eq!(settle(format!("{notes}{facts}")), format!("# Ask Kim.\n{facts}"));
        let crlf = format!("{notes}{facts}").replace('\n', "\r\n");
        assert_eq!(settle(crlf), format!("# Ask Kim.\n{facts}").replace('\n', "\r\n"));
    }

    #[test]
    fn the_list_of_milestones_shrinks() {
        let all = milestones();
        let text = format!("{all}\nmilestones: {{keys_requested: 2026-10-01}}\n");
        let settled = settle(text);
        assert!(
            settled.starts_with(&format!("{MILESTONES}keys_supplied, test_label")),
            "{settled}"
        );
        let live = format!("{all}\nmilestones: {{live: 2026-10-01}}\n");
        assert_eq!(settle(live), "milestones: {live: 2026-10-01}\n");
    }

    #[test]
    fn what_people_wrote_on_the_note_of_milestones_stays() {
        let facts = "milestones: {keys_requested: 2026-10-01}\n";
        for (note, left) in [
            ("keys_supplied - ask Kim", Some("keys_supplied - ask Kim")),
            ("keys_requested (ask Kim)", Some("keys_requested (ask Kim)")),
            // Only what is stated is removed, and nothing is added.
            ("keys_requested, live", Some("live")),
            ("introduced, keys_requested,confirmed_by_loop", Some("introduced, confirmed_by_loop")),
            ("live,keys_supplied", Some("live,keys_supplied")),
            ("keys_requested", None),
        ] {
            for end in ["\n", "\r\n"] {
                let left = left.map(|left| format!("{MILESTONES}{left}{end}")).unwrap_or_default();
                let text = format!("{MILESTONES}{note}{end}{facts}");
                assert_eq!(settle(text), format!("{left}{facts}"));
            }
        }
    }

    #[test]
    fn a_line_of_a_scalar_is_not_a_note() {
        let text = format!("account_manager: Kim\nnotes: |\n  {ACCOUNT_MANAGER}\n");
        assert_eq!(settle(text.clone()), text);
        let flush = format!("account_manager: Kim\nnotes: \"\n{ACCOUNT_MANAGER}\n\"\n");
        assert_eq!(settle(flush.clone()), flush);
    }
}
