//! The entries of a plan that are not actions, and the company that a change names.

use super::{BlockedCode, Held, Manual, Problem};
use crate::diff::{After, Difference};
use crate::model::{Id, Live, Reading, Record, Setting, System, Value};

/// What is planned for one retailer in one system.
#[derive(Default)]
pub struct Draft {
    pub changes: Vec<super::Change>,
    pub held: Vec<Held>,
    pub manual: Vec<Manual>,
    /// Whether a change was left out because of what stands in OmniRPS.
    pub stopped: bool,
}

/// The company that a retailer is moved under.
pub struct Company {
    pub id: Id,
}

/// Finds the company that a change of `omnireturns.company` names; `None` for a change
/// of anything else.
pub fn company(difference: &Difference, live: &Live) -> Result<Option<Company>, Problem> {
    let (Setting::OmnireturnsCompany, After::Value(Value::Text(name))) =
        (difference.setting(), &difference.after)
    else {
        return Ok(None);
    };
    company_named(name, live).map(Some)
}

/// Finds the company of a name.
pub fn company_named(name: &str, live: &Live) -> Result<Company, Problem> {
    let companies = match live.reading(System::Omnireturns) {
        Reading::Known(holdings) => holdings.companies.as_slice(),
        Reading::Unknown(_) => &[],
    };
    let mut named = companies.iter().filter(|company| company.name == name);
    match (named.next(), named.next()) {
        (Some(company), None) => Ok(Company { id: company.id.clone() }),
        (Some(_), Some(_)) => Err(Problem {
            code: BlockedCode::AmbiguousName,
            system: System::Omnireturns,
            message: format!("OmniReturns has more than one company called \"{name}\""),
            hint: "rename all but one of them in OmniReturns".into(),
            line: None,
        }),
        (None, _) => Err(Problem {
            code: BlockedCode::CompanyNotFound,
            system: System::Omnireturns,
            message: format!("OmniReturns has no company called \"{name}\""),
            hint: "add the company in OmniReturns (/admin/companies), or correct \
                   `partner.company` in the project file"
                .into(),
            line: None,
        }),
    }
}

/// Describes a change that a person has to make.
pub fn manual(difference: &Difference, record: Option<&Record>) -> Manual {
    let info = difference.setting().info();
    let after = difference.after.value();
    let whose = record
        .map_or_else(String::new, |record| format!(" of \"{}\" (id {})", record.name, record.id));
    let what = match (&difference.before, &after) {
        (before, Value::Text(word)) if word == "none" => {
            format!("remove {before} from `{}`{whose}", info.key)
        }
        (before, after) => format!("change `{}`{whose} from {before} to {after}", info.key),
    };
    let seen = if info.by_hand.seen { "" } else { " (where exactly is not publicly documented)" };
    Manual {
        setting: difference.setting(),
        before: difference.before.clone(),
        after,
        step: difference.desired.step.id.into(),
        instruction: format!("{}: in {}{seen}, {what}", info.by_hand.role, info.by_hand.screen),
        override_reason: difference.desired.override_reason.clone(),
        origin: None,
        line: None,
    }
}

pub mod held {
    //! Entries for what waits.

    use super::super::Held;
    use crate::diff::{After, Difference};
    use crate::model::Value;
    use crate::process::Undecided;

    /// Describes a change that waits. A reference to a record that does not exist yet is
    /// left out: it is part of creating it.
    pub fn difference(difference: &Difference) -> Option<Held> {
        let desired = difference.desired;
        if let After::IdOfNew(_) = difference.after {
            return None;
        }
        Some(Held {
            setting: desired.setting.key().into(),
            before: difference.before.clone(),
            after: difference.after.value(),
            step: desired.step.id.into(),
            waiting_for: desired.waiting_for.clone(),
            override_reason: desired.override_reason.clone(),
            origin: None,
            line: None,
        })
    }

    /// Describes a decision that is missing: one entry for all that hangs on it.
    pub fn undecided(undecided: &Undecided) -> Held {
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
