//! The text of a new retailer file, from what a person gives and what live holds.
//!
//! Enters: a name and facts about the retailer, the files, and live as far as it was read.
//! Leaves: the file to write and its warnings, or why there is none. Pure: the command prompts
//! and writes.
//!
//! # Design
//!
//! The file is checked before it is written, together with all others and by the plan. So no rule
//! of the files or of matching is duplicated here.

use crate::config::edit::{name_account_manager, put, todo};
use crate::config::{Checked, Source, check, yaml};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::exit::{Exit, Failure};
use crate::import::{Draft, ImportInput, exact, free_slug, share_a_slug};
use crate::matching::Records;
use crate::model::name::{self, mistyped, with_suffix};
use crate::model::{Advice, BlockerCode, JourneyKind, Live, Retailer, System};
use crate::shell::word;

/// What a person gives about a new retailer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NewRetailer {
    pub name: String,
    /// `None` means `existing` if OmniRPS has exactly that name, otherwise `new`.
    pub journey: Option<JourneyKind>,
    pub account_manager: Option<String>,
    pub omnireturns_name: Option<String>,
    /// The name of the file, without its extension.
    pub slug: Option<String>,
}

/// A file that can be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NewFile {
    pub retailer: Retailer,
    pub text: String,
    /// Warnings about the file.
    pub report: Diagnostics,
    /// What will block a plan.
    pub warnings: Vec<Advice>,
}

/// Returns the journey that live suggests for a name.
pub(crate) fn likely_journey(name: &str, live: &Live) -> JourneyKind {
    let is_there = live.records(System::Omnirps).iter().any(|record| record.name == name);
    if is_there { JourneyKind::Existing } else { JourneyKind::New }
}

/// Drafts a file, unless it would be invalid, overwrite another or duplicate a retailer.
pub(crate) fn draft(input: &ImportInput, given: &NewRetailer) -> Result<NewFile, Failure> {
    let likely = likely_journey(&given.name, input.live);
    let journey = given.journey.unwrap_or(likely);
    let slug = match &given.slug {
        None => free_slug(input, &given.name),
        Some(slug) => {
            if crate::config::slug(&input.path(slug)) != slug {
                return Err(Failure::usage(
                    format!("`{slug}` is not a valid slug"),
                    "write lower-case letters and digits joined by `-`, as in `acme-apparel`",
                ));
            }
            let mut files = input.sources.retailers.iter();
            let is_taken = |source: &&Source| crate::config::slug(&source.path) == slug;
            if let Some(source) = files.find(is_taken) {
                return Err(Failure::failed(
                    format!("`{slug}` is taken: {} exists already", source.path),
                    "leave --slug out, or choose another",
                ));
            }
            slug.clone()
        }
    };
    let file = input.path(&slug);
    // The minimal text is checked first, so that a problem with the name is reported as
    // such.
    let mut text = plain(given, journey);
    let (mut retailer, mut whole) = checked(input, &file, &text)?;
    let mut warnings: Vec<Advice> = similar(input, &given.name).collect();
    let live = input.live.records(System::Omnirps).iter().map(|record| record.name.as_str());
    if likely == JourneyKind::New
        && let Some(meant) = mistyped(live, &given.name)
    {
        warnings.push(Advice::new(
            format!("OmniRPS has a retailer called \"{}\"", name::escaped(meant)),
            "delete the new file if that one is meant, and write it with that name",
        ));
    }
    if journey == JourneyKind::New && likely == JourneyKind::New {
        warnings.extend(served(input, &retailer));
    }
    if journey == JourneyKind::Existing && likely == JourneyKind::Existing {
        let name = given.omnireturns_name.as_deref();
        match exact(input, &given.name, name) {
            Some(Ok(Draft { text: found, retailer: drafted })) => {
                text = found.replace("reconcile import", "reconcile new");
                if let Some(name) = name.filter(|name| *name != drafted.omnireturns_base_name()) {
                    let named = put(&text, &["omnireturns", "name"], &yaml::text(name), &[]);
                    text = named.unwrap_or(text);
                }
                if let Some(name) = &given.account_manager {
                    text = name_account_manager(text.as_bytes(), name).unwrap_or(text);
                }
                (retailer, whole) = checked(input, &file, &text)?;
            }
            Some(Err(left_out)) => return Err(Failure::failed(left_out.reason, left_out.hint)),
            None => {}
        }
    } else if likely == JourneyKind::Existing {
        warnings.push(Advice::new(
            format!("OmniRPS has a retailer called \"{}\" already", name::escaped(&given.name)),
            "write `journey: existing` if SEKO serves it",
        ));
    }
    warnings.extend(blocked(input, &file, &whole.retailers)?);
    Ok(NewFile { retailer, text, report: whole.report, warnings })
}

/// Returns warnings about retailers with similar names that are not look-alikes.
fn similar(input: &ImportInput, name: &str) -> impl Iterator<Item = Advice> {
    let is_similar = move |other: &&Retailer| other.name != name && share_a_slug(&other.name, name);
    input.fleet.iter().filter(is_similar).map(|other| {
        Advice::new(
            format!("{} declares a retailer of a similar name, `{}`", other.file, other.name),
            "delete the new file if it is the same retailer",
        )
    })
}

/// Returns a warning if a system shows that SEKO may serve a retailer already, of which OmniRPS has
/// no record of its name.
fn served(input: &ImportInput, retailer: &Retailer) -> Option<Advice> {
    let ImportInput { live, partner, .. } = input;
    let base = retailer.omnireturns_base_name();
    let suffixed = with_suffix(base, &partner.name_suffix);
    let mut accounts = live.records(System::Omnireturns).iter();
    let account = accounts.find(|account| account.name == base || account.name == suffixed);
    let omnirps = Records::new(live.records(System::Omnirps));
    if let Some((account, record)) = account.and_then(|of| Some((of, omnirps.tied_to(of)?))) {
        let name = record.name.as_str();
        let named = match name == base {
            true => String::new(),
            false => format!(" --omnireturns-name {}", word(base)),
        };
        return Some(Advice::new(
            format!(
                "OmniReturns has an account called \"{}\" for the OmniRPS record {}, \"{}\"",
                name::escaped(&account.name),
                record.id,
                name::escaped(name)
            ),
            format!(
                "delete the new file if that is the retailer, and run `reconcile new {}{named}`",
                word(name)
            ),
        ));
    }
    let is_unknown = live.unknown().any(|system| system == System::Omnirps);
    let mut others = [System::Omniparcel, System::Omnireturns].into_iter();
    let has_name =
        |system: &System| live.records(*system).iter().any(|record| record.name == retailer.name);
    let system = others.find(has_name).filter(|_| is_unknown)?;
    Some(Advice::new(
        format!("{system} has a retailer called \"{}\" already", name::escaped(&retailer.name)),
        "write `journey: existing` if SEKO serves it",
    ))
}

/// Returns the minimal file of a retailer.
fn plain(given: &NewRetailer, journey: JourneyKind) -> String {
    let NewRetailer { name, account_manager, omnireturns_name, journey: _, slug: _ } = given;
    let mut text = format!("# Written by `reconcile new`.\nretailer: {}\n", yaml::text(name));
    text.push_str(&format!("journey: {}\n", journey.key()));
    match account_manager {
        Some(name) => text.push_str(&format!("account_manager: {}\n", yaml::text(name))),
        None => text.push_str(&format!("{}\n", todo::ACCOUNT_MANAGER)),
    }
    if journey != JourneyKind::New {
        text.push_str(&format!("{}\n", todo::ACCESS));
    }
    if let Some(name) = omnireturns_name {
        text.push_str(&format!("omnireturns:\n  name: {}\n", yaml::text(name)));
    }
    text
}

/// Checks a file together with all others. Every problem is caused by the new file. Returns its
/// retailer, and the fleet with the report about the file.
fn checked(input: &ImportInput, file: &str, text: &str) -> Result<(Retailer, Checked), Failure> {
    let added = Source::new(file.to_owned(), text.as_bytes().to_vec());
    let checked = check(&input.sources.with([added]), input.today);
    let report = &checked.report;
    let is_about =
        |found: &&Diagnostic| found.is_error() && found.places().any(|at| report.path(at) == file);
    if let Some(found) = report.diagnostics.iter().find(is_about) {
        let other = found.places().map(|at| report.path(at)).find(|path| *path != file);
        let (exit, beside) = match other {
            Some(other) => (Exit::Failed, format!(" ({other})")),
            None => (Exit::Usage, String::new()),
        };
        let message = match found.code {
            // It is not written, so there are no two.
            "duplicate-retailer" => "a file declares the retailer already",
            _ => &found.message,
        };
        let message = format!("no file was written: {message}{beside} [{}]", found.code);
        let hint = match found.code {
            "duplicate-retailer" => "go on with the file that is there, or give another name",
            "suffix-in-name" if !text.contains("\nomnireturns:") => {
                "give the name as OmniRPS has it, usually without the suffix; if OmniRPS has it with \
                 the suffix, also give the OmniReturns name without it with --omnireturns-name"
            }
            "bad-slug" => {
                "give --slug lower-case letters and digits joined by `-`, as in `acme-apparel`"
            }
            "empty-value" => "give the name exactly as it is or will be entered in OmniRPS",
            _ => &found.hint,
        };
        return Err(Failure { exit, ..Failure::failed(message, hint) });
    }
    let report = report.about(file);
    match checked.retailers.iter().find(|retailer| retailer.file == file) {
        Some(retailer) => Ok((retailer.clone(), Checked { report, ..checked })),
        None => Err(Failure::failed(
            format!("no file was written: {file} would not parse back to the intended content"),
            "write the file by hand",
        )),
    }
}

/// Rejects a file whose name would block plans. Returns what else would block them.
fn blocked(input: &ImportInput, file: &str, fleet: &[Retailer]) -> Result<Vec<Advice>, Failure> {
    let plan = input.plan(fleet, &|retailer| retailer.file == file);
    let mut warnings = Vec::new();
    for problem in plan.retailers.into_iter().flat_map(|planned| planned.blocked) {
        let message = format!("{} [{}]", problem.message, problem.code.key());
        match problem.code {
            // The systems that could not be read have already been reported.
            BlockerCode::SystemUnknown => {}
            BlockerCode::RecordNotFound | BlockerCode::CompanyNotFound => {
                warnings.push(Advice::new(message, problem.hint));
            }
            _ => {
                let hint = "give the name exactly as it is in OmniRPS; if they are two retailers, \
                            choose a name unlike the other's, or write the file by hand with its \
                            ids";
                return Err(Failure::failed(format!("no file was written: {message}"), hint));
            }
        }
    }
    Ok(warnings)
}
