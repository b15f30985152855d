//! What a verification found.

use super::{Proof, Retailer, is_reference};
use crate::identity::Fault;
use crate::matching::Matches;
use crate::model::{Fact, Milestone, ReadFailure, Record, Setting, Upload, Value};
use crate::plan::alerts::{self, RULE};
use crate::process::DesiredState;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;

/// The version of the report's JSON; raised when a consumer would misread it.
const FORMAT_VERSION: &str = "1.0";

/// What was found of one retailer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Report {
    pub format_version: &'static str,
    pub environment: String,
    pub retailer: String,
    pub file: String,
    /// What the test label and the test return are called.
    pub reference: Option<String>,
    pub findings: Vec<Finding>,
    /// The milestones that the file states now.
    pub recorded: Vec<Milestone>,
}

impl Report {
    /// Returns a report without findings.
    pub(crate) fn new(environment: &str, retailer: &Retailer) -> Report {
        Report {
            format_version: FORMAT_VERSION,
            environment: environment.into(),
            retailer: retailer.name.clone(),
            file: retailer.file.clone(),
            reference: None,
            findings: Vec::new(),
            recorded: Vec::new(),
        }
    }

    /// Says whether anything that was to be proven was not.
    pub(crate) fn has_failed(&self) -> bool {
        let failed = |found: &Finding| matches!(found.outcome, Outcome::Failed | Outcome::Waiting);
        self.findings.iter().any(failed)
    }
}

/// How one proof came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Proven,
    /// Somebody else has not done their part yet.
    Waiting,
    Failed,
    /// This environment has no call, or no field, for it.
    LeftToPeople,
    /// The process does not ask for it yet, or not at all.
    NotCalledFor,
}

/// What came of one proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Finding {
    pub proof: Proof,
    pub outcome: Outcome,
    pub message: String,
    pub hint: Option<String>,
    pub connote: Option<String>,
    pub proves: &'static str,
    pub does_not_prove: &'static str,
    /// What the file may state of it.
    #[serde(skip)]
    pub fact: Option<Fact>,
}

impl Finding {
    fn new(proof: Proof, outcome: Outcome, message: impl Into<String>) -> Finding {
        Finding {
            proof,
            outcome,
            message: message.into(),
            hint: None,
            connote: None,
            proves: proof.proves(),
            does_not_prove: proof.leaves_open(),
            fact: None,
        }
    }

    /// Returns what has been proven, on a day and with a connote.
    pub(crate) fn proven(
        proof: Proof,
        message: impl Into<String>,
        on: Date,
        connote: &str,
    ) -> Finding {
        let connote = Some(connote.to_owned());
        Finding {
            fact: Some(Fact { on, by: None, connote: connote.clone() }),
            connote,
            ..Finding::new(proof, Outcome::Proven, message)
        }
    }

    /// Returns what stands in the way.
    pub(crate) fn failed(proof: Proof, fault: Fault) -> Finding {
        let Fault { message, hint } = fault;
        Finding { hint: Some(hint), ..Finding::new(proof, Outcome::Failed, message) }
    }

    /// Returns what somebody else has yet to do.
    pub(crate) fn waiting(proof: Proof, connote: &str, fault: Fault) -> Finding {
        Finding {
            outcome: Outcome::Waiting,
            connote: Some(connote.to_owned()),
            ..Finding::failed(proof, fault)
        }
    }

    /// Returns what people prove, and how they state it.
    pub(crate) fn left_to_people(proof: Proof, retailer: &Retailer, what: &str) -> Finding {
        let message = match proof {
            Proof::Webhook => "what this environment tells of OmniRPS has no field for it",
            _ => "the contract of this environment has no call for it",
        };
        let Retailer { slug, .. } = retailer;
        let hint = match proof.milestone(retailer.journey) {
            Some(milestone) => {
                let connote = if proof == Proof::Uploads { "" } else { " --connote NO" };
                format!("{what}, then state it with `reconcile attest {slug} {milestone}{connote}`")
            }
            None => what.to_owned(),
        };
        Finding { hint: Some(hint), ..Finding::new(proof, Outcome::LeftToPeople, message) }
    }
}

/// Returns what it means that the uploads could not be read.
pub(crate) fn unread(ReadFailure { why, hint, .. }: ReadFailure) -> Fault {
    Fault::new(format!("the uploads in OmniRPS could not be read: {why}"), hint)
}

/// Returns what the returns say that arrived from a day on. Those of tests do not count: the
/// ones with these connotes, and whatever this tool has uploaded.
pub(crate) fn arrivals(
    retailer: &Retailer,
    uploads: &[Upload],
    tests: &BTreeSet<String>,
    since: Date,
    today: Date,
) -> Finding {
    let is_test = |upload: &Upload| {
        tests.contains(&upload.connote) || upload.order.as_deref().is_some_and(is_reference)
    };
    let others: Vec<&Upload> = uploads.iter().filter(|upload| !is_test(upload)).collect();
    let Some(latest) = others.last() else {
        let tested = uploads.len();
        let but = match tested {
            0 => String::new(),
            1 => " but a test".to_owned(),
            n => format!(" but {n} tests"),
        };
        let message = format!("no return of {} has arrived since {since}{but}", retailer.name);
        return Finding::failed(
            Proof::Uploads,
            Fault::new(
                message,
                "ask the partner whether customers have returned anything since, and whether it \
                 uploads under the exact name and with the key that it was given",
            ),
        );
    };
    let Upload { connote, order, source, received_at, processed_at } = latest;
    let count = match others.len() {
        1 => "1 return has".to_owned(),
        n => format!("{n} returns have"),
    };
    let told = [("order", order), ("by", source)]
        .into_iter()
        .filter_map(|(word, said)| Some(format!("{word} {}", said.as_ref()?)));
    let told: Vec<String> = told.collect();
    let told = if told.is_empty() { String::new() } else { format!(" ({})", told.join(", ")) };
    let processed = match processed_at {
        Some(at) => format!("processed at {at}"),
        None => "not processed yet".to_owned(),
    };
    let message = format!(
        "{count} arrived since {since}; the latest is {connote}{told}, received at {received_at}, \
         {processed}"
    );
    Finding::proven(Proof::Uploads, message, today, connote)
}

/// Returns what live says of the tracking webhook.
pub(crate) fn webhook(retailer: &Retailer, wanted: &DesiredState, record: &Record) -> Finding {
    let (url, enabled) =
        (Setting::OmnirpsTrackingWebhookUrl, Setting::OmnirpsTrackingWebhookEnabled);
    let found = |outcome, message: String| Finding::new(Proof::Webhook, outcome, message);
    let (Some(live), Some(on)) = (record.value(url), record.value(enabled)) else {
        let what = "look at the tracking webhook in OmniRPS";
        return Finding::left_to_people(Proof::Webhook, retailer, what);
    };
    let state = match (&live, on == Value::Flag(true)) {
        (Value::Unset, _) => "there is none".to_owned(),
        (live, true) => format!("it is {live} and on"),
        (live, false) => format!("it is {live} and switched off"),
    };
    let (Some(desired), true) = (wanted.get(url), wanted.get(enabled).is_some()) else {
        let message = format!("the file leaves the tracking webhook alone; {state}");
        return found(Outcome::NotCalledFor, message);
    };
    if !desired.waiting_for.is_empty() {
        let keys: Vec<&str> = desired.waiting_for.iter().map(|waiting| waiting.key()).collect();
        let message = format!("nothing is asked of it before {}; {state}", keys.join(" and "));
        return found(Outcome::NotCalledFor, message);
    }
    let apply = format!("`reconcile apply --only {}`", retailer.slug);
    let Some(fault) = alerts::fault(wanted, record, &Matches::new()) else {
        let message = format!("{state}; {RULE}, and only SEKO support or `apply` puts it on again");
        return found(Outcome::Proven, message);
    };
    let hint = match fault {
        alerts::Fault::Missing => format!("it is SEKO's turn: {apply} sets it"),
        alerts::Fault::Elsewhere => {
            format!("find out who changed it; then it is SEKO's turn: {apply} sets it")
        }
        alerts::Fault::Off => format!(
            "{RULE}. It is the partner's turn to say why it did not answer; then SEKO support or \
             {apply} puts it on again"
        ),
    };
    let state = match fault {
        alerts::Fault::Missing => String::new(),
        alerts::Fault::Elsewhere | alerts::Fault::Off => format!(": {state}"),
    };
    let message = format!("{} {}{state}", retailer.name, fault.what());
    Finding::failed(Proof::Webhook, Fault::new(message, hint))
}
