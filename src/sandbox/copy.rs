//! Converts the records of another environment into a seed, for rehearsals on real data.
//!
//! Enters: the state of the systems. Leaves: a seed with the same names, ids, settings and
//! companies. Keys and uploads are not copied, and e-mail addresses are replaced by
//! placeholders.

use super::omniparcel::Account;
use super::omnireturns::{Company, ReturnsRetailer};
use super::omnirps::{RpsRetailer, TrackingWebhook};
use super::seed::Seed;
use crate::model::secret::HIDDEN;
use crate::model::{Advice, Live, Record, Setting, System, SystemReading, Value, ValueKind};

/// A seed made from an environment.
pub(crate) struct SeedCopy {
    pub seed: Seed,
    /// The number of unknown settings; they have the defaults of a new record.
    pub unknown: usize,
}

/// Copies the state that was read. A system that could not be read contributes no records.
pub(crate) fn copy(live: &Live) -> Result<SeedCopy, Advice> {
    let mut copied =
        SeedCopy { seed: Seed { companies: companies(live), ..Seed::empty() }, unknown: 0 };
    for record in records(live, System::Omniparcel) {
        copied.seed.omniparcel.push(Account {
            account_id: Some(id(System::Omniparcel, record)?),
            account_name: record.name.clone(),
            disabled: record.disabled,
        });
    }
    for record in records(live, System::Omnirps) {
        let url = match copied.value(record, Setting::OmnirpsTrackingWebhookUrl) {
            Some(Value::Text(url)) => usable(url),
            _ => String::new(),
        };
        let enabled = copied.is_on(record, Setting::OmnirpsTrackingWebhookEnabled, false);
        let retailer = RpsRetailer {
            retailer_id: Some(id(System::Omnirps, record)?),
            retailer_name: record.name.clone(),
            tracking_webhook: TrackingWebhook { url, enabled },
            shopify_integration_enabled: copied.is_on(
                record,
                Setting::OmnirpsShopifyIntegration,
                false,
            ),
            track_and_trace_emails_enabled: copied.is_on(
                record,
                Setting::OmnirpsTrackAndTraceEmails,
                true,
            ),
            disabled: record.disabled,
            key_issued: record.key_issued,
        };
        copied.seed.omnirps.push(retailer);
    }
    for record in records(live, System::Omnireturns) {
        let company = match copied.value(record, Setting::OmnireturnsCompany) {
            Some(Value::Text(name)) => name.as_ref(),
            // The sandbox requires a company for each record.
            _ => "(none)",
        };
        let link = match copied.value(record, Setting::OmnireturnsOmnirpsRetailerId) {
            Some(Value::Text(id)) => id.parse().ok(),
            _ => None,
        };
        let emails = 1..=copied.list(record, Setting::OmnireturnsEmails).len();
        let retailer = ReturnsRetailer {
            retailer_id: Some(id(System::Omnireturns, record)?),
            retailer_name: record.name.clone(),
            company_id: Some(company_id(&mut copied.seed.companies, company)),
            company_name: None,
            portal_published: copied.is_on(record, Setting::OmnireturnsPortal, false),
            omnirps_retailer_id: link,
            emails: emails.map(|n| format!("address-{n}@example.invalid")).collect(),
            hubs: copied.list(record, Setting::OmnireturnsHubs).to_vec(),
            key_issued: record.key_issued,
        };
        copied.seed.omnireturns.push(retailer);
    }
    Ok(copied)
}

impl SeedCopy {
    /// Returns the value of a setting and counts it if it is unknown.
    fn value<'a>(&mut self, record: &'a Record, setting: Setting) -> Option<&'a Value> {
        let value = record.values.get(setting);
        self.unknown += usize::from(value.is_none());
        value
    }

    fn is_on(&mut self, record: &Record, setting: Setting, usual: bool) -> bool {
        match (self.value(record, setting), setting.info().kind) {
            (Some(Value::Flag(flag)), _) => *flag,
            (Some(Value::Text(word)), ValueKind::Switch { on, .. }) => word == on,
            (Some(_), _) => false,
            (None, _) => usual,
        }
    }

    fn list<'a>(&mut self, record: &'a Record, setting: Setting) -> &'a [String] {
        match self.value(record, setting) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }
}

fn records(live: &Live, system: System) -> &[Record] {
    match live.reading(system) {
        SystemReading::Observed(state) => &state.records,
        SystemReading::Unavailable(_) => &[],
    }
}

fn id(system: System, record: &Record) -> Result<i64, Advice> {
    record.id.as_str().parse().map_err(|_| {
        Advice::new(
            format!(
                "the id `{}` of \"{}\" in {system} is not a whole number, and the sandbox keeps \
                 no other ids",
                record.id, record.name
            ),
            "write a seed by hand, with ids in place of these, and give it with --seed",
        )
    })
}

/// Returns the companies with their ids. If a record's company has an id that the sandbox
/// cannot store, [`company_id`] assigns a new one.
fn companies(live: &Live) -> Vec<Company> {
    let SystemReading::Observed(state) = live.reading(System::Omnireturns) else {
        return Vec::new();
    };
    let known = state.companies.iter().flatten();
    known
        .filter_map(|company| {
            let company_id = company.id.as_str().parse().ok()?;
            Some(Company { company_id, company_name: company.name.clone() })
        })
        .collect()
}

/// Returns the id of a company, adding it if it is missing.
fn company_id(companies: &mut Vec<Company>, name: &str) -> i64 {
    if let Some(company) = companies.iter().find(|company| company.company_name == name) {
        return company.company_id;
    }
    let last = companies.iter().map(|company| company.company_id).max();
    let company_id = last.unwrap_or(0).saturating_add(1);
    companies.push(Company { company_id, company_name: name.to_owned() });
    company_id
}

/// Replaces the masked parts of an address with placeholder words, so that it parses as a
/// URL.
fn usable(address: &str) -> String {
    address.replace(HIDDEN, "hidden")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::live;

    #[test]
    fn hidden_parts_of_an_address_are_replaced() {
        for (masked, copied) in [
            ("https://a.example/hook", "https://a.example/hook"),
            ("https://a.example/hook/***?***", "https://a.example/hook/hidden?hidden"),
            ("https://***@a.example/", "https://hidden@a.example/"),
        ] {
            assert_eq!(usable(masked), copied);
        }
    }

    #[test]
    fn a_company_that_is_not_known_is_added() {
        let live = live(
            "companies: {Loop: 7}\n\
             omnireturns: [{id: 1, name: Acme, company: Other, emails: [a@b.example, c@d.example]}]",
        );
        let seed = copy(&live).unwrap().seed;
        let only = &seed.omnireturns[0];
        assert_eq!(only.company_id, Some(8));
        assert_eq!(seed.companies[1].company_name, "Other");
        assert_eq!(only.emails, ["address-1@example.invalid", "address-2@example.invalid"]);
    }

    #[test]
    fn an_id_that_is_not_a_number_is_refused() {
        let live = live("omniparcel: [{id: A7, name: Acme}]");
        let message = copy(&live).err().unwrap().message;
        assert!(message.starts_with("the id `A7` of \"Acme\" in OmniParcel"), "{message}");
    }
}
