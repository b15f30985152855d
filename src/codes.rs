//! What a code in a message means, and what to do.
//!
//! Pure. Enters: a word. Leaves: the text of the code that it is, from one table for the codes
//! of [`CODES`] and one for those of [`BlockerCode`].

use crate::diagnostic::CODES;
use crate::model::BlockerCode;
use schemars::JsonSchema;
use serde::Serialize;

/// A code with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Code {
    pub code: &'static str,
    /// What prints it: `files` for a problem in a file, `plan` for what blocks a
    /// retailer, `alerts` for what harms customers, `apply` for what a run finds.
    pub found_in: &'static str,
    pub meaning: &'static str,
    pub remedy: &'static str,
}

/// Returns the code that a word is, if it is one.
pub(crate) fn find(word: &str) -> Option<Code> {
    let in_files = CODES.iter().find(|(code, _)| *code == word).and_then(|(code, meaning)| {
        let (_, remedy) = REMEDIES.iter().find(|(known, _)| known == code)?;
        Some(Code { code, found_in: "files", meaning, remedy })
    });
    let in_plans = || {
        let (code, meaning, remedy) = BLOCKERS.iter().find(|(code, ..)| code.as_str() == word)?;
        Some(Code { code: code.as_str(), found_in: "plan", meaning, remedy })
    };
    let elsewhere = || OTHERS.iter().find(|other| other.code == word).copied();
    in_files.or_else(in_plans).or_else(elsewhere)
}

/// The codes of alerts, and of what an apply finds.
const OTHERS: &[Code] = &[
    Code {
        code: "no-credits",
        found_in: "alerts",
        meaning: "a retailer is in use, and its tracking webhook is missing, wrong or switched \
                  off, so its customers get no credits",
        remedy: "have the webhook set or switched on now; apply does it where it may",
    },
    Code {
        code: "twin-created",
        found_in: "apply",
        meaning: "after a create, the system holds two records of one name",
        remedy: "have the newer one removed, and pin the id of the other in the retailer's file",
    },
];

/// What to do about each code of [`CODES`], in its order.
const REMEDIES: &[(&str, &str)] = &[
    ("access-on-new", "remove `omnireturns_access`, or set `journey: existing`"),
    ("bad-date", "write the day as YYYY-MM-DD, as in 2026-10-12"),
    ("bad-label", "add what the message names to the label file"),
    ("bad-limit", "write a number inside the range that the message gives"),
    ("bad-recipient", "ask the partner for the `age1…` line that age-keygen printed"),
    ("bad-slug", "rename the file, as in acme-apparel.yaml"),
    ("comment-in-name", "put the name in quotes where the text after ` #` belongs to it"),
    ("control-character", "remove the character, or retype the line"),
    ("duplicate-id", "look in the system whose record it is, and correct the other file"),
    ("duplicate-key", "keep one of the two, with the value that is right"),
    ("duplicate-recipient", "remove one of the two"),
    ("duplicate-retailer", "remove one of the two files, or correct its name"),
    ("duplicate-slug", "rename one of the two files"),
    ("email-in-name", "write the name that the retailer has in OmniRPS"),
    ("empty-file", "write at least `retailer` and `journey`, or remove the file"),
    ("empty-value", "write a text, or remove the key"),
    ("environment-conflict", "keep either `embedded: true` or the addresses of the systems"),
    ("file-too-large", "check that it is the right file; split it or remove what is not needed"),
    ("foreign-milestone", "remove the milestone, or correct `journey`"),
    ("future-date", "state a milestone once it has been reached, with that day"),
    ("link-leads-out", "put the file itself where the link is"),
    (
        "literal-key",
        "remove it, name its place with `{env: NAME}` or `{file: PATH}`, and replace the key that was exposed",
    ),
    ("live-while-undecided", "decide step E5 and write `omnireturns_access`"),
    (
        "live-without-uploads-checked",
        "check with `reconcile verify RETAILER uploads`, then state `uploads_checked`",
    ),
    ("many-documents", "keep one document in each file"),
    ("milestone-order", "correct the day that is wrong"),
    ("missing-key", "add the key that the message names"),
    (
        "missing-milestone",
        "state the milestones that the message names, or remove the one that needs them",
    ),
    ("missing-reason", "add `reason`, so that others know why the process does not hold"),
    (
        "name-not-sendable",
        "agree on a name without the character before the retailer is created: OmniRPS never renames one",
    ),
    ("name-white-space", "remove the white space or the invisible character"),
    (
        "names-look-alike",
        "correct one of the names; where both are right, pin `ids.omnirps` in both files",
    ),
    (
        "no-retailers",
        "add a retailer file, import the live ones with `reconcile import`, or name the folder with --retailers",
    ),
    ("not-utf8", "save the file as UTF-8"),
    ("odd-connote", "check the number on the label"),
    ("odd-date", "check the year"),
    (
        "odd-name",
        "compare the name with OmniRPS, character by character, and write it as it is there",
    ),
    ("odd-order", "check both days"),
    ("other-connote", "check which connote the hub has processed"),
    ("override-conflict", "write either `value` with `reason`, or `manage: false` with `reason`"),
    ("reserved-file-name", "rename the file, so that it can be checked out on Windows"),
    ("state-conflict", "keep one of the places below `state`"),
    ("suffix-in-name", "write the name without the suffix; the tool adds it where it belongs"),
    ("too-many-problems", "correct those that are shown, then check again"),
    ("unknown-environment", "correct the name, or define the environment in the project file"),
    ("unknown-key", "correct the spelling, or remove the key"),
    ("unknown-setting", "correct the spelling; `reconcile explain RETAILER` lists the settings"),
    ("unknown-value", "write one of the words that the message names"),
    ("unread-file", "rename the file to end in .yaml, or let its name start with `_`"),
    ("unreadable-file", "check that the file is there and that you may read it"),
    ("unused-sql", "set `read: sql`, or remove the query"),
    ("url-not-https", "write the whole address, beginning with https://"),
    ("webhook-not-https", "write the address that the partner gave, beginning with https://"),
    ("wrong-type", "write a value of the type that the message names"),
    ("wrong-value", "write a value that the message allows"),
    ("yaml-alias", "write the value out where it is needed"),
    ("yaml-syntax", "correct the line; check quotes, indentation and the space after each colon"),
];

/// What each code of a plan's blocked entries means, and what to do.
const BLOCKERS: &[(BlockerCode, &str, &str)] = &[
    (
        BlockerCode::AmbiguousName,
        "two live records fit the retailer, so either could be the wrong one",
        "pin the right one as `ids` in the retailer's file",
    ),
    (
        BlockerCode::NameNearMiss,
        "a live record differs from the name only in what people overlook: case, white space or \
         characters that look alike; creating another would make a twin",
        "correct the name on one side, or pin the record as `ids` in the retailer's file",
    ),
    (
        BlockerCode::IdNotFound,
        "no live record has the id that the file pins",
        "correct the id under `ids`, or remove it so that the name is looked for",
    ),
    (
        BlockerCode::DuplicateClaim,
        "two files claim the same live record",
        "find out whose it is, and pin or correct the other file",
    ),
    (
        BlockerCode::RecordNotFound,
        "no live record fits a retailer that SEKO serves already",
        "correct the name, pin the record as `ids`, or set `journey: new`",
    ),
    (
        BlockerCode::CompanyNotFound,
        "OmniReturns has no company that is called like the partner's",
        "correct `partner.company` in the project file, or have the company created",
    ),
    (
        BlockerCode::SuffixVariant,
        "the live name ends in something like the partner's suffix, but not exactly in it",
        "correct the name in OmniReturns, or pin the record as `ids.omnireturns`",
    ),
    (
        BlockerCode::SystemUnknown,
        "the system could not be read, so nothing is planned in it",
        "find out with `reconcile doctor` why it does not answer, then plan again",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_text() {
        let known: Vec<&str> = CODES.iter().map(|(code, _)| *code).collect();
        let told: Vec<&str> = REMEDIES.iter().map(|(code, _)| *code).collect();
        assert_eq!(told, known);
        for code in known {
            assert_eq!(find(code).unwrap().found_in, "files", "{code}");
        }
        for code in BlockerCode::ALL {
            assert_eq!(find(code.as_str()).unwrap().found_in, "plan", "{}", code.as_str());
        }
        assert_eq!(find("no-credits").unwrap().found_in, "alerts");
        assert_eq!(find("granite-gear"), None);
    }
}
