//! The instruction of a manual step, and the company that a change names.

use super::{Blocker, BlockerCode};
use crate::diff::After;
use crate::model::{
    Company, Id, Journey, Live, Record, Retailer, Setting, System, SystemReading, SystemState,
    Value, ValueKind,
};
use crate::process;

/// Returns the id of the company or of the OmniRPS record that a value of a setting names, as its
/// system gave it, or `None` for other settings and if the systems do not show it.
pub(crate) fn named_id(
    setting: Setting,
    value: &Value,
    live: &Live,
) -> Result<Option<Id>, Blocker> {
    match (setting, value) {
        (Setting::OmnireturnsCompany, Value::Text(name)) => {
            let SystemReading::Observed(SystemState { companies: Some(companies), .. }) =
                live.reading(System::Omnireturns)
            else {
                return Ok(None);
            };
            company_named(name, companies).map(|company| Some(company.id.clone()))
        }
        (Setting::OmnireturnsOmnirpsRetailerId, Value::Text(id)) => {
            let mut records = live.records(System::Omnirps).iter();
            let named = records.find(|record| record.id.as_str() == id);
            Ok(named.map(|record| record.id.clone()))
        }
        _ => Ok(None),
    }
}

/// Returns the company of OmniReturns with this name.
pub(crate) fn company_named<'c>(
    name: &str,
    companies: &'c [Company],
) -> Result<&'c Company, Blocker> {
    let mut named = companies.iter().filter(|company| company.name == name);
    match (named.next(), named.next()) {
        (Some(company), None) => Ok(company),
        (Some(_), Some(_)) => Err(Blocker::new(
            BlockerCode::AmbiguousName,
            System::Omnireturns,
            format!("OmniReturns has more than one company called \"{name}\""),
            "rename all but one of them in OmniReturns",
        )),
        (None, _) => Err(Blocker::new(
            BlockerCode::CompanyNotFound,
            System::Omnireturns,
            format!("OmniReturns has no company called \"{name}\""),
            "add the company in OmniReturns (/admin/companies), or correct \
             `partner.company` in the project file",
        )),
    }
}

/// A change that a person must make.
pub(super) struct ManualStep<'a> {
    pub setting: Setting,
    pub before: &'a Value,
    pub after: &'a After,
    pub retailer: &'a Retailer,
    /// The live record, if known.
    pub record: Option<&'a Record>,
    /// Whether the live value is not readable.
    pub unseen: bool,
    /// The settings that must be right before.
    pub first: &'a [Setting],
    /// Whether the account is tied to another OmniRPS retailer.
    pub is_tied_elsewhere: bool,
}

/// Describes who changes what, and where.
pub(super) fn instruction(step: &ManualStep) -> String {
    let ManualStep { setting, before, after, retailer, record, unseen, first, is_tied_elsewhere } =
        *step;
    let info = setting.info();
    let name = record.map_or_else(
        || format!("\"{}\"", retailer.new_name(setting.system())),
        |record| format!("\"{}\" (id {})", record.name, record.id),
    );
    let desired = match after {
        After::IdOfNew(system) => format!("the id that {system} assigns"),
        _ => after.value().to_string(),
    };
    let key = setting.key();
    let what = match (info.kind, record) {
        (ValueKind::Present, _) if unseen => format!("make sure that {name} exists"),
        (ValueKind::Empty, _) if unseen => format!("make sure that `{key}` of {name} is empty"),
        _ if unseen => format!("make sure that `{key}` of {name} is {desired}"),
        (ValueKind::Present, _) => format!("create {name}"),
        (ValueKind::Empty, _) => format!("remove {before} from `{key}` of {name}"),
        (_, None) => format!("set `{key}` of the new {name} to {desired}"),
        (_, Some(_)) => format!("change `{key}` of {name} from {before} to {desired}"),
    };
    let seen = if info.by_hand.seen { "" } else { " (where exactly is not publicly documented)" };
    let mut instruction =
        format!("{}: in {}{seen}, {what}", info.by_hand.who(), info.by_hand.screen);
    if !first.is_empty() {
        let keys: Vec<String> = first.iter().map(|setting| format!("`{setting}`")).collect();
        let are = if keys.len() == 1 { "is" } else { "are" };
        instruction.push_str(&format!(", but only once {} {are} right", keys.join(" and ")));
    }
    let is_tied = setting == Setting::OmnireturnsOmnirpsRetailerId && *before != Value::Unset;
    if is_tied && record.is_some_and(Record::may_be_in_use) {
        instruction.push_str(&format!(
            ", but find out first whose key it has; if another's, pin the right records as \
             `ids.omnireturns` and `ids.omnirps` in {}",
            retailer.file
        ));
    } else if is_tied_elsewhere {
        instruction.push_str(&format!(
            ", but find out first whose account it is; if it is {}'s, pin it as \
             `ids.omnireturns` in {}",
            retailer.name, retailer.file
        ));
    }
    if unseen {
        let closing = process::closing_milestones(retailer.journey)[0];
        let (decided, again) = match retailer.journey {
            // Else it would be stated before the decision asks for more.
            Journey::Existing { omnireturns_access: None } => {
                ("`omnireturns_access` is decided and ", "")
            }
            Journey::Existing { .. } if retailer.reached(closing) => {
                ("", " again, as of a day since the decision")
            }
            Journey::New | Journey::Existing { .. } => ("", ""),
        };
        let pin = match info.kind {
            ValueKind::Present => format!("then pin its id as `ids.{}`, or, ", info.system.key()),
            _ => String::new(),
        };
        // It marks them all as checked.
        let file = &retailer.file;
        instruction.push_str(&format!(
            "; {pin}once {decided}all manual steps of the retailer are done, state \
             `{closing}` in {file}{again}"
        ));
    }
    instruction
}
