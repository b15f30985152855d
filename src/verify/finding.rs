//! The findings of a verification.

use super::evidence::{ArrivalProven, Proven, day, distinct, plausible_day};
use super::{Proof, Retailer};
use crate::matching::Matches;
use crate::model::{Advice, Journey, Milestone, Record, Setting, Upload, Value};
use crate::plan::alerts::{self, NOT_SENT_AGAIN, RULE};
use crate::process::{self, DesiredState};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the JSON of a report, and of a fleet's. Consumers can rely on the major number.
pub(super) const FORMAT_VERSION: &str = "1.0";

/// The findings about one retailer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Report {
    pub format_version: &'static str,
    pub environment: String,
    pub retailer: String,
    pub file: String,
    /// The reference of the test label and the test return.
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

    /// Returns the proof that the partner itself uploads returns, if one was found.
    pub(crate) fn arrival(&self) -> Option<&ArrivalProven> {
        self.findings.iter().find_map(|finding| match &finding.proven {
            Some(Proven::Uploads(arrival) | Proven::LoopUpload(arrival)) => Some(arrival),
            _ => None,
        })
    }

    /// Returns the requested proofs that failed, and those that wait for someone with that word.
    pub(crate) fn not_proven(&self) -> impl Iterator<Item = String> {
        self.findings.iter().filter_map(|found| match found.outcome {
            Outcome::Failed => Some(found.proof.key().to_owned()),
            Outcome::Waiting => Some(format!("{}: waiting", found.proof.key())),
            Outcome::Proven | Outcome::LeftToPeople | Outcome::NotCalledFor => None,
        })
    }
}

/// The outcome of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Proven,
    /// Someone else has to act first.
    Waiting,
    Failed,
    /// This environment has no call, or no field, for it.
    LeftToPeople,
    /// The process does not ask for it yet, or at all.
    NotCalledFor,
}

/// The result of attempting a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Finding {
    pub proof: Proof,
    pub outcome: Outcome,
    pub message: String,
    pub hint: Option<String>,
    pub connote: Option<String>,
    pub proves: &'static str,
    pub does_not_prove: &'static str,
    /// The proof, without which nothing is recorded.
    #[serde(skip)]
    pub proven: Option<Proven>,
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
            proven: None,
        }
    }

    /// Returns a finding with its proof.
    pub(crate) fn proven(proven: Proven, message: impl Into<String>) -> Finding {
        Finding {
            connote: proven.fact().and_then(|fact| fact.connote),
            proven: Some(proven.clone()),
            ..Finding::new(proven.proof(), Outcome::Proven, message)
        }
    }

    /// Returns a finding about a failure.
    pub(crate) fn failed(proof: Proof, advice: Advice) -> Finding {
        let Advice { message, hint } = advice;
        Finding { hint: Some(hint), ..Finding::new(proof, Outcome::Failed, message) }
    }

    /// Returns a finding about an action that someone else has to take.
    pub(crate) fn waiting(proof: Proof, connote: &str, advice: Advice) -> Finding {
        Finding {
            outcome: Outcome::Waiting,
            connote: Some(connote.to_owned()),
            ..Finding::failed(proof, advice)
        }
    }

    /// Returns the finding that there is no test label yet.
    pub(crate) fn not_begun(Retailer { name, slug, .. }: &Retailer, permission: &str) -> Finding {
        let hint = format!("begin it with `reconcile verify {slug}{permission}`");
        let message = format!("the test of {name} has not begun");
        let finding = Finding::new(Proof::Label, Outcome::NotCalledFor, message);
        Finding { hint: Some(hint), ..finding }
    }

    /// Returns a finding that people have to prove and state.
    pub(crate) fn left_to_people(proof: Proof, retailer: &Retailer, what: &str) -> Finding {
        let message = match proof {
            Proof::Webhook => "the OmniRPS records of this environment have no field for it",
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

    /// Returns a finding that people have to prove because the environment does not read OmniRPS.
    pub(crate) fn unread(proof: Proof, retailer: &Retailer, what: &str) -> Finding {
        let message = "OmniRPS is not read in this environment".to_owned();
        Finding { message, ..Finding::left_to_people(proof, retailer, what) }
    }
}

/// What people do about the tracking webhook where this tool cannot see it.
const CHECK_WEBHOOK: &str = "check the tracking webhook in OmniRPS";

/// Returns a finding about the webhook that people have to prove where nothing is read.
pub(crate) fn unseen_webhook(retailer: &Retailer, desired: &DesiredState) -> Finding {
    match webhook_waits_for(retailer, desired) {
        Ok(_) => Finding::unread(Proof::Webhook, retailer, CHECK_WEBHOOK),
        Err(why) => Finding::new(Proof::Webhook, Outcome::NotCalledFor, why),
    }
}

/// Returns the advice for uploads that could not be read.
pub(crate) fn unread(Advice { message, hint }: Advice) -> Advice {
    Advice::new(format!("the uploads in OmniRPS could not be read: {message}"), hint)
}

/// Returns a finding about the returns that arrived since a day. Tests do not count.
pub(crate) fn arrivals(
    retailer: &Retailer,
    uploads: &[Upload],
    is_test: impl Fn(&Upload) -> bool,
    arrival: Option<ArrivalProven>,
    since: Date,
    today: Date,
) -> Finding {
    let others: Vec<&Upload> = uploads.iter().filter(|upload| !is_test(upload)).collect();
    let (Some(latest), Some(arrival)) = (others.last(), arrival) else {
        let tested = distinct(uploads);
        let but = match tested {
            0 => String::new(),
            1 => " but a test".to_owned(),
            n => format!(" but {n} tests"),
        };
        let message = format!("no return of {} has arrived since {since}{but}", retailer.name);
        return Finding::failed(
            Proof::Uploads,
            Advice::new(
                message,
                "ask the partner whether customers have returned anything since, and whether it \
                 uploads under the exact name and with the key that it was given",
            ),
        );
    };
    let Upload { connote, order, source, received_at, processed_at: _ } = latest;
    let count = match distinct(others.iter().copied()) {
        1 => "1 return has".to_owned(),
        n => format!("{n} returns have"),
    };
    let details = [("order", order), ("by", source)]
        .into_iter()
        .filter_map(|(word, value)| Some(format!("{word} {}", value.as_ref()?)));
    let details: Vec<String> = details.collect();
    let details =
        if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
    let received = day(received_at).unwrap_or(since);
    let own = others.iter().filter(|upload| upload.connote == *connote);
    let times = own.filter_map(|upload| upload.processed_at.as_deref());
    let processed = match times.filter(|at| plausible_day(at, received, today).is_some()).min() {
        Some(at) => format!("processed at {at}"),
        None => "not processed yet".to_owned(),
    };
    let message = format!(
        "{count} arrived since {since}; the latest is {connote}{details}, received at \
         {received_at}, {processed}"
    );
    Finding::proven(Proven::Uploads(arrival), message)
}

/// Returns a finding about whether the partner itself uploads returns, not only this tool
/// with the retailer's keys. The journey asks for it once the retailer is live.
pub(crate) fn loop_upload(
    retailer: &Retailer,
    uploads: &[Upload],
    arrival: Option<ArrivalProven>,
) -> Finding {
    let Retailer { name, journey, .. } = retailer;
    if let Some(arrival) = arrival {
        let message = format!("{} was not uploaded by this tool", arrival.connote());
        return Finding::proven(Proven::LoopUpload(arrival), message);
    }
    let message = match uploads {
        [] => format!("no return of {name} has arrived"),
        _ => format!("the only returns of {name} that have arrived are tests"),
    };
    let advice = Advice::new(
        message,
        "ask the partner to upload a return, which shows that it has entered the keys and the name",
    );
    let starts = match journey {
        Journey::New => Milestone::Live,
        Journey::Existing { .. } => Milestone::SwitchedToLoop,
    };
    if retailer.reached(starts) {
        return Finding::failed(Proof::LoopUpload, advice);
    }
    Finding {
        outcome: Outcome::NotCalledFor,
        message: format!("not required before {starts}; {}", advice.message),
        ..Finding::failed(Proof::LoopUpload, advice)
    }
}

/// Returns what the tracking webhook waits for, although customers may need it already, or why the
/// process does not ask for it.
fn webhook_waits_for(
    retailer: &Retailer,
    desired: &DesiredState,
) -> Result<Vec<&'static str>, String> {
    let url = desired.get(Setting::OmnirpsTrackingWebhookUrl);
    let Some(managed) = url.or(desired.get(Setting::OmnirpsTrackingWebhookEnabled)) else {
        return Err("the file states that the tracking webhook is not managed".to_owned());
    };
    let waiting: Vec<&str> = managed.waiting_for.iter().map(|waiting| waiting.key()).collect();
    if !waiting.is_empty() && process::use_by_customers(retailer).is_none() {
        return Err(format!("not required before {}", waiting.join(" and ")));
    }
    Ok(waiting)
}

/// Returns a finding about the live tracking webhook.
pub(crate) fn webhook(retailer: &Retailer, desired: &DesiredState, record: &Record) -> Finding {
    let (url, enabled) =
        (Setting::OmnirpsTrackingWebhookUrl, Setting::OmnirpsTrackingWebhookEnabled);
    let found = |outcome, message: String| Finding::new(Proof::Webhook, outcome, message);
    let (Some(live), Some(on)) = (record.value(url), record.value(enabled)) else {
        return Finding::left_to_people(Proof::Webhook, retailer, CHECK_WEBHOOK);
    };
    let state = match (&live, on == Value::Flag(true)) {
        (Value::Unset, _) => "there is none".to_owned(),
        (live, true) => format!("it is {live} and on"),
        (live, false) => format!("it is {live} and switched off"),
    };
    let waiting = match webhook_waits_for(retailer, desired) {
        Ok(waiting) => waiting,
        Err(why) => return found(Outcome::NotCalledFor, format!("{why}; {state}")),
    };
    let apply = format!("`reconcile apply --only {}`", retailer.slug);
    let Some(fault) = alerts::fault(desired, record, &Matches::default()) else {
        if let Some(member) = [url, enabled].into_iter().find(|of| desired.get(*of).is_none()) {
            let message = format!("the file states that `{member}` is not managed; {state}");
            return found(Outcome::NotCalledFor, message);
        }
        if on != Value::Flag(true) {
            let message = format!("the file keeps the tracking webhook off; {state}");
            return found(Outcome::NotCalledFor, message);
        }
        let message = format!(
            "{state}; {RULE}, and only SEKO support or `apply` can switch it on \
                               again"
        );
        return Finding::proven(Proven::Webhook, message);
    };
    let mut hint = match fault {
        alerts::Fault::Missing => format!("run {apply} to set it"),
        alerts::Fault::Elsewhere => {
            format!("find out who changed it; then run {apply} to set it again")
        }
        alerts::Fault::Off => format!(
            "{RULE}. Ask the partner why it did not respond; then SEKO support or {apply} can \
             switch it on again; {NOT_SENT_AGAIN}"
        ),
    };
    // A retailer can be live without a milestone that its accounts wait for.
    for key in waiting {
        hint.push_str(&format!("; the plan holds it until `{key}` is stated"));
    }
    let state = match fault {
        alerts::Fault::Missing => String::new(),
        alerts::Fault::Elsewhere | alerts::Fault::Off => format!(": {state}"),
    };
    let message = format!("{} {}{state}", retailer.name, fault.what());
    Finding::failed(Proof::Webhook, Advice::new(message, hint))
}
