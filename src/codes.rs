//! The meaning of each code in messages, and how to fix it: one table for `explain`, SARIF and
//! the reference.
//!
//! Pure. Enters: a word. Leaves: the code with its text.

use schemars::JsonSchema;
use serde::Serialize;

/// A code with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Code {
    pub code: &'static str,
    /// What reports it: `files` for a problem in a file, `plan` for a blocked retailer,
    /// `alerts` for harm to customers, `apply` for a finding of a run.
    #[schemars(with = "&str")]
    pub found_in: FoundIn,
    pub meaning: &'static str,
    pub remedy: &'static str,
}

/// What reports a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FoundIn {
    Files,
    Plan,
    Alerts,
    Apply,
}

/// The URL of the repository, if the build knows it: the release workflow sets it, and other
/// builds use `repository` of Cargo.toml. Without it there are no links, because a wrong link
/// is worse than none.
const REPOSITORY: &str = match option_env!("RECONCILE_REPOSITORY") {
    Some(address) => address,
    None => env!("CARGO_PKG_REPOSITORY"),
};

impl Code {
    /// Returns the page of the reference, and the anchor of the code in it.
    pub(crate) fn paragraph(&self) -> (&'static str, &'static str) {
        ("docs/reference/codes.md", self.code)
    }

    /// Returns the URL of the code in this version's documents, if known.
    pub(crate) fn url(&self) -> Option<String> {
        self.url_in(REPOSITORY)
    }

    /// GitHub and GitLab serve a file of a tag at this URL.
    fn url_in(&self, repository: &str) -> Option<String> {
        let repository = repository.trim_end_matches('/');
        let (page, anchor) = self.paragraph();
        let version = env!("CARGO_PKG_VERSION");
        (!repository.is_empty()).then(|| format!("{repository}/blob/v{version}/{page}#{anchor}"))
    }
}

/// Finds a code by its name.
pub(crate) fn find(word: &str) -> Option<&'static Code> {
    CODES.iter().find(|known| known.code == word)
}

/// Returns the codes of problems in files, sorted.
pub(crate) fn in_files() -> impl Iterator<Item = &'static Code> {
    CODES.iter().filter(|known| known.found_in == FoundIn::Files)
}

/// Defines the table of codes: where each is found, its meaning, and its remedy.
macro_rules! codes {
    ($($found_in:ident { $($code:literal: $meaning:literal => $remedy:literal,)+ })+) => {
        /// All codes, those of files first.
        pub(crate) const CODES: &[Code] = &[$($(
            Code { code: $code, found_in: FoundIn::$found_in, meaning: $meaning, remedy: $remedy },
        )+)+];
    };
}

codes! {
    Files {
        "access-on-new":
            "`omnireturns_access` on a retailer that is new to SEKO" =>
            "remove `omnireturns_access`, or set `journey: existing`",
        "acknowledgement-ended":
            "an acknowledged deviation whose last day is over" =>
            "take the acknowledgement out, or write a later day",
        "bad-date":
            "a date that is not a day written as YYYY-MM-DD" =>
            "write the day as YYYY-MM-DD, as in 2026-10-12",
        "bad-label":
            "a label file that lacks what a test label or its return needs" =>
            "add what the message names to the label file",
        "bad-limit":
            "a number outside its range" =>
            "write a number inside the range that the message gives",
        "bad-recipient":
            "a recipient whose key is not an age X25519 public key" =>
            "ask the partner for the `age1…` line that age-keygen printed",
        "bad-slug":
            "a file name that is not lower-case kebab-case" =>
            "rename the file, as in acme-apparel.yaml",
        "comment-in-name":
            "a name or an address that a comment cuts short" =>
            "if the text after ` #` belongs to it, put the whole text in quotes",
        "control-character":
            "a control character or line separator in a file" =>
            "remove the character, or retype the line",
        "duplicate-id":
            "two files with the same id in one system" =>
            "look up in the system whose record it is, and correct the other file",
        "duplicate-key":
            "a key that a mapping holds twice" =>
            "keep one of the two, with the value that is right; if both have keys below them, move \
             all below one",
        "duplicate-recipient":
            "two recipients with the same public key" =>
            "remove one of the two",
        "duplicate-retailer":
            "two files with the same `retailer`" =>
            "remove one of the two files, or correct its name",
        "duplicate-slug":
            "two files with the same name in different folders" =>
            "rename one of the two files",
        "email-in-name":
            "an e-mail address where a name belongs" =>
            "write the name that the retailer has in OmniRPS",
        "empty-file":
            "a file without content" =>
            "write at least `retailer` and `journey`, or remove the file",
        "empty-value":
            "a text value that is empty" =>
            "write a value, or remove the key",
        "environment-conflict":
            "an environment that is embedded and has systems or a contract, or has neither" =>
            "keep either `embedded: true` or the addresses of the systems",
        "file-too-large":
            "a file above the size limit" =>
            "check that it is the right file; split it or remove what is not needed",
        "foreign-milestone":
            "a milestone of the other journey" =>
            "remove the milestone, or correct `journey`",
        "future-date":
            "a date in the future" =>
            "state a milestone once it has been reached, with that day",
        "link-leads-out":
            "a link to a place that is not read, such as one outside the repository" =>
            "put the file itself where the link is",
        "literal-key":
            "a key or password written into a file" =>
            "remove it, name its place with `{env: NAME}` or `{file: PATH}`, and replace the key \
             that was exposed",
        "live-while-undecided":
            "`live` is stated, and `omnireturns_access` is not decided" =>
            "decide step E5 and write `omnireturns_access`",
        "live-without-uploads-checked":
            "`live` is stated, and `uploads_checked` is not" =>
            "check with `reconcile verify RETAILER uploads`, then state `uploads_checked`",
        "many-documents":
            "more than one YAML document in a file" =>
            "keep one document in the file, and remove the `---` before the others",
        "milestone-order":
            "a milestone dated before one that it needs" =>
            "correct the day that is wrong",
        "missing-key":
            "a required key that is absent or has no value" =>
            "add the key that the message names",
        "missing-milestone":
            "a milestone without those that it needs" =>
            "state the milestones that the message names, or remove the one that needs them",
        "missing-reason":
            "an override without a reason" =>
            "add `reason`, so that others know why the retailer differs from the process",
        "name-not-sendable":
            "a name with a character that an HTTP header cannot carry" =>
            "before the retailer is created, agree on a name without the character; once it is in \
             OmniRPS, which never renames one, settle with the partner how its uploads send the \
             name in the header",
        "name-white-space":
            "a name with white space at its ends, or with invisible characters" =>
            "remove the white space or the invisible character",
        "names-look-alike":
            "two names that people would mistake for each other" =>
            "correct one of the names; if both are right, pin `ids.omnirps` in both files",
        "no-retailers":
            "a folder without retailer files" =>
            "add a retailer file, import the live ones with `reconcile import`, or name the folder \
             with --retailers",
        "not-utf8":
            "a file that is not UTF-8 text" =>
            "save the file as UTF-8",
        "odd-connote":
            "a connote that does not look like one, or of a milestone that is about no label" =>
            "check the number on the label, or move it to the milestone of its label",
        "odd-date":
            "a date long before the process existed" =>
            "check the year",
        "odd-name":
            "a name that a program seems to have changed" =>
            "compare the name with OmniRPS, character by character, and write it as it is there",
        "odd-order":
            "a milestone dated before an earlier step" =>
            "check both days",
        "other-connote":
            "the connote that was processed is not the one that was uploaded" =>
            "check which connote the hub has processed",
        "override-conflict":
            "an override with more than one of `value`, `manage` and `acknowledge`, or none" =>
            "write either `value` with `reason`, or `manage: false` with `reason`",
        "reserved-file-name":
            "a file name that Windows reserves for a device" =>
            "rename the file, so that it can be checked out on Windows",
        "state-conflict":
            "run records that are configured to be kept in two places" =>
            "keep one of the places below `state`",
        "suffix-in-name":
            "a name that already ends in the partner's suffix" =>
            "write the name without the suffix; the tool adds it where it belongs",
        "too-many-problems":
            "a file with more problems than are shown" =>
            "correct those that are shown, then check again",
        "unknown-environment":
            "an environment that the project file does not define" =>
            "correct the name, or define the environment in the project file",
        "unknown-key":
            "a key that the format of the file does not have" =>
            "correct the spelling, or remove the key",
        "unknown-setting":
            "a setting that is not managed" =>
            "correct the spelling; `reconcile explain RETAILER` lists the settings",
        "unknown-value":
            "a word that is not one of those allowed" =>
            "write one of the words that the message names",
        "unread-file":
            "a file or folder among the retailer files, or a project file, that is not read" =>
            "rename the file to end in .yaml, or begin its name with `_` if it is kept on purpose",
        "unreadable-file":
            "a file that cannot be read" =>
            "check that the file is there and that you may read it",
        "unused-sql":
            "a query for a system that is not read from a database" =>
            "set `read: sql`, or remove the query",
        "url-not-https":
            "a URL that does not begin with https://, or is not an address that paths can be \
             added to" =>
            "write the whole address, beginning with https://",
        "webhook-not-https":
            "a tracking webhook whose URL is not https" =>
            "write the address that the partner gave, beginning with https://",
        "wrong-type":
            "a value of the wrong type" =>
            "write a value of the type that the message names",
        "wrong-value":
            "a value that the setting or the key does not take" =>
            "write a value that the message allows",
        "yaml-alias":
            "an anchor, alias, tag or merge key" =>
            "write the value out where it is needed",
        "yaml-syntax":
            "text that is not valid YAML" =>
            "correct the line; check quotes, indentation and the space after each colon",
    }
    Plan {
        "ambiguous-name":
            "two live records fit the retailer, so either could be the wrong one" =>
            "pin the right one as `ids` in the retailer's file",
        "name-near-miss":
            "a live record differs from the name only in case, white space or characters that look \
             alike; creating another record would make a duplicate" =>
            "correct the name in the retailer's file; in OmniParcel and OmniReturns the record can be \
             pinned there as `ids` instead",
        "id-not-found":
            "no live record has the id that the file pins" =>
            "correct the id under `ids`, or remove it so that the record is looked up by name",
        "duplicate-claim":
            "two files claim the same live record, or the name of one" =>
            "find out which retailer the record belongs to, and pin or correct the other file",
        "record-not-found":
            "no live record fits a retailer that SEKO serves already" =>
            "correct the name, or set `journey: new`; in OmniParcel and OmniReturns the record can \
             be pinned as `ids` instead",
        "company-not-found":
            "OmniReturns has no company with the partner's name" =>
            "correct `partner.company` in the project file, or have the company created",
        "suffix-variant":
            "the live name ends in a variant of the partner's suffix" =>
            "correct the name in OmniReturns; if no suffix is wanted, pinning `ids.omnireturns` is enough",
        "system-unknown":
            "the system could not be read, so nothing is planned in it" =>
            "find out with `reconcile doctor` why it does not answer, then plan again",
    }
    Alerts {
        "name-differs":
            "the OmniRPS record that the file pins has another name, so OmniRPS refuses uploads \
             under that of the file" =>
            "correct `retailer` in the file: nothing can be renamed in OmniRPS; if the record is \
             that of another retailer, correct `ids.omnirps`",
        "no-credits":
            "a retailer is in use, and its tracking webhook is missing, wrong or switched off, or \
             OmniRPS has no record of it, so its customers get no credits" =>
            "have the webhook set or switched on now; `reconcile apply` does it if the \
             environment lets it",
    }
    Apply {
        "twin-created":
            "after a create, the system holds two records with the same name" =>
            "have the newer one removed, and pin the id of the other in the retailer's file",
        "twins-unknown":
            "after a create, the system could not be listed or did not list the new record yet, so \
             whether it holds two records with the same name is unknown" =>
            "look the name up in the system; if there are two, have the newer one removed. Apply \
             again only when the system lists the record",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BlockerCode;
    use std::collections::BTreeSet;

    #[test]
    fn a_code_is_found_by_its_name() {
        assert_eq!(find("bad-date").unwrap().found_in, FoundIn::Files);
        assert_eq!(find("granite-gear"), None);
        assert_eq!(CODES.iter().map(|it| it.code).collect::<BTreeSet<_>>().len(), CODES.len());
        assert!(in_files().map(|known| known.code).is_sorted());
    }

    #[test]
    fn a_code_has_an_address_where_the_repository_is_known() {
        let code = find("bad-date").unwrap();
        assert_eq!(code.url_in(""), None);
        let version = env!("CARGO_PKG_VERSION");
        for repository in ["https://forge.example/a/b", "https://forge.example/a/b/"] {
            let page = format!("blob/v{version}/docs/reference/codes.md#bad-date");
            assert_eq!(code.url_in(repository), Some(format!("https://forge.example/a/b/{page}")));
        }
    }

    #[test]
    fn every_code_that_blocks_is_known() {
        let known =
            CODES.iter().filter(|known| known.found_in == FoundIn::Plan).map(|known| known.code);
        assert!(known.eq(BlockerCode::ALL.map(BlockerCode::key)));
    }

    /// Those of files have pairs of cases in `config/tests`.
    #[test]
    fn every_other_code_is_in_a_test() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let of_crate = walkdir::WalkDir::new(root.join("src")).into_iter();
        let of_binary = walkdir::WalkDir::new(root.join("tests/cli")).into_iter();
        let tests: String = of_crate
            .map(|entry| entry.unwrap().into_path())
            .filter(|path| path.to_string_lossy().contains("tests"))
            .chain(of_binary.map(|entry| entry.unwrap().into_path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
            .map(|path| std::fs::read_to_string(path).unwrap())
            .collect();
        for known in CODES.iter().filter(|known| known.found_in != FoundIn::Files) {
            assert!(tests.contains(known.code), "no test has {}", known.code);
        }
    }

    /// Returns what follows each of these marks up to the next quote.
    fn quoted<'a>(source: &'a str, marks: &[&str]) -> BTreeSet<&'a str> {
        let of = |mark| source.split(mark).skip(1).filter_map(|rest| rest.split('"').next());
        marks.iter().flat_map(|mark| of(*mark)).collect()
    }

    #[test]
    fn every_code_in_the_sources_is_known() {
        let mut found = 0;
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for entry in walkdir::WalkDir::new(root) {
            let path = entry.unwrap().into_path();
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let text: Vec<&str> = text.split("(\n").map(str::trim_start).collect();
            let marks = ["code: \"", "rror(\"", "arning(\"", "Flaw::new(\""];
            for code in quoted(&text.join("("), &marks) {
                let is_code = code.contains('-') && !code.contains(' ');
                assert!(!is_code || find(code).is_some(), "{}: {code}", path.display());
                found += usize::from(is_code);
            }
        }
        assert!(found > 20, "{found} codes");
    }
}
