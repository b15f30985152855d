//! Groups the live records of the three systems by retailer.
//!
//! The OmniRPS record is the anchor. OmniReturns records belong to it by their link, or by
//! name if they have no link; OmniParcel accounts by name. Names match byte for byte.
//! Records without an OmniRPS record are grouped by name.

use crate::model::{Live, Partner, Record, Setting, System, Value, name};
use std::collections::{BTreeMap, BTreeSet};

/// The live records of one retailer. Systems without a record are absent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group<'a> {
    /// The OmniRPS name, or the one that another system suggests.
    pub name: String,
    /// Of several records in a system it cannot be decided which is the retailer's.
    pub records: BTreeMap<System, Vec<&'a Record>>,
}

impl<'a> Group<'a> {
    /// Returns the record in a system if it is unambiguous.
    pub(super) fn one(&self, system: System) -> Option<&'a Record> {
        match self.records.get(&system)?.as_slice() {
            [record] => Some(record),
            _ => None,
        }
    }

    /// Returns all records with their systems.
    pub(super) fn all(&self) -> impl Iterator<Item = (System, &'a Record)> {
        self.records
            .iter()
            .flat_map(|(&system, records)| records.iter().map(move |record| (system, *record)))
    }
}

type ByName<'a> = BTreeMap<&'a str, Vec<&'a Record>>;

/// Groups all live records, sorted by name and then by id.
pub(super) fn groups<'a>(live: &'a Live, partner: &Partner) -> Vec<Group<'a>> {
    let suffix = partner.name_suffix.as_str();
    let mut anchors: Vec<&Record> = live.records(System::Omnirps).iter().collect();
    anchors.sort_by_key(|record| (&record.name, record.id.as_str()));
    let anchor_ids: BTreeSet<&str> = anchors.iter().map(|record| record.id.as_str()).collect();

    let mut linked: ByName = BTreeMap::new();
    let mut loose: ByName = BTreeMap::new();
    for record in live.records(System::Omnireturns) {
        match link(record).filter(|id| anchor_ids.contains(id)) {
            Some(id) => linked.entry(id).or_default().push(record),
            None => loose.entry(&record.name).or_default().push(record),
        }
    }
    let accounts = by_name(live.records(System::Omniparcel).iter(), |record| &record.name);

    let exact = |anchor: &Record| -> Vec<&'a Record> {
        let suffixed = name::with_suffix(&anchor.name, suffix);
        let named = |name: &str| loose.get(name).into_iter().flatten().copied();
        named(&anchor.name).chain(named(&suffixed)).collect()
    };
    let named: BTreeSet<&str> = anchors
        .iter()
        .filter(|anchor| !linked.contains_key(anchor.id.as_str()))
        .flat_map(|anchor| exact(anchor))
        .map(|record| record.id.as_str())
        .collect();

    let mut groups = Vec::new();
    let mut taken: BTreeSet<(System, &str)> = BTreeSet::new();
    for anchor in anchors {
        let mut returns = match linked.get(anchor.id.as_str()) {
            Some(records) => records.clone(),
            None => exact(anchor),
        };
        if returns.is_empty() {
            // OmniRPS has the suffix in its name as well, and OmniReturns has the name
            // without it.
            let base = name::base(&anchor.name, suffix);
            returns = loose.get(base).cloned().unwrap_or_default();
            returns.retain(|record| !named.contains(record.id.as_str()));
        }
        let account = accounts.get(anchor.name.as_str()).cloned().unwrap_or_default();
        let group = group(anchor.name.clone(), vec![anchor], account, returns);
        taken.extend(group.all().map(|(system, record)| (system, record.id.as_str())));
        groups.push(group);
    }

    let taken = &taken;
    let left = |system: System| {
        let records = live.records(system).iter();
        records.filter(move |record| !taken.contains(&(system, record.id.as_str())))
    };
    let mut accounts = by_name(left(System::Omniparcel), |record| &record.name);
    let returns = by_name(left(System::Omnireturns), |record| name::base(&record.name, suffix));
    for (name, returns) in returns {
        let account = accounts.remove(name).unwrap_or_default();
        groups.push(group(name.to_owned(), Vec::new(), account, returns));
    }
    for (name, account) in accounts {
        groups.push(group(name.to_owned(), Vec::new(), account, Vec::new()));
    }
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    groups
}

fn group<'a>(
    name: String,
    anchor: Vec<&'a Record>,
    account: Vec<&'a Record>,
    returns: Vec<&'a Record>,
) -> Group<'a> {
    let mut records = BTreeMap::from([
        (System::Omniparcel, account),
        (System::Omnirps, anchor),
        (System::Omnireturns, returns),
    ]);
    records.retain(|_, records| !records.is_empty());
    Group { name, records }
}

fn by_name<'a>(
    records: impl Iterator<Item = &'a Record>,
    name: impl Fn(&'a Record) -> &'a str,
) -> ByName<'a> {
    let mut by_name = ByName::new();
    for record in records {
        by_name.entry(name(record)).or_default().push(record);
    }
    by_name
}

/// Returns the OmniRPS id that an OmniReturns record is linked to.
pub(super) fn link(record: &Record) -> Option<&str> {
    match record.values.get(&Setting::OmnireturnsOmnirpsRetailerId)? {
        Value::Text(id) => Some(id),
        _ => None,
    }
}
