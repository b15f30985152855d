//! The entries of a plan that are not actions, and the company that a change names.

use super::{Blocker, BlockerCode, Held, Manual, Observed};
use crate::diff::{After, Difference};
use crate::model::{
    Id, Live, Record, Retailer, Setting, System, SystemReading, SystemState, Value, ValueKind,
};
use crate::process;

/// What is planned for one retailer in one system.
#[derive(Default)]
pub(super) struct Draft {
    pub changes: Vec<super::Change>,
    pub held: Vec<Held>,
    pub manual: Vec<Manual>,
    pub observed: Vec<Observed>,
    /// Whether a change was left out because of what stands in OmniRPS.
    pub stopped: bool,
}

/// The company that a retailer is moved under.
pub(crate) struct Company {
    pub id: Id,
}

/// Finds the company that a change of `omnireturns.company` names; `None` for a change
/// of anything else, and where nothing tells the companies.
pub(super) fn company(difference: &Difference, live: &Live) -> Result<Option<Company>, Blocker> {
    let (Setting::OmnireturnsCompany, After::Value(Value::Text(name))) =
        (difference.setting(), &difference.after)
    else {
        return Ok(None);
    };
    company_named(name, live)
}

/// Finds the company of a name; `None` where nothing tells the companies.
pub(crate) fn company_named(name: &str, live: &Live) -> Result<Option<Company>, Blocker> {
    let SystemReading::Observed(SystemState { companies: Some(companies), .. }) =
        live.reading(System::Omnireturns)
    else {
        return Ok(None);
    };
    let mut named = companies.iter().filter(|company| company.name == name);
    match (named.next(), named.next()) {
        (Some(company), None) => Ok(Some(Company { id: company.id.clone() })),
        (Some(_), Some(_)) => Err(Blocker {
            code: BlockerCode::AmbiguousName,
            system: System::Omnireturns,
            message: format!("OmniReturns has more than one company called \"{name}\""),
            hint: "rename all but one of them in OmniReturns".into(),
            line: None,
        }),
        (None, _) => Err(Blocker {
            code: BlockerCode::CompanyNotFound,
            system: System::Omnireturns,
            message: format!("OmniReturns has no company called \"{name}\""),
            hint: "add the company in OmniReturns (/admin/companies), or correct \
                   `partner.company` in the project file"
                .into(),
            line: None,
        }),
    }
}

/// A change that a person has to make, and what there is to say about it.
pub(super) struct ManualStep<'a> {
    pub difference: &'a Difference<'a>,
    pub retailer: &'a Retailer,
    /// The live record, where it is known.
    pub record: Option<&'a Record>,
    /// Whether nobody can look whether it is done.
    pub unseen: bool,
    /// What has to be right before.
    pub first: &'a [Setting],
    /// Why the tool does not do it, where nobody chose so.
    pub note: Option<String>,
}

/// Describes a change that a person has to make.
pub(super) fn manual(change: ManualStep) -> Manual {
    let ManualStep { difference, retailer, record, unseen, first, note } = change;
    let setting = difference.setting();
    let info = setting.info();
    let after = difference.after.value();
    let name = record.map_or_else(
        || format!("\"{}\"", retailer.new_name(setting.system())),
        |record| format!("\"{}\" (id {})", record.name, record.id),
    );
    let wanted = match difference.after {
        After::IdOfNew(system) => format!("the id that {system} gives it"),
        _ => after.to_string(),
    };
    let key = info.key;
    let what = match (info.kind, &difference.before, record) {
        (ValueKind::Present, ..) if unseen => format!("make sure that {name} is there"),
        (ValueKind::Empty, ..) if unseen => format!("make sure that `{key}` of {name} is empty"),
        _ if unseen => format!("make sure that `{key}` of {name} is {wanted}"),
        (ValueKind::Present, ..) => format!("create {name}"),
        (ValueKind::Empty, before, _) => format!("remove {before} from `{key}` of {name}"),
        (_, _, None) => format!("set `{key}` of the new {name} to {wanted}"),
        (_, before, Some(_)) => format!("change `{key}` of {name} from {before} to {wanted}"),
    };
    let seen = if info.by_hand.seen { "" } else { " (where exactly is not publicly documented)" };
    let mut instruction =
        format!("{}: in {}{seen}, {what}", info.by_hand.who(), info.by_hand.screen);
    if !first.is_empty() {
        let keys: Vec<String> = first.iter().map(|setting| format!("`{setting}`")).collect();
        let are = if keys.len() == 1 { "is" } else { "are" };
        instruction.push_str(&format!(", but only once {} {are} right", keys.join(" and ")));
    }
    if unseen {
        let closing = process::closing(retailer.journey)[0];
        let pin = match info.kind {
            ValueKind::Present => format!("pin its id as `ids.{}` or ", info.system.key()),
            _ => String::new(),
        };
        instruction.push_str(&format!("; then {pin}state `{closing}` in {}", retailer.file));
    }
    Manual {
        setting,
        before: difference.before.clone(),
        after,
        step: difference.desired.step.id.into(),
        instruction,
        unseen,
        note,
        override_reason: difference.desired.override_reason.clone(),
        origin: None,
        line: None,
    }
}

/// Describes a difference that is only reported.
pub(super) fn observed(difference: &Difference) -> Observed {
    Observed {
        setting: difference.setting(),
        before: difference.before.clone(),
        after: difference.after.value(),
        step: difference.desired.step.id.into(),
        override_reason: difference.desired.override_reason.clone(),
        origin: None,
    }
}

pub(super) mod held {
    //! Entries for what waits.

    use super::super::Held;
    use crate::diff::{After, Difference};
    use crate::model::Value;
    use crate::process::{Precondition, Undecided};

    /// Describes a change that waits. A reference to a record that does not exist yet is
    /// left out: it is part of creating it.
    pub(crate) fn difference(
        difference: &Difference,
        waiting_for: &[Precondition],
    ) -> Option<Held> {
        let desired = difference.desired;
        if let After::IdOfNew(_) = difference.after {
            return None;
        }
        Some(Held {
            setting: desired.setting.key().into(),
            before: difference.before.clone(),
            after: difference.after.value(),
            step: desired.step.id.into(),
            waiting_for: waiting_for.to_vec(),
            override_reason: desired.override_reason.clone(),
            origin: None,
            line: None,
        })
    }

    /// Describes a decision that is missing: one entry for all that hangs on it.
    pub(crate) fn undecided(undecided: &Undecided) -> Held {
        Held {
            setting: "omnireturns_access".into(),
            before: Value::Unset,
            after: Value::Unset,
            step: undecided.step.id.into(),
            waiting_for: undecided.waiting_for.clone(),
            override_reason: None,
            origin: None,
            line: None,
        }
    }
}
