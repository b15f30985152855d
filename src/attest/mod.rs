//! Writes into a retailer's file what people confirm or decide, or what a verification has
//! proven.
//!
//! Enters: the files as read, and the statements about a retailer. Leaves: the edited file,
//! or why the process or the file's layout does not allow the edit. No system is contacted.

mod file_edit;
mod statement;
mod verified;

pub(crate) use file_edit::{FileEdit, Written, write_all};
pub(crate) use statement::Statement;
pub(crate) use verified::{Verified, closed_unseen, record_verified, unseen};

use crate::exit::Failure;
use crate::model::{Milestone, name};

/// Splits the words of the command line into retailers and the milestones after them. The
/// first word is always a retailer.
pub(crate) fn split_words(words: &[String]) -> Result<(&[String], Vec<Milestone>), Failure> {
    let milestone = |word: &String| Milestone::ALL.into_iter().find(|of| of.key() == word);
    let at = words.iter().skip(1).position(|word| milestone(word).is_some());
    let (retailers, rest) = words.split_at(at.map_or(words.len(), |at| at + 1));
    let mut milestones = Vec::new();
    for word in rest {
        match milestone(word) {
            Some(found) if !milestones.contains(&found) => milestones.push(found),
            Some(_) => {}
            None => return Err(unknown_milestone(word)),
        }
    }
    // In the order of the process, so that prerequisites are stated first.
    milestones.sort();
    Ok((retailers, milestones))
}

/// Returns an error for a word that is not a milestone.
pub(crate) fn unknown_milestone(word: &str) -> Failure {
    let known = Milestone::ALL.map(Milestone::key);
    let close = name::closest_name(known.into_iter(), word);
    let choice = format!("choose one of {}", known.join(", "));
    Failure::unknown(format!("`{word}` is not a milestone"), close, choice)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn divided(words: &str) -> Result<(Vec<String>, Vec<Milestone>), Failure> {
        let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
        split_words(&words).map(|(retailers, milestones)| (retailers.to_vec(), milestones))
    }

    #[test]
    fn retailers_come_before_milestones() {
        let (retailers, milestones) = divided("acme birch test_return test_label").unwrap();
        assert_eq!(retailers, ["acme", "birch"]);
        assert_eq!(milestones, [Milestone::TestLabel, Milestone::TestReturn]);
        let (retailers, milestones) = divided("live live live").unwrap();
        assert_eq!((retailers.len(), milestones), (1, vec![Milestone::Live]));
        assert_eq!(divided("acme").unwrap().1, []);
    }

    #[test]
    fn a_retailer_after_a_milestone_is_refused() {
        let refused = divided("acme live birch").unwrap_err();
        assert_eq!(refused.advice.unwrap().message, "`birch` is not a milestone");
    }
}
