//! Converts the records of another environment into a seed, for rehearsals on real data.
//!
//! Enters: the state of the systems. Leaves: a seed with the same names, ids, settings and
//! companies. Keys and uploads are not copied, and e-mail addresses, even in names, are replaced
//! by placeholders.

use super::omniparcel::Account;
use super::omnireturns::{Company, ReturnsRetailer};
use super::omnirps::{RpsRetailer, TrackingWebhook};
use super::seed::Seed;
use super::{Storage, Store};
use crate::model::secret::HIDDEN;
use crate::model::{Advice, Live, Record, Setting, System, SystemReading, Value, ValueKind};

/// A seed made from an environment.
pub(crate) struct SeedCopy {
    pub seed: Seed,
    /// The number of unknown settings; they have the defaults of a new record.
    pub unknown: usize,
    /// The words of names that hold an e-mail address; each has one placeholder everywhere.
    addresses: Vec<String>,
}

/// Copies the state that was read, and checks that a sandbox accepts it. A system that could not be
/// read contributes no records.
pub(crate) fn copy(live: &Live) -> Result<SeedCopy, Advice> {
    let mut copied = SeedCopy { seed: Seed::empty(), unknown: 0, addresses: Vec::new() };
    let companies = companies(live).into_iter().map(|Company { company_id, company_name }| {
        Company { company_id, company_name: copied.name(&company_name) }
    });
    copied.seed.companies = companies.collect();
    for record in live.records(System::Omniparcel) {
        let account = copied.account(record)?;
        copied.seed.omniparcel.push(account);
    }
    for record in live.records(System::Omnirps) {
        let retailer = copied.rps_retailer(record)?;
        copied.seed.omnirps.push(retailer);
    }
    for record in live.records(System::Omnireturns) {
        let retailer = copied.returns_retailer(record)?;
        copied.seed.omnireturns.push(retailer);
    }
    match Store::open(&Storage::Memory, &copied.seed) {
        Ok(_) => Ok(copied),
        Err(error) => Err(Advice::new(
            format!("the sandbox cannot hold a copy, so it was not changed: {error}"),
            "correct the record in the environment, then copy again",
        )),
    }
}

impl SeedCopy {
    fn account(&mut self, record: &Record) -> Result<Account, Advice> {
        Ok(Account {
            account_id: Some(id(System::Omniparcel, record)?),
            account_name: self.name(&record.name),
            disabled: record.disabled,
        })
    }

    fn rps_retailer(&mut self, record: &Record) -> Result<RpsRetailer, Advice> {
        let url = match self.value(record, Setting::OmnirpsTrackingWebhookUrl) {
            Some(Value::Text(url)) => usable(url),
            _ => String::new(),
        };
        let mut is_on = |setting, usual| self.is_on(record, setting, usual);
        let enabled = is_on(Setting::OmnirpsTrackingWebhookEnabled, false);
        let shopify_integration_enabled = is_on(Setting::OmnirpsShopifyIntegration, false);
        let track_and_trace_emails_enabled = is_on(Setting::OmnirpsTrackAndTraceEmails, true);
        Ok(RpsRetailer {
            retailer_id: Some(id(System::Omnirps, record)?),
            retailer_name: self.name(&record.name),
            tracking_webhook: TrackingWebhook { url, enabled },
            shopify_integration_enabled,
            track_and_trace_emails_enabled,
            disabled: record.disabled,
            key_issued: record.key_issued,
        })
    }

    fn returns_retailer(&mut self, record: &Record) -> Result<ReturnsRetailer, Advice> {
        let company = match self.value(record, Setting::OmnireturnsCompany) {
            Some(Value::Text(name)) => name.as_ref(),
            // The sandbox requires a company for each record.
            _ => "(none)",
        };
        let company = self.name(company);
        let link = match self.value(record, Setting::OmnireturnsOmnirpsRetailerId) {
            Some(Value::Text(id)) => id.parse().ok(),
            _ => None,
        };
        let hubs = self.list(record, Setting::OmnireturnsHubs).iter();
        let hubs = hubs.map(|hub| self.name(hub)).collect();
        let emails = 1..=self.list(record, Setting::OmnireturnsEmails).len();
        Ok(ReturnsRetailer {
            retailer_id: Some(id(System::Omnireturns, record)?),
            retailer_name: self.name(&record.name),
            company_id: Some(company_id(&mut self.seed.companies, &company)),
            company_name: None,
            portal_published: self.is_on(record, Setting::OmnireturnsPortal, false),
            omnirps_retailer_id: link,
            emails: emails.map(|n| format!("address-{n}@example.invalid")).collect(),
            hubs,
            key_issued: record.key_issued,
        })
    }

    /// Returns a name without e-mail addresses.
    fn name(&mut self, name: &str) -> String {
        let is_end = |c: char| c.is_whitespace() || "<>()[],;\"'".contains(c);
        let shown = name.split_inclusive(is_end).map(|part| {
            let word = part.trim_end_matches(is_end);
            if !word.trim_matches('@').contains('@') {
                return part.to_owned();
            }
            let known = self.addresses.iter().position(|known| known == word);
            let number = known.unwrap_or_else(|| {
                self.addresses.push(word.to_owned());
                self.addresses.len() - 1
            });
            format!("address-{}@example.invalid{}", number + 1, &part[word.len()..])
        });
        shown.collect()
    }

    /// Returns the value of a setting and counts it if it is unknown.
    fn value<'a>(&mut self, record: &'a Record, setting: Setting) -> Option<&'a Value> {
        let value = record.values.get(&setting);
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

fn id(system: System, record: &Record) -> Result<i64, Advice> {
    record.id.as_str().parse().map_err(|_| {
        Advice::new(
            format!(
                "the id `{}` of \"{}\" in {system} is not a whole number, and the sandbox supports \
                 no other ids",
                record.id, record.name
            ),
            "write a seed by hand, with ids in place of these, and give it with --reset --seed",
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
    fn an_address_in_a_name_is_replaced_everywhere() {
        let live = live(
            "companies: {Loop: 7}\n\
             omnirps: [{id: 1, name: 'Acme (ann@acme.example)'}, {id: 2, name: 'B @ C'}]\n\
             omnireturns: [{id: 3, name: 'Acme (ann@acme.example)', company: cy@d.example, \
             hubs: ['Sydney <eve@hub.example>', ann@acme.example]}]",
        );
        let seed = copy(&live).unwrap().seed;
        assert_eq!(seed.omnirps[0].retailer_name, "Acme (address-1@example.invalid)");
        assert_eq!(seed.omnirps[1].retailer_name, "B @ C");
        let one = &seed.omnireturns[0];
        assert_eq!(one.retailer_name, seed.omnirps[0].retailer_name);
        assert_eq!(seed.companies[1].company_name, "address-2@example.invalid");
        let hubs = ["Sydney <address-3@example.invalid>", "address-1@example.invalid"];
        assert_eq!(one.hubs, hubs);
    }

    #[test]
    fn an_id_that_is_not_a_number_is_refused() {
        let live = live("omniparcel: [{id: A7, name: Acme}]");
        let message = copy(&live).err().unwrap().message;
        assert!(message.starts_with("the id `A7` of \"Acme\" in OmniParcel"), "{message}");
    }
}
