//! Identifies a retailer's live records for actions with its own keys and exact name: a
//! handoff and a verification.
//!
//! Pure. Enters: a retailer, the fleet, live. Leaves: its record in a system, or why it
//! cannot be identified.

use crate::matching::{Match, MatchResult, ReadScope, Records, match_each, renamed};
use crate::model::BlockerCode;
use crate::model::{
    Advice, Live, Partner, Record, Retailer, Setting, System, SystemReading, Value, name,
};
use std::collections::BTreeMap;

/// Returns what to read to identify a retailer.
pub(crate) fn read_scopes(retailer: &Retailer) -> BTreeMap<System, ReadScope> {
    let of = |system: System| match retailer.ids.get(&system) {
        Some(id) => ReadScope::Records(BTreeMap::from([(id.clone(), Vec::new())])),
        None => ReadScope::All,
    };
    [System::Omnirps, System::Omnireturns].map(|system| (system, of(system))).into()
}

/// The live records of one retailer.
pub(crate) struct Identity<'a> {
    retailer: &'a Retailer,
    live: &'a Live,
    seen: BTreeMap<System, MatchResult<'a>>,
}

impl<'a> Identity<'a> {
    /// Matches a retailer's records among those of the fleet.
    pub(crate) fn new(
        retailer: &'a Retailer,
        fleet: &[Retailer],
        partner: &Partner,
        live: &'a Live,
    ) -> Identity<'a> {
        let mut all = match_each(fleet, partner, live);
        let at = fleet.iter().position(|other| other.slug == retailer.slug);
        let seen = at.map(|at| all.swap_remove(at)).unwrap_or_default();
        Identity { retailer, live, seen }
    }

    /// Like [`Identity::new`], for a retailer whose records are already matched.
    pub(crate) fn seen(
        retailer: &'a Retailer,
        live: &'a Live,
        seen: BTreeMap<System, MatchResult<'a>>,
    ) -> Identity<'a> {
        Identity { retailer, live, seen }
    }

    /// Returns whether the environment leaves it to people to look into a system.
    pub(crate) fn is_left_to_people(&self, system: System) -> bool {
        *self.live.reading(system) == SystemReading::NotRead
    }

    /// Returns the retailer's record in a system.
    pub(crate) fn record(&self, system: System) -> Result<&'a Record, Advice> {
        match self.live.reading(system) {
            SystemReading::Observed(_) => {}
            SystemReading::Failed(Advice { message, hint }) => {
                return Err(Advice::new(format!("{system} could not be read: {message}"), hint));
            }
            SystemReading::NotRead => {
                return Err(Advice::new(
                    format!("{system} is not read in this environment, so its record is unknown"),
                    "do this by hand, or configure in the project file how the system is read",
                ));
            }
        }
        let Retailer { name, slug, file, .. } = self.retailer;
        let missing = || {
            let account = self.seen.get(&System::Omnireturns).and_then(|seen| seen.found.record());
            let account = account.filter(|_| system == System::Omnirps);
            let omnirps = Records::new(self.live.records(System::Omnirps));
            let renamed = renamed(self.retailer, account, &omnirps);
            let create = || {
                format!("create it first: `reconcile plan --only {slug}` shows what that waits for")
            };
            Advice::new(
                format!("no {system} record is called \"{}\"", name::escaped(name)),
                renamed.unwrap_or_else(create),
            )
        };
        let Some(result) = self.seen.get(&system) else {
            return Err(missing());
        };
        match &result.found {
            Match::Record(record) => {
                if system == System::Omnireturns {
                    self.check_link(record)?;
                }
                Ok(record)
            }
            Match::Absent | Match::NotApplicable | Match::Failed(_) | Match::NotRead => {
                Err(missing())
            }
            Match::Blocked(problem) | Match::Deferred(problem) => {
                // For a near miss the message states the difference.
                let near: Vec<&Record> = result.records().collect();
                if let (System::Omnirps, BlockerCode::NameNearMiss, [near]) =
                    (system, problem.code, near.as_slice())
                {
                    same_name(self.retailer, near)?;
                }
                Err(Advice::new(format!("{file}: {}", problem.message), &problem.hint))
            }
        }
    }

    /// Rejects an OmniReturns record that is linked to another OmniRPS retailer: its key
    /// may belong to that one, whatever the record's name is.
    fn check_link(&self, record: &Record) -> Result<(), Advice> {
        let Some(MatchResult { found: Match::Record(omnirps), .. }) =
            self.seen.get(&System::Omnirps)
        else {
            return Ok(());
        };
        let link = Setting::OmnireturnsOmnirpsRetailerId;
        let Some(Value::Text(linked)) = record.value(link) else { return Ok(()) };
        if linked == omnirps.id.as_str() {
            return Ok(());
        }
        let Retailer { name, file, .. } = self.retailer;
        Err(Advice::new(
            format!(
                "the OmniReturns record of {name} (id {}) is tied to the OmniRPS retailer {linked}, \
                 but the OmniRPS record of {name} is {}",
                record.id, omnirps.id
            ),
            format!(
                "find out whose key it has; then correct {link} in OmniReturns, or pin the right \
                 records as `ids.omnireturns` and `ids.omnirps` in {file}"
            ),
        ))
    }

    /// Returns the retailer's OmniRPS record, which must have exactly the declared name.
    pub(crate) fn exact_omnirps(&self) -> Result<&'a Record, Advice> {
        let record = self.record(System::Omnirps)?;
        same_name(self.retailer, record)?;
        Ok(record)
    }
}

/// Rejects an OmniRPS record whose name differs from the declared one in any byte.
fn same_name(retailer: &Retailer, record: &Record) -> Result<(), Advice> {
    let Some(difference) = name::difference(&retailer.name, &record.name) else { return Ok(()) };
    let Retailer { name, file, .. } = retailer;
    Err(Advice::new(
        format!(
            "the name of {name} in OmniRPS (record {}) is not the one in {file}: {difference}",
            record.id
        ),
        format!("correct `retailer` in {file}: {}", name::ONLY_THIS_NAME),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{fleet, live};
    use insta::assert_snapshot;

    const ACME: &str = "retailer: Acme\njourney: existing\n";

    fn identified(file: &str, live_yaml: &str) -> String {
        let fleet = fleet(file);
        let live = live(live_yaml);
        let identity = Identity::new(&fleet[0], &fleet, &Partner::default(), &live);
        let found = identity
            .exact_omnirps()
            .and_then(|omnirps| Ok((omnirps, identity.record(System::Omnireturns)?)));
        match found {
            Ok((omnirps, omnireturns)) => {
                format!("OmniReturns {}, OmniRPS {}", omnireturns.id, omnirps.id)
            }
            Err(Advice { message, hint }) => format!("{message}\nhint: {hint}"),
        }
    }

    fn rps(name: &str) -> String {
        format!("omnirps: [{{id: 5, name: \"{name}\"}}]\nomnireturns: [{{id: 7, name: Acme}}]\n")
    }

    #[test]
    fn a_retailer_has_one_record_in_each_system() {
        assert_eq!(identified(ACME, &rps("Acme")), "OmniReturns 7, OmniRPS 5");
        let suffixed = rps("Acme").replace("7, name: Acme", "7, name: Acme - Loop");
        assert_eq!(identified(ACME, &suffixed), "OmniReturns 7, OmniRPS 5");
        let pinned = format!("{ACME}ids: {{omnireturns: 7}}\n");
        let renamed = rps("Acme").replace("7, name: Acme", "7, name: Other");
        assert_eq!(identified(&pinned, &renamed), "OmniReturns 7, OmniRPS 5");
    }

    #[test]
    fn the_name_in_omnirps_is_exact() {
        assert_snapshot!(identified(ACME, &rps("Acme ")), @"
        the name of Acme in OmniRPS (record 5) is not the one in retailers/acme.yaml: character 5 is a space instead of the end
        hint: correct `retailer` in retailers/acme.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
        ");
        let pinned = format!("{ACME}ids: {{omnirps: 5}}\n");
        assert_snapshot!(identified(&pinned, &rps("ACME")), @"
        the name of Acme in OmniRPS (record 5) is not the one in retailers/acme.yaml: character 2 is `C` instead of `c`
        hint: correct `retailer` in retailers/acme.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
        ");
        let spaced = ACME.replace("Acme", "Acme Co");
        assert_snapshot!(identified(&spaced, &rps("Acme\u{a0}Co")), @"
        the name of Acme Co in OmniRPS (record 5) is not the one in retailers/acme-co.yaml: character 5 is U+00A0 (no-break space) instead of a space
        hint: correct `retailer` in retailers/acme-co.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
        ");
    }

    #[test]
    fn an_omnireturns_record_of_another_omnirps_retailer_is_refused() {
        let linked = |id: &str| {
            let live = rps("Acme").replace("7, name: Acme", &format!("7, name: Acme, {id}"));
            identified(ACME, &live)
        };
        assert_eq!(linked("omnirps_retailer_id: null"), "OmniReturns 7, OmniRPS 5");
        assert_eq!(linked(r#"omnirps_retailer_id: "5""#), "OmniReturns 7, OmniRPS 5");
        assert_snapshot!(linked(r#"omnirps_retailer_id: "55""#), @"
        the OmniReturns record of Acme (id 7) is tied to the OmniRPS retailer 55, but the OmniRPS record of Acme is 5
        hint: find out whose key it has; then correct omnireturns.omnirps_retailer_id in OmniReturns, or pin the right records as `ids.omnireturns` and `ids.omnirps` in retailers/acme.yaml
        ");
        // Without a known OmniRPS record there is nothing to compare with.
        let fleet = fleet(ACME);
        let live = live(
            "unknown: [omnirps]\nomnireturns: [{id: 7, name: Acme, omnirps_retailer_id: '55'}]",
        );
        let identity = Identity::new(&fleet[0], &fleet, &Partner::default(), &live);
        assert_eq!(identity.record(System::Omnireturns).unwrap().id.as_str(), "7");
    }

    #[test]
    fn what_is_missing_or_in_doubt_is_refused() {
        let new = ACME.replace("existing", "new");
        assert_snapshot!(identified(&new, "omnirps: []"), @r#"
        no OmniRPS record is called "Acme"
        hint: create it first: `reconcile plan --only acme` shows what that waits for
        "#);
        assert_snapshot!(identified(&new, "omnirps: [{id: 5, name: Acme}]"), @r#"
        no OmniReturns record is called "Acme"
        hint: create it first: `reconcile plan --only acme` shows what that waits for
        "#);
        assert_snapshot!(identified(ACME, "omnirps: []"), @r#"
        retailers/acme.yaml: no OmniRPS record is called "Acme"
        hint: a retailer on journey `existing` must exist already: correct the name in retailers/acme.yaml, or use journey `new`
        "#);
        let twice = "omnirps: [{id: 5, name: Acme}, {id: 6, name: Acme}]";
        assert_snapshot!(identified(ACME, twice), @r#"
        retailers/acme.yaml: 2 OmniRPS records fit: "Acme" (id 5) and "Acme" (id 6)
        hint: pin the right one as `ids.omnirps` in retailers/acme.yaml
        "#);
        assert_snapshot!(identified(ACME, "unknown: [omnirps]"), @"
        OmniRPS could not be read: no response: connection refused
        hint: check that it is up
        ");
        let unread = "omnirps: [{id: 5, name: Acme}]\nunread: [omnireturns]";
        assert_snapshot!(identified(ACME, unread), @"
        OmniReturns is not read in this environment, so its record is unknown
        hint: do this by hand, or configure in the project file how the system is read
        ");
        let two = "omnirps: [{id: 5, name: ACME}, {id: 6, name: acme}]";
        assert_snapshot!(identified(ACME, two), @r#"
        retailers/acme.yaml: no OmniRPS record is called "Acme", but "ACME" (id 5) and "acme" (id 6) look like it: in id 5 character 2 is `C` instead of `c`, in id 6 character 1 is `a` instead of `A`
        hint: if that is the retailer, correct `retailer` in retailers/acme.yaml: OmniRPS refuses uploads under any other name, and nothing can be renamed there
        "#);
    }

    #[test]
    fn only_what_is_needed_is_read() {
        let fleet = fleet(&format!("{ACME}ids: {{omnirps: 5}}\n"));
        let needs = read_scopes(&fleet[0]);
        assert_eq!(
            needs.get(&System::Omnirps),
            Some(&ReadScope::Records([("5".to_owned(), Vec::new())].into()))
        );
        assert_eq!(needs.get(&System::Omnireturns), Some(&ReadScope::All));
        assert_eq!(needs.get(&System::Omniparcel), None);
    }
}
