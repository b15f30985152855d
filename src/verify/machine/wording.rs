//! The messages of a verification.

use super::super::evidence::LabelProven;
use super::super::finding::Finding;
use super::Verification;
use crate::model::{Advice, Fact, Milestone, Retailer};
use crate::shell::word;
use jiff::civil::Date;

/// A note about names beyond ASCII.
pub(super) const BEYOND_ASCII: &str = "the name has letters beyond ASCII: it is sent as UTF-8; ask \
                                       the partner whether it does the same";

/// The most frequent reason why a hub cannot process a return (SEKO's set-up guide for
/// OmniRPS, <https://seko.atlassian.net/wiki/spaces/IRSU/pages/2426011698>, seen on
/// 2026-11-26).
pub(super) const HUB_SETTINGS: &str =
    "the hub must be among the retailer's Hub Settings in OmniRPS, or it cannot process it";

pub(super) fn stopped() -> Advice {
    Advice::new(
        "the run was stopped before this step",
        "run the same command again to continue from here",
    )
}

pub(super) fn label_is_listed(label: &LabelProven, reference: &str) -> String {
    format!(
        "the label {} was made in an earlier test, {reference}, whose return OmniRPS lists since {}",
        label.connote(),
        label.on()
    )
}

/// Returns why the response to an upload proves nothing.
pub(super) fn no_sign(errors: Option<&str>) -> String {
    let errors = errors.map_or_else(String::new, |errors| format!(", and reports: {errors}"));
    format!(
        "the response has no sign of success that the contract names (`upload.success`){errors}"
    )
}

impl Verification<'_> {
    /// Returns a finding whose test could not be recorded. What happened stays true, and people
    /// can state it.
    pub(super) fn not_recorded(&self, finding: Finding, why: Advice) -> Finding {
        let Retailer { slug, journey, .. } = self.input.retailer;
        let Finding { proof, message, connote, proven, hint, .. } = finding;
        let hint = match (proven.and_then(|_| proof.milestone(*journey)), &connote) {
            (Some(milestone), Some(connote)) => format!(
                "state it with `reconcile attest {slug} {milestone} --connote {}`, then check the store",
                word(connote)
            ),
            _ => hint.unwrap_or(why.hint),
        };
        let message = format!("{message}, but this is not recorded: {}", why.message);
        Finding { connote, ..Finding::failed(proof, Advice::new(message, hint)) }
    }

    /// Returns that the file states another test than the awaited one, and how to state this one.
    pub(super) fn other_test_stated(&self, connote: &str) -> (String, String) {
        let Retailer { file, slug, .. } = self.input.retailer;
        let stated = format!(", and {file} states another test, which is not looked for");
        let restate = format!(
            "; to state this test, run `reconcile attest {slug} test_label test_return --connote {} \
             --replace`",
            word(connote)
        );
        (stated, restate)
    }

    pub(super) fn label_unresolved(&self, reference: &str, on: Date) -> Advice {
        Advice::new(
            format!("a label was requested on {on}, and no response with its result arrived"),
            self.find_label(reference),
        )
    }

    pub(super) fn label_in_doubt(&self, reference: &str, call: &str, why: &str) -> Advice {
        Advice::new(format!("the result of {call} is unknown: {why}"), self.find_label(reference))
    }

    /// Returns what to do about a label that may have been created.
    fn find_label(&self, reference: &str) -> String {
        format!(
            "look for a label with the reference {reference} in OmniParcel; if it is there, state it \
             with `reconcile attest {} test_label --connote NO`. --again makes another one; if the \
             first was made, it remains unused and may be charged",
            self.input.retailer.slug
        )
    }

    /// Returns that the file states a part of the test without its connote, if so: another test is
    /// not needed then.
    fn without_connote(&self, milestone: Milestone) -> Option<Advice> {
        let Retailer { file, slug, milestones, .. } = self.input.retailer;
        let Fact { on, by, connote: None } = milestones.get(&milestone)? else { return None };
        let by = by.as_deref().map(|by| format!(" --by {}", word(by))).unwrap_or_default();
        Some(Advice::new(
            format!("{file} states `{milestone}` without its connote"),
            format!(
                "state which one it is: `reconcile attest {slug} {milestone} --on {on}{by} --connote NO \
                 --replace`"
            ),
        ))
    }

    pub(super) fn no_label(&self) -> Advice {
        if let Some(advice) = self.without_connote(Milestone::TestLabel) {
            return advice;
        }
        let (Retailer { name, slug, .. }, permission) = (self.input.retailer, self.permission());
        Advice::new(
            format!("there is no label yet that {name} could return"),
            format!("make one with `reconcile verify {slug} label{permission}`"),
        )
    }

    pub(super) fn no_return(&self) -> Advice {
        if let Some(advice) = self.without_connote(Milestone::TestReturn) {
            return advice;
        }
        let (Retailer { name, slug, .. }, permission) = (self.input.retailer, self.permission());
        Advice::new(
            format!("there is no return of {name} to process yet"),
            format!("upload one with `reconcile verify {slug} return{permission}`"),
        )
    }

    pub(super) fn not_uploaded(&self, connote: &str) -> Advice {
        let (slug, permission) = (&self.input.retailer.slug, self.permission());
        Advice::new(
            format!("the return of {connote} has not been uploaded"),
            format!("upload it with `reconcile verify {slug}{permission}`"),
        )
    }

    pub(super) fn no_uploads_call(&self, connote: &str) -> Advice {
        let (slug, permission) = (&self.input.retailer.slug, self.permission());
        Advice::new(
            "the contract of this environment has no call that lists uploads",
            format!(
                "look for {connote} in OmniRPS; if it is there, state it with `reconcile attest {slug} \
                 test_return --connote {}`, otherwise start over with `reconcile verify {slug} \
                 --again{permission}`",
                word(connote)
            ),
        )
    }

    /// Returns that a listed return may be that of a label, whose connote has another case.
    pub(super) fn in_other_case(&self, connote: &str, listed: &str) -> Advice {
        let (slug, permission) = (&self.input.retailer.slug, self.permission());
        Advice::new(
            format!("OmniRPS lists {listed}, which differs from the label {connote} in case only"),
            format!(
                "find out in OmniRPS whether it is the return of the label; if so, state it with \
                 `reconcile attest {slug} test_return --connote {}`, otherwise start over with \
                 `reconcile verify {slug} --again{permission}`",
                word(connote)
            ),
        )
    }

    /// Returns what has to happen for a return to be processed.
    pub(super) fn hub_does(&self, connote: &str) -> String {
        let slug = &self.input.retailer.slug;
        if self.input.is_embedded {
            format!("simulate the hub with `reconcile sandbox --process {slug} {}`", word(connote))
        } else {
            format!("a SEKO hub operator has to process {connote} in OmniRPS")
        }
    }

    pub(super) fn uploaded_elsewhere(&self) -> String {
        let slug = &self.input.retailer.slug;
        let again = if self.is_recorded { " --again" } else { "" };
        format!(
            "that return was uploaded elsewhere; rehearse with another one: `reconcile verify {slug} \
             label{again}`, then `reconcile verify {slug} return`"
        )
    }
}
