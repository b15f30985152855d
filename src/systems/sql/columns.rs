//! The columns that a query must return, and their positions.

use crate::model::types::{closest_word, shown};
use crate::model::{Setting, joined};
use std::fmt;

/// The positions of a query's columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub id: usize,
    pub name: usize,
    pub settings: Vec<(Setting, usize)>,
}

/// An unexpected column, and the missing one that was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    pub name: String,
    pub meant: Option<String>,
}

/// What is wrong with the columns of a query; completes "the query …".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WrongColumns {
    pub missing: Vec<String>,
    pub unknown: Vec<Unknown>,
    /// Columns that occur more than once.
    pub twice: Vec<String>,
    /// Whether the name occurs under both of its column names.
    pub two_names: bool,
}

impl Columns {
    /// Finds the columns of a query that must return these settings.
    pub(super) fn find(settings: &[Setting], names: &[&str]) -> Result<Columns, WrongColumns> {
        // In OmniReturns the record's name is a setting as well.
        let name_setting = Setting::OmnireturnsName;
        let has_alias = settings.contains(&name_setting) && names.contains(&name_setting.key());
        let two_names = has_alias && names.contains(&"name");
        let name = if has_alias && !two_names { name_setting.key() } else { "name" };
        let key = |setting: &Setting| if *setting == name_setting { name } else { setting.key() };
        let wanted: Vec<&str> = ["id", name].into_iter().chain(settings.iter().map(key)).collect();
        let (at, mut wrong) = positions(&wanted, names);
        wrong.two_names = two_names;
        wrong.unknown.retain(|unknown| !two_names || unknown.name != name_setting.key());
        if wrong != WrongColumns::default() {
            return Err(wrong);
        }
        let settings = settings.iter().copied().zip(at[2..].iter().copied()).collect();
        Ok(Columns { id: at[0], name: at[1], settings })
    }
}

/// Returns the positions of the columns that a query must return, and what is wrong with its
/// columns. A missing one is at zero.
pub(super) fn positions(wanted: &[&str], names: &[&str]) -> (Vec<usize>, WrongColumns) {
    let mut wrong = WrongColumns::default();
    let mut at = Vec::new();
    for column in wanted {
        let found = names.iter().position(|name| name == column);
        if found.is_none() && !wrong.missing.iter().any(|seen| seen == column) {
            wrong.missing.push((*column).to_owned());
        }
        at.push(found.unwrap_or_default());
    }
    for (at, name) in names.iter().enumerate() {
        if !wanted.contains(name) {
            let meant = meant(name, &wrong.missing).map(str::to_owned);
            wrong.unknown.push(Unknown { name: (*name).to_owned(), meant });
        } else if names[..at].contains(name) && !wrong.twice.iter().any(|seen| seen == name) {
            wrong.twice.push((*name).to_owned());
        }
    }
    (at, wrong)
}

/// Returns the missing column that was probably meant, with or without its system.
fn meant<'a>(name: &str, missing: &'a [String]) -> Option<&'a str> {
    let keys: Vec<&str> = missing.iter().map(String::as_str).collect();
    closest_word(name, &keys).or_else(|| {
        let short = |key: &&'a str| key.split_once('.').map(|(_, short)| short);
        let short = closest_word(name, &keys.iter().filter_map(short).collect::<Vec<_>>())?;
        keys.into_iter().find(|key| key.ends_with(short))
    })
}

impl fmt::Display for WrongColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WrongColumns { missing, unknown, twice, two_names } = self;
        let mut parts = Vec::new();
        if !missing.is_empty() {
            parts.push(format!("lacks {}", columns("", missing)));
        }
        if !unknown.is_empty() {
            let unknown: Vec<String> = unknown.iter().map(|unknown| unknown.name.clone()).collect();
            parts.push(format!("has {}", columns("unknown ", &unknown)));
        }
        if !twice.is_empty() {
            parts.push(format!("has {} more than once", columns("", twice)));
        }
        if *two_names {
            parts.push("has both `name` and `omnireturns.name`, which mean the same".into());
        }
        f.write_str(&parts.join(", and "))?;
        let meant: Vec<String> = unknown
            .iter()
            .filter_map(|Unknown { name, meant }| Some((name, meant.as_ref()?)))
            .map(|(name, meant)| format!("did you mean `{meant}` by {}?", shown(name)))
            .collect();
        if meant.is_empty() { Ok(()) } else { write!(f, " ({})", meant.join(" ")) }
    }
}

/// Returns "the column `a`" or "the columns `a` and `b`".
fn columns(kind: &str, names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| shown(name)).collect();
    let plural = if names.len() > 1 { "s" } else { "" };
    format!("the {kind}column{plural} {}", joined(&quoted, "and"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::System;
    use insta::assert_snapshot;

    fn wrong(system: System, names: &[&str]) -> String {
        Columns::find(&Setting::of_records(system), names).unwrap_err().to_string()
    }

    #[test]
    fn columns_are_found_in_any_order() {
        let settings = Setting::of_records(System::Omnirps);
        let mut names: Vec<&str> = settings.iter().map(|setting| setting.key()).collect();
        names.extend(["name", "id"]);
        let columns = Columns::find(&settings, &names).unwrap();
        assert_eq!((columns.id, columns.name), (5, 4));
        assert_eq!(columns.settings, settings.iter().copied().zip(0..).collect::<Vec<_>>());
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        assert_snapshot!(
            wrong(
                System::Omnirps,
                &[
                    "ID",
                    "name",
                    "tracking_webhook_url",
                    "omnirps.tracking_webhook.enabled",
                    "omnirps.shopify_integraton",
                    "colour",
                    "name",
                ]
            ),
            @"lacks the columns `id`, `omnirps.tracking_webhook.url`, `omnirps.shopify_integration` and `omnirps.track_and_trace_emails`, and has the unknown columns `ID`, `tracking_webhook_url`, `omnirps.shopify_integraton` and `colour`, and has the column `name` more than once (did you mean `id` by `ID`? did you mean `omnirps.tracking_webhook.url` by `tracking_webhook_url`? did you mean `omnirps.shopify_integration` by `omnirps.shopify_integraton`?)"
        );
        assert_snapshot!(
            wrong(System::Omniparcel, &["id", "name", "omniparcel.account"]),
            @"has the unknown column `omniparcel.account`"
        );
    }

    #[test]
    fn omnireturns_has_one_name_under_either_of_two() {
        let settings = Setting::of_records(System::Omnireturns);
        let keys: Vec<&str> = settings.iter().map(|setting| setting.key()).collect();
        let rest: Vec<&str> =
            keys.iter().copied().filter(|key| *key != "omnireturns.name").collect();
        for name in ["name", "omnireturns.name"] {
            let names = [&["id", name], &rest[..]].concat();
            let columns = Columns::find(&settings, &names).unwrap();
            assert_eq!(columns.name, 1, "{name}");
            assert!(columns.settings.contains(&(Setting::OmnireturnsName, 1)), "{name}");
        }
        assert_snapshot!(
            wrong(System::Omnireturns, &[&["id", "name"], &keys[..]].concat()),
            @"has both `name` and `omnireturns.name`, which mean the same"
        );
        assert_snapshot!(
            wrong(System::Omnireturns, &[&["id"], &rest[..]].concat()),
            @"lacks the column `name`"
        );
    }
}
