//! Who has the roles that a plan names, according to the project file and the retailer files.

use super::style::clean;
use crate::model::{Journey, Role, Roles};
use crate::plan::{AlertCode, Manual, Plan, RetailerPlan};
use crate::process::Precondition;
use crate::process::journey::{DoneBy, tasks};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The people of a project.
#[derive(Clone, Debug)]
pub(crate) struct PeopleOf<'a> {
    pub roles: Roles<'a>,
    /// The account managers of retailers, by file.
    pub managers: BTreeMap<&'a str, &'a str>,
}

impl PeopleOf<'_> {
    /// Returns roles with the names of people, or `None` if the project names nobody with these
    /// roles.
    fn named(&self, roles: &[Role], file: &str) -> Option<String> {
        let own = self.managers.get(file).copied();
        let is_named = roles.iter().any(|role| self.roles.person(*role).is_some());
        is_named.then(|| clean(&self.roles.titles_for(roles, own)))
    }

    /// Returns a plan whose instructions name the people with the leading role, for formats
    /// that show instructions unchanged.
    pub(crate) fn named_in<'a>(&self, plan: &'a Plan) -> Cow<'a, Plan> {
        let has_people = Role::ALL.iter().any(|role| self.roles.person(*role).is_some());
        if !has_people || plan.retailers.iter().all(|retailer| retailer.manual.is_empty()) {
            return Cow::Borrowed(plan);
        }
        let mut plan = plan.clone();
        for RetailerPlan { file, manual, .. } in &mut plan.retailers {
            for entry in manual {
                entry.instruction = self.instruction(entry, file);
            }
        }
        Cow::Owned(plan)
    }

    /// Returns an instruction with the name of the person who has its leading role.
    pub(super) fn instruction(&self, manual: &Manual, file: &str) -> String {
        let by_hand = manual.entry.setting.info().by_hand;
        let what = manual.instruction.strip_prefix(&format!("{}: ", by_hand.who()));
        match (what, self.named(&[by_hand.role], file)) {
            (Some(what), Some(who)) => format!("{who}: {what}"),
            _ => manual.instruction.clone(),
        }
    }

    /// Returns who states the preconditions, if a name is known.
    pub(super) fn stating(&self, waiting: &[Precondition], file: &str) -> Option<String> {
        let mut roles: Vec<Role> = Vec::new();
        for task in Journey::ALL.into_iter().flat_map(tasks) {
            let is_waited_for = waiting.iter().any(|waiting| match waiting {
                Precondition::Milestone(milestone) => task.done_by == DoneBy::Milestone(*milestone),
                Precondition::OmnireturnsAccess => task.done_by == DoneBy::Access,
                Precondition::Setting(_) => false,
            });
            let more = task.who.iter().filter(|role| is_waited_for && !roles.contains(role));
            roles.extend(more.copied().collect::<Vec<_>>());
        }
        self.named(&roles, file)
    }
}

/// Returns whom to ask about an alert, out of the assigned roles.
pub(super) fn to_ask(code: AlertCode, roles: Roles<'_>) -> Option<String> {
    let asked: &[Role] = match code {
        // Who sets a webhook, who switches it on again, and who knows why it was not answered.
        AlertCode::NoCredits => &[Role::Onboarding, Role::Support, Role::Partner],
        AlertCode::NameDiffers => &[Role::Onboarding],
    };
    let named = asked.iter().filter(|role| roles.person(**role).is_some());
    let named: Vec<String> = named.map(|role| clean(&roles.title(*role))).collect();
    (!named.is_empty()).then(|| named.join(", "))
}
