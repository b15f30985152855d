//! The arguments of the commands that accompany an onboarding, from the first file of a retailer
//! to its go-live.

use super::{ReportFormat, day};
use crate::exit::Failure;
use crate::message::MessageKind;
use crate::model::types::statement_flaw;
use crate::model::{Access, JourneyKind};
use crate::plan::FailOn;
use crate::shell::word;
use crate::status::Order;
use crate::verify::Proof;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use jiff::SignedDuration;
use jiff::civil::Date;
use std::path::PathBuf;
use std::time::Duration;

/// The arguments of `attest`.
#[derive(Clone, Debug, Args)]
pub(crate) struct AttestArgs {
    /// One retailer or several, by name or by slug; then one milestone or several
    #[arg(required = true, value_names = ["RETAILER", "MILESTONE"], num_args = 1..)]
    pub words: Vec<String>,
    /// The day on which it was reached [default: today in your time zone]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub on: Option<Date>,
    /// Who confirmed it, or did it
    #[arg(long, value_name = "WHO")]
    pub by: Option<String>,
    /// The connote (consignment note number) of a test label or test return
    #[arg(long, value_name = "NO")]
    pub connote: Option<String>,
    /// Set the account manager; a milestone can be left out then
    #[arg(long, value_name = "NAME")]
    pub account_manager: Option<String>,
    /// Replace what the file states; details that are not given are removed
    #[arg(long)]
    pub replace: bool,
    /// Remove the milestones
    #[arg(long, conflicts_with_all = ["on", "by", "connote", "account_manager", "replace"])]
    pub undo: bool,
}

/// The milestones, for the help of `attest`.
pub(super) const MILESTONES: &str = "\
Milestones of a retailer that is new to SEKO:
  introduced, onboarding_form_sent, documents_completed, keys_supplied, test_label, test_return,
  connote_processed, confirmed_by_seko, confirmed_by_loop, live

Milestones of a retailer that SEKO serves already:
  keys_requested, keys_supplied, test_label, test_return, switched_to_loop, uploads_checked, live

Examples:
  reconcile attest acme-apparel introduced --by loop
  reconcile attest acme-apparel test_label test_return --connote TK100200387AU
  reconcile attest acme-apparel marlow-optics live --on 2026-10-12
  reconcile attest acme-apparel live --undo";

/// The arguments of `decide`.
#[derive(Clone, Debug, Args)]
pub(crate) struct DecideArgs {
    /// The retailer, by name or by slug
    pub retailer: String,
    /// Whether the retailer still needs, and pays for, OmniReturns; required without --undo
    #[arg(required_unless_present = "undo")]
    pub access: Option<Access>,
    /// Who decided it; required without --undo
    #[arg(long, value_name = "NAME", value_parser = decider, required_unless_present = "undo")]
    pub by: Option<String>,
    /// The day on which it was decided [default: today in your time zone]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub on: Option<Date>,
    /// Replace the decision in the file; details that are not given are removed
    #[arg(long)]
    pub replace: bool,
    /// Remove the decision
    #[arg(long, conflicts_with_all = ["access", "on", "by", "replace"])]
    pub undo: bool,
}

fn decider(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("write who decided it") } else { Ok(text.to_owned()) }
}

/// The arguments of `status`.
#[derive(Clone, Debug, Args)]
pub(crate) struct StatusArgs {
    /// Only these retailers, as with --only; a single one with its checklist
    #[arg(value_name = "RETAILER", conflicts_with = "retailer")]
    pub names: Vec<String>,
    /// Show the checklist of this retailer, by name or by slug; not together with --only
    #[arg(long, value_name = "RETAILER|SLUG")]
    pub retailer: Option<String>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: StatusFormat,
    /// Write to this file instead of stdout (`-`); an existing file is replaced
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Read no system: show what people have stated, without the settings
    #[arg(long)]
    pub offline: bool,
    /// Only retailers for which this person has the next step or is the account manager
    #[arg(long, value_name = "NAME")]
    pub mine: Option<String>,
    /// Only retailers that wait for this role: account_manager, onboarding, hub, support, partner
    /// (or its name) or retailer
    #[arg(long, value_name = "ROLE")]
    pub waits_for: Option<String>,
    /// Only retailers at this stage or step, such as keys or N6
    #[arg(long, value_name = "STAGE")]
    pub stage: Option<String>,
    /// Also read how many returns have arrived from the retailers in use, and show who is silent
    #[arg(long, conflicts_with = "offline")]
    pub uploads: bool,
    /// How many days may pass without a return before a retailer counts as silent
    #[arg(long, value_name = "DAYS", default_value_t = SILENT_AFTER_DAYS, requires = "uploads")]
    #[arg(value_parser = days)]
    pub silent_after: u32,
    /// The order of the retailers of each journey [default: by stage]
    #[arg(long, value_name = "ORDER")]
    pub sort: Option<Order>,
    /// Exit with 2 if any of these is found; several are separated by commas
    #[arg(long, value_name = "WHAT", value_delimiter = ',', conflicts_with = "offline")]
    pub fail_on: Vec<FailOn>,
}

/// How a status is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StatusFormat {
    /// For people
    Text,
    /// For programs
    Json,
    /// A table for a wiki or an issue, or the checklist of one retailer
    Markdown,
    /// A board in one file, for a browser; it needs no server and no network
    Html,
}

/// What the exit codes of `uploads` mean.
pub(super) const UPLOADS_CODES: &str = "\
Exit codes:
  0   the returns were read, even if retailers are silent
  1   the returns of a retailer could not be read
  2   with --fail-on silent: a retailer is silent
  3   the files are invalid; nothing was read or written
  64  wrong usage of the command line";

/// How many days without a return are silence: a week has every weekday, so a quiet weekend is
/// not one.
const SILENT_AFTER_DAYS: u32 = 7;

fn days(text: &str) -> Result<u32, &'static str> {
    text.parse().map_err(|_| "write a whole number of days")
}

/// The arguments of `uploads`.
#[derive(Clone, Debug, Args)]
pub(crate) struct UploadsArgs {
    /// Only these retailers, as with --only
    #[arg(value_name = "RETAILER")]
    pub names: Vec<String>,
    /// How many days may pass without a return before a retailer counts as silent
    #[arg(long, value_name = "DAYS", default_value_t = SILENT_AFTER_DAYS, value_parser = days)]
    pub silent_after: u32,
    /// Exit with 2 if any of these is found
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub fail_on: Vec<UploadsFailure>,
    /// How to show it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReportFormat,
}

/// What `uploads` can exit with 2 for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UploadsFailure {
    /// A retailer from which nothing has arrived for too long
    Silent,
}

/// The arguments of `message`.
#[derive(Clone, Debug, Args)]
pub(crate) struct MessageArgs {
    /// The retailer, by name or by slug
    pub retailer: String,
    /// A message other than the one for the next step
    #[arg(long, value_name = "KIND")]
    pub kind: Option<MessageKind>,
}

/// The arguments of `new`.
#[derive(Clone, Debug, Args)]
pub(crate) struct NewArgs {
    /// The retailer's name, exactly as it is or will be entered in OmniRPS
    pub name: Option<String>,
    /// The onboarding journey [default: existing if OmniRPS has exactly that name, otherwise new]
    #[arg(long, value_name = "JOURNEY")]
    pub journey: Option<JourneyKind>,
    /// Who looks after the retailer at SEKO
    #[arg(long, value_name = "NAME")]
    pub account_manager: Option<String>,
    /// Its name in OmniReturns without the partner's suffix, if different
    #[arg(long, value_name = "NAME")]
    pub omnireturns_name: Option<String>,
    /// The name of the file, without .yaml [default: made from the retailer's name]
    #[arg(long, value_name = "SLUG")]
    pub slug: Option<String>,
    /// Further words, of a name without quotes
    #[arg(hide = true)]
    pub more: Vec<String>,
}

impl NewArgs {
    /// Rejects a name without quotes, and texts that a file cannot state.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let NewArgs { name, account_manager, omnireturns_name, more, .. } = self;
        if !more.is_empty() {
            let words: Vec<&str> = name.iter().chain(more).map(String::as_str).collect();
            return Err(Failure::usage(
                "the name is given as several words",
                format!("put it in quotes, as in `reconcile new {}`", word(&words.join(" "))),
            ));
        }
        check_texts(&[
            ("--account-manager", account_manager.as_deref()),
            ("--omnireturns-name", omnireturns_name.as_deref()),
        ])
    }
}

/// The placeholders of options in commands that the program suggests, with what to put there.
const PLACEHOLDERS: [(&str, &[&str], &str); 3] = [
    ("--account-manager", &["NAME"], "the name of the account manager"),
    ("--by", &["NAME", "WHO"], "the name of who did it or decided it"),
    ("--connote", &["NO"], "the connote, the number of the label"),
];

/// Rejects texts of options that a file cannot state, and placeholders of suggested commands.
pub(crate) fn check_texts(texts: &[(&str, Option<&str>)]) -> Result<(), Failure> {
    for (option, text) in texts {
        let Some(text) = text else { continue };
        let is_placeholder =
            |(of, words, _): &&(&str, &[&str], &str)| of == option && words.contains(&text.trim());
        if let Some((.., what)) = PLACEHOLDERS.iter().find(is_placeholder) {
            return Err(Failure::usage(
                format!("{option} has the placeholder `{}`", text.trim()),
                format!("write {what} instead"),
            ));
        }
        if let Some((what, hint)) = statement_flaw(text) {
            return Err(Failure::usage(format!("{option} {what}"), hint));
        }
    }
    Ok(())
}

/// The arguments of `handoff`.
#[derive(Clone, Debug, Args)]
pub(crate) struct HandoffArgs {
    /// The retailer, by name or by slug; with --check it can be left out, for the whole fleet
    #[arg(required_unless_present = "check")]
    pub retailer: Option<String>,
    /// Write the encrypted file here instead of to SLUG.age; `-` is stdout
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    pub out: Option<PathBuf>,
    /// Hand nothing over; compare keys, name and hub addresses with the recorded handoff
    #[arg(long)]
    pub check: bool,
}

/// What the exit codes of `verify` mean.
pub(super) const VERIFY_CODES: &str = "\
Exit codes:
  0   everything that was checked is proven, manual or not required
  1   something is not proven, or still waits for a person; for a fleet, of any retailer
  3   the files are invalid; nothing was read or written
  64  wrong usage of the command line, a real label or return without --in-production, or
      --record in an environment other than the default, if the default is not embedded";

/// The arguments of `verify`.
#[derive(Clone, Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The retailer, by name or by slug [default: check the whole fleet, and send nothing]
    pub retailer: Option<String>,
    /// What to prove [default: what the journey asks for next]
    #[arg(value_parser = proof())]
    pub proof: Option<Proof>,
    /// Make a real label and upload a real return; not needed for the embedded sandbox
    #[arg(long, requires = "retailer")]
    pub in_production: bool,
    /// Make another label even if one exists or may exist; the first remains unused
    #[arg(long, requires = "retailer")]
    pub again: bool,
    /// How long to wait until a hub has processed the return, as in 90s, 15m or 2h
    #[arg(long, value_name = "DURATION", default_value = "15m", value_parser = duration)]
    #[arg(requires = "retailer")]
    pub timeout: Duration,
    /// Count uploads from this day on [default: the day of the switch-over]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, requires = "retailer")]
    pub since: Option<Date>,
    /// Write what was proven to the retailer files as milestones; not for rehearsals
    #[arg(long)]
    pub record: bool,
    /// How to show what was found
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: ReportFormat,
}

impl VerifyArgs {
    /// Rejects another label for a proof that makes none.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let VerifyArgs { retailer: Some(retailer), proof: Some(proof), again: true, .. } = self
        else {
            return Ok(());
        };
        if *proof == Proof::Label {
            return Ok(());
        }
        Err(Failure::usage(
            format!("--again makes another label, and `{proof}` makes none"),
            format!("write `reconcile verify {} label --again`", word(retailer)),
        ))
    }
}

fn proof() -> impl TypedValueParser<Value = Proof> {
    PossibleValuesParser::new(Proof::ALL.map(Proof::key)).try_map(|key| {
        Proof::ALL.into_iter().find(|proof| proof.key() == key).ok_or("there is no such proof")
    })
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    let parsed: Option<SignedDuration> = text.parse().ok();
    parsed
        .and_then(|parsed| Duration::try_from(parsed).ok())
        .ok_or("write how long, with its unit, as in 90s, 15m or 2h")
}
