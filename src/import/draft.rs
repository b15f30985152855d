//! The text of a retailer file that is drafted from live records.
//!
//! What live proves is written as a fact, what live only suggests as a comment, and what
//! only people know as a `TODO`.

use super::ImportInput;
use super::group::Group;
use crate::config::edit::todo;
use crate::config::yaml::{comment, quoted, text};
use crate::model::{Journey, Partner, Record, Retailer, Setting, System, Value, name};
use litemap::LiteMap;

/// A retailer file that has not been written yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The retailer that the file declares.
    pub retailer: Retailer,
    pub text: String,
}

/// Drafts the file of a group under a slug.
pub(super) fn draft(group: &Group, input: &ImportInput, slug: String) -> Draft {
    let partner = input.partner;
    let base = omnireturns_name(group, partner);
    let ids: LiteMap<System, String> = System::ALL
        .into_iter()
        .filter_map(|system| Some((system, group.one(system)?.id.to_string())))
        .collect();
    let of = Retailer::new(slug.clone(), input.path(&slug), group.name.clone(), Journey::EXISTING);
    let retailer = Retailer { omnireturns_name: base, ids, ..of };
    let text = lines(group, &retailer, input).concat();
    Draft { retailer, text }
}

/// Returns the OmniReturns base name if the file has to state it: if it differs from the
/// OmniRPS name, or if the OmniRPS name ends in the suffix, which leaves the base name
/// open.
fn omnireturns_name(group: &Group, partner: &Partner) -> Option<String> {
    let live = group.one(System::Omnireturns).map_or(&group.name, |record| &record.name);
    let base = name::base(live, &partner.name_suffix);
    (base != group.name).then(|| base.to_owned())
}

fn lines(group: &Group, retailer: &Retailer, input: &ImportInput) -> Vec<String> {
    let partner = input.partner;
    let mut lines = vec!["# Written from the live records by `reconcile import`.\n".to_owned()];
    if !group.records.contains_key(&System::Omnirps) {
        lines.push(
            "# TODO retailer: OmniRPS has no record of this name; write the name as it is entered \
             there\n"
                .into(),
        );
    }
    lines.push(format!("retailer: {}\n", text(&retailer.name)));
    lines.push("journey: existing\n".into());
    lines.push(format!("{}\n{}\n", todo::ACCOUNT_MANAGER, todo::ACCESS));
    lines.extend(suggested_access(group, partner));
    if let Some(base) = &retailer.omnireturns_name {
        if group.one(System::Omnireturns).is_none() {
            lines.push(
                "# TODO omnireturns.name: check it; it is the name above without its suffix\n"
                    .into(),
            );
        }
        lines.push(format!("omnireturns:\n  name: {}\n", text(base)));
    }
    lines.extend(ids(group, retailer, input));
    lines.extend(milestones(group, partner));
    lines
}

fn ids(group: &Group, retailer: &Retailer, input: &ImportInput) -> Vec<String> {
    let base = |name| name::base(name, &input.partner.name_suffix);
    let mut lines = Vec::new();
    if !retailer.ids.is_empty() {
        lines.push("ids:\n".into());
    }
    for system in System::ALL {
        match group.records.get(&system).map(Vec::as_slice) {
            Some([record]) => {
                lines.push(format!("  {}: {}\n", system.key(), quoted(record.id.as_str())));
            }
            Some(records) => {
                let which: Vec<String> = records.iter().map(|record| shown(record)).collect();
                let (key, which) = (system.key(), which.join(" or "));
                lines.push(format!(
                    "  # TODO {key}: either {which}; write the id of the right one\n"
                ));
            }
            None if input.live.reading(system).state().is_err() => {
                lines.push(format!(
                    "  # TODO {}: {system} was not read; write the id of its record, if it has one\n",
                    system.key()
                ));
            }
            None => {
                let mut live = input.live.records(system).iter();
                let named = live.find(|record| base(&record.name) == base(&group.name));
                lines.push(match named {
                    None => format!("  # {system} has no record of this retailer.\n"),
                    Some(record) => format!(
                        "  # TODO {}: {} has the name, but is linked to another retailer; find out \
                         whose it is\n",
                        system.key(),
                        shown(record)
                    ),
                });
            }
        }
    }
    lines
}

fn shown(record: &Record) -> String {
    format!("{} (id {})", comment(&record.name), name::escaped(record.id.as_str()))
}

/// Returns the lines of the milestones, with what live suggests about the one that opens
/// the gate.
fn milestones(group: &Group, partner: &Partner) -> Vec<String> {
    let mut lines: Vec<String> =
        [todo::milestones(), todo::SWITCHED.to_owned()].map(|line| line + "\n").into();
    let value = |setting| group.one(System::Omnirps).and_then(|record| record.value(setting));
    if value(Setting::OmnirpsTrackingWebhookUrl)
        == Some(Value::text(partner.tracking_webhook_url.clone()))
    {
        let state = match value(Setting::OmnirpsTrackingWebhookEnabled) {
            Some(Value::Flag(false)) => "switched off",
            _ => "switched on",
        };
        lines.push(format!(
            "# Live: OmniRPS has the webhook of {} already, {state}, so the retailer may have switched over.\n",
            comment(&partner.name)
        ));
    }
    lines
}

/// Returns what live suggests about the decision on OmniReturns.
fn suggested_access(group: &Group, partner: &Partner) -> Vec<String> {
    let Some(record) = group.one(System::Omnireturns) else { return Vec::new() };
    let mut lines = Vec::new();
    let suffix = &partner.name_suffix;
    if name::has_suffix(&record.name, suffix) {
        let suffix = comment(suffix);
        lines.push(format!(
            "# Live: the OmniReturns name ends in {suffix}, so the access may be required.\n"
        ));
    } else if name::suffix_variant_base(&record.name, suffix).is_some() {
        lines.push(format!(
            "# Live: the OmniReturns name is {}, which ends in a variant of {}, so the access may be required.\n",
            comment(&record.name),
            comment(suffix)
        ));
    }
    let is_under_partner =
        record.value(Setting::OmnireturnsCompany) == Some(Value::text(partner.company.clone()));
    let is_unpublished =
        record.value(Setting::OmnireturnsPortal) == Some(Value::text("unpublished"));
    if is_under_partner && is_unpublished {
        lines.push(format!(
            "# Live: it is under {} in OmniReturns, with an unpublished portal, so the access may be not_required.\n",
            comment(&partner.company)
        ));
    }
    lines
}
