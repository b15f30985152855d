//! Checks, before a write that names a company by its id, that the company is the one that the
//! plan saw.

use super::client::Client;
use crate::apply::{Outcome, WriteEffect};
use crate::model::{Advice, Company, Setting};
use crate::plan::Change;
use std::borrow::Borrow;

impl Client {
    /// Returns the outcome of a write that would name a different company than the plan. The
    /// companies are read once per run, and only for a write that names one; after a failure the
    /// next such write reads them again.
    pub(super) async fn moved_company(&self, changes: &[impl Borrow<Change>]) -> Option<Outcome> {
        let mut changes = changes.iter().map(Borrow::borrow);
        let change = changes.find(|change| change.setting == Setting::OmnireturnsCompany)?;
        let id = change.after_id.as_ref()?;
        let companies = match self.companies_at_write.get_or_try_init(|| self.companies()).await {
            Ok(companies) => companies.as_ref()?,
            Err(error) => {
                let failure = self.failure("reading the companies".into(), &error);
                return Some(Outcome::Failed(failure.with(WriteEffect::None)));
            }
        };
        let is_named = |company: &&Company| change.after.is_text(&company.name);
        let named: Vec<&Company> = companies.iter().filter(is_named).collect();
        let now = match named.as_slice() {
            [company] if company.id == *id => return None,
            [company] => format!("that name now belongs to id {}", company.id),
            [] => "no company has that name any more".into(),
            _ => format!("{} companies now have that name", named.len()),
        };
        Some(Outcome::Stale(Advice::new(
            format!(
                "the plan was made for the company \"{}\" with id {id}, but {now}",
                change.after
            ),
            "check which company is the partner's; then plan again and review the new plan",
        )))
    }
}
